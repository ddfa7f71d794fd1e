"""Hostile models and pictures are refused in one line, in bounded memory and time, and leave nothing behind."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
from lxml import html

from cnnfigs.data import FOLDER

CAT = FOLDER / "chelsea.png"

#: Of a process, in bytes and seconds of processor time: whatever asks for more is stopped.
MEMORY, SECONDS = 4_000_000_000, 300
#: How much memory a file may take beyond what the first took, and how many seconds.
MORE, LONGEST = 250_000_000, 10
LINE = re.compile(r"cnnfigs: .{20,510}\n")

#: What is to be said of some of them.
SAID = {
    "a bomb as weights": "bytes in such a file, got 150,000,",
    "a bomb in parts": "bytes in such a file, got 120,0",
    "a bomb as configuration": "config.json in it is larger than 10,000,000 bytes",
    "model.weights.h5 says 50 MB": "model.weights.h5 in it is not the 50,000,000 bytes that it says",
    "a bomb that says it is small as config.json": "config.json in it is not the 5,000 bytes that it says",
    "a bomb that says it is small as model.weights.h5": "model.weights.h5 in it is not the 5,000 bytes that it says",
    "packed as lzma": "is packed in a way that Keras does not know",
    "a terabyte that is not there": "bytes in such a file, got 4,000,000,000,012",
    "packed arrays": "bytes in such a file, got 3,000,000,012",
    "nested 400 deep": "is nested more than 100 deep",
    "a layers.Lambda": "layer 'last' is a Lambda, and code that comes with a model is never run",
    "a Lambda of Keras' own function": "layer 'last' is a Lambda",
    "a layers.TFSMLayer": "layer 'last' is a TFSMLayer",
    "Popen as one of ours": "is of the class cnnfigs>Popen, which Keras does not have",
    "a class with raw characters": r"is of the class Den\x1b[31mred\x07 line\x9b2J\u202eback",
    "a layer's name of a million letters": "nnnnn…nnnnn",
    "one word of 4 GB": "has numbers of the kind '<U1000000000'",
    "a thousand million calls": "calls layers and makes other objects more than 40,000 times",
    "a file for words": "Vocabulary file: '/etc/passwd'",
    "100000000 units": "its layers ask for 6,400,000,000 weights or more, and it holds at most 5,548",
    "many filters": "its layers ask for 900,000,000 weights",
    "large weights in a layer inside": "its layers ask for 4,000,000,000 weights",
    "a large input": "numbers that its layers give: expected at most 1,200,000,000 in one pass, got 60,000,000,000",
    "large windows": "multiplications: expected at most 200,000,000,000 in one pass, got 400,200,106,000,000",
    "many steps": "multiplications: expected at most 200,000,000,000 in one pass, got 10,000,0",
    "each with each": "in one pass, got 10,000,200,000",
    "no size": "gives no numbers: its shape is",
    "large.png": "expected up to 50,000,000 pixels, got 13,000×13,000: make it smaller",
    "huge.png": "expected up to 50,000,000 pixels, got more: make it smaller",
    "large.bmp": "expected up to 50,000,000 pixels, got more: make it smaller",
    "program.png": "is not a picture that can be read",
}


def attack(folder, words, *given):
    """Run the command line with several lists of words in one process of bounded memory; return what came of each."""
    kept = folder.parent / "kept"
    kept.mkdir()
    ended = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("attacked.py")), str(MEMORY), str(SECONDS), *given],
        input=json.dumps(words).encode(),
        capture_output=True,
        timeout=1200,
        check=False,
        cwd=folder,
        env={**os.environ, "TMPDIR": str(kept), "CNNFIGS_CACHE": str(folder.parent / "cache")},
    )
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    assert list(kept.iterdir()) == []
    return json.loads(ended.stdout)


def written(folder, cases):
    """Write models; return their names and the words that explain them."""
    folder.mkdir()
    names, words = [], []
    for number, (name, content) in enumerate(cases):
        path = folder / f"{number}.keras"
        path.write_bytes(content if isinstance(content, bytes) else hostile.packed(content))
        names.append(name)
        words.append(["explain", path.name, "-o", f"report{number}"])
    assert len(set(names)) == len(names)
    return names, words


def wrong(names, outcomes):
    """Say which are not refused as they should be."""
    first = outcomes[0]["memory"]
    for name, found in zip(names, outcomes, strict=True):
        said = found["said"]
        if found["status"] != 2 or not LINE.fullmatch(said) or not said[:-1].isprintable():
            yield name, found["status"], said[:600]
        elif SAID.get(name, "") not in said:
            yield name, said
        if found["memory"] > first + MORE or found["seconds"] > LONGEST:
            yield name, found["memory"] - first, found["seconds"]


def as_files(cases):
    return ((name, hostile.packed(content)) for name, content in cases)


@pytest.mark.thorough
def test_what_can_be_known_without_keras_is_refused_without_it(tmp_path):
    cases = [*hostile.zips(), *hostile.weights_before(), *as_files(hostile.known_before())]
    names, words = written(tmp_path / "models", cases)
    for name, content in hostile.pictures():
        (tmp_path / "models" / name).write_bytes(content)
        names.append(name)
        words.append(["explain", "convnet", "--image", name, "-o", "report"])
    before = set((tmp_path / "models").iterdir())
    outcomes = attack(tmp_path / "models", words)
    assert list(wrong(names, outcomes)) == []
    assert len(names) > 120
    assert set((tmp_path / "models").iterdir()) == before
    assert [name for name, found in zip(names, outcomes, strict=True) if found["keras"]] == []


@pytest.mark.thorough
def test_what_keras_opens_is_refused_in_one_line_or_told_without_what_is_raw(tmp_path):
    names, words = written(tmp_path / "models", [*hostile.weights_by_keras(), *hostile.known_by_keras()])
    before = set((tmp_path / "models").iterdir())
    opened, more = written(tmp_path / "opened", hostile.accepted())
    more = [["explain", f"../opened/{each[1]}", "-o", f"../{each[3]}", *each[4:]] for each in more]
    more = [[*each, "--image", str(CAT)] for each in more]
    tables = [["render", "LayerTable", f"--network={each[1]}", "-o", f"../{each[3]}.html"] for each in more[:3]]
    *outcomes, raw, long, middle = attack(tmp_path / "models", words + more + tables)
    refused, explained = outcomes[: len(names)], outcomes[len(names) :]
    assert list(wrong(names, refused)) == []
    assert len(names) > 50
    assert set((tmp_path / "models").iterdir()) == before
    for name, found, each in zip(opened, explained, more, strict=True):
        assert found["status"] == 0, (name, found)
        assert found["said"].endswith(f"{each[3]}/index.html\n")
        assert all(line.isprintable() and len(line) < 520 for line in found["said"].splitlines()), name
        assert found["memory"] < outcomes[0]["memory"] + MORE
        check_told(name, (tmp_path / "models" / each[3] / "index.html").read_text("utf-8"))
    for table, found in zip(tables, (raw, long, middle), strict=True):
        assert found["status"] == 0, found
        text = (tmp_path / "models" / table[-1]).read_text("utf-8")
        check_plain(text)
        rows = [row[0].text_content() for row in html.document_fromstring(text).xpath("//tbody/tr")]
        assert len(set(rows)) == len(rows) == 4
        (tmp_path / "models" / table[-1]).unlink()
    reports = [f"report{number}" for number in range(len(opened))]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cache", "kept", "models", "opened", *reports]


def check_plain(text):
    assert [each for each in hostile.RAW if not each.isprintable() and each != "\n" and each in text] == []
    assert len(text) < 500_000


def check_told(name, text):
    """A report holds nothing raw, no script, and all that can be told."""
    check_plain(text)
    page = html.document_fromstring(text)
    assert page.xpath("//script") == []
    sections = [heading.text.partition(":")[0] for heading in page.iter("h2")]
    first = ["Architecture", "Findings", "Layers", "Costs"]
    whole = [*first, "Receptive fields", "Feature maps", "Answer", "Grad-CAM"]
    told = " ".join(page.text_content().split())
    if "numbers" in name or "end" in name:
        assert sections == [*first, "What does not apply"]
        assert "its output 'answer' is no finite number" in told
    elif "name" in name:
        assert [each for each in sections if each != "What does not apply"][:7] == whole[:7]
        rows = [row[0].text_content() for row in page.xpath("//section[h2='Layers']//tbody/tr")]
        assert len(set(rows)) == 4
        assert rows[-1] == "Total"


def test_a_picture_that_is_no_file_is_not_waited_for(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    os.mkfifo(folder / "pipe.png")
    os.mkfifo(folder / "pipe.keras")
    (folder / "zeros.png").symlink_to("/dev/zero")
    (folder / "zeros.keras").symlink_to("/dev/zero")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "loop.keras").symlink_to("loop.keras")
    pictures = [["explain", "convnet", "--image", f"{name}.png", "-o", "r"] for name in ("pipe", "zeros", "loop")]
    models = [["explain", f"{name}.keras", "-o", "r"] for name in ("pipe", "zeros", "loop")]
    said = [found["said"] for found in attack(folder, pictures + models)]
    assert said[:2] == [f"cnnfigs: {name}.png is not a file\n" for name in ("pipe", "zeros")]
    expected = "expected a Keras model, saved with model.save('NAME.keras')"
    assert said[3:5] == [
        f"cnnfigs: {name}.keras: {expected}, got something that is no file\n" for name in ("pipe", "zeros")
    ]
    assert said[2].startswith("cnnfigs: loop.png cannot be read: ")
    assert said[5] == f"cnnfigs: loop.keras: {expected}, got no file\n"
