"""What ``cnnfigs explain`` writes besides its page: data by a schema, text, pictures, and a status for machines."""

import io
import json
import re
from pathlib import Path

import jsonschema
import keras
import numpy as np
import pytest
from lxml import etree
from PIL import Image

from cnnfigs.commands import explain
from cnnfigs.commands.report.data import SCHEMA
from cnnfigs.commands.report.findings import finding_list
from cnnfigs.data import FOLDER
from cnnfigs.findings.rules import rules
from cnnfigs.runs.own_model import ShownRange

pytestmark = pytest.mark.usefixtures("seeded")
layers = keras.layers
CAT = FOLDER / "chelsea.png"


#: All rules that warn of it.
IGNORED = [f"--ignore={name}" for name in ("softmax-twice", "stride-beyond-kernel", "pixels-never-read")]


@pytest.fixture
def faulty(tmp_path):
    """A model with two softmaxes, and a stride that leaves cells out."""
    stack = [layers.Rescaling(1 / 255), layers.Conv2D(4, 2, strides=3, activation="relu", name="sparse")]
    end = [layers.Flatten(), layers.Dense(3, "softmax", name="one"), layers.Softmax(name="again")]
    model = keras.Sequential([keras.Input((17, 17, 1), name="image"), *stack, *end], name="faulty")
    model.save(tmp_path / "faulty.keras")
    return model


def read_json(text):
    data = json.loads(text)
    jsonschema.validate(data, json.loads(SCHEMA.read_text("utf-8")))
    return data


def test_json_holds_every_number_as_its_schema_says(cnnfigs, faulty):
    status, out, err = cnnfigs("explain", "faulty.keras", "--json", "-")
    assert (status, err) == (0, "")
    data = read_json(out)
    assert (data["schema"], data["version"], data["answers"]) == ("cnnfigs-explain", 1, None)
    assert data["network"]["inputs"] == {"image": [17, 17, 1]}
    assert data["network"]["outputs"] == {"again": [3]}
    sparse = next(each for each in data["layers"] if each["name"] == "sparse")
    assert sparse["output_shape"] == [6, 6, 4]
    assert sparse["multiply_adds"] == 6 * 6 * 4 * 2 * 2
    assert sparse["activation_bytes"] == 4 * 6 * 6 * 4
    assert (sparse["receptive_field"], sparse["jump"]) == ([2, 2], [3, 3])
    assert sparse["share_of_input"] == pytest.approx(4 / 289)
    totals = data["totals"]
    assert totals["parameters"] == faulty.count_params()
    assert totals["multiply_adds"] == 576 + 432
    assert totals["flops"] == 2 * 1008
    told = {(each["rule"], each["layer"], each["severity"]) for each in data["findings"]}
    assert {("stride-beyond-kernel", "sparse", "warning"), ("softmax-twice", "again", "warning")} <= told


def test_json_of_images_has_the_answer_of_the_first(cnnfigs, tmp_path, faulty):
    Image.new("RGB", (20, 20), (90, 90, 90)).save(tmp_path / "grey.png")
    status, _, err = cnnfigs("explain", "faulty.keras", "--image", CAT, "--image", "grey.png", "--json", "told.json")
    assert status == 0, err
    data = read_json((tmp_path / "told.json").read_text("utf-8"))
    (answer,) = data["answers"]
    assert (answer["output"], answer["activation"]) == ("again", "softmax")
    pixels = explain.fitted_image(explain.read_image(CAT), (17, 17, 1), ShownRange(0, 255, ""))
    assert answer["values"] == pytest.approx(faulty.predict(pixels[None], verbose=0)[0].tolist(), rel=1e-4)
    assert sum(answer["values"]) == pytest.approx(1)


def test_all_outputs_come_of_one_call_and_json_stands_alone(cnnfigs, tmp_path, faulty):
    words = ["--svg", "a.svg", "--png", "a.png", "--theme", "dark", "--json", "-", "-o", "report"]
    status, out, err = cnnfigs("explain", "faulty.keras", *words)
    assert status == 0
    read_json(out)
    assert err.splitlines() == ["report/index.html", "a.svg", "a.png"]
    root = etree.fromstring((tmp_path / "a.svg").read_bytes())
    assert "17×17×1" in "".join(root.itertext())
    assert Image.open(io.BytesIO((tmp_path / "a.png").read_bytes())).width > 300


def test_text_is_what_is_printed_where_nothing_else_is_asked_for(cnnfigs, faulty):
    status, out, err = cnnfigs("explain", "faulty.keras")
    assert (status, err) == (0, "")
    assert cnnfigs("explain", "faulty.keras", "--text")[1] == out
    (row,) = re.findall(r"^sparse +Conv2D +6, 6, 4 +(.*)$", out, re.MULTILINE)
    assert row.split() == ["20", "576", "57.1", "%", "576", "B", "2×2", "3×3", "1.4", "%"]
    assert f"{faulty.count_params():,} parameters" in out
    assert "1,008 multiply-adds, 2,016 FLOPs" in out
    assert re.findall("^(?:warning|hint|info) ", out, re.MULTILINE) == ["warning "] * 3 + ["hint "]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--fail-on", "warning"], 1),
        (["--fail-on", "warning", "--ignore", "softmax-twice"], 1),
        (["--fail-on", "warning", *IGNORED], 0),
        (["--fail-on", "info"], 1),
        ([], 0),
    ],
)
def test_status_says_whether_something_was_found(cnnfigs, faulty, words, status):
    ended, _, err = cnnfigs("explain", "faulty.keras", "--json", "told.json", *words)
    assert ended == status
    if status:
        assert re.fullmatch(r"cnnfigs: \d+ findings?: .*\n", err)


def test_clean_model_passes_where_warnings_fail(cnnfigs):
    status, _, err = cnnfigs("explain", "convnet", "--json", "told.json", "--fail-on", "warning")
    assert (status, err) == (0, "")
    status, _, err = cnnfigs("explain", "convnet", "--json", "told.json", "--fail-on", "hint")
    assert status == 1
    assert err == "cnnfigs: 2 findings: pixels-never-read, odd-size-cut at max_pooling2d_2\n"


def test_what_cannot_be_asked_is_refused_before_the_model_is_read(refused, tmp_path):
    told = refused("explain", "none.keras", "--ignore", "no-scaling", "--ignore", "dead-chanels")
    assert told == "--ignore: there is no rule 'dead-chanels': did you mean dead-channels? `cnnfigs rules` names all"
    (tmp_path / "folder").mkdir()
    assert refused("explain", "none.keras", "--json", "folder") == "folder cannot be written: is a directory"
    assert refused("explain", "none.keras", "--range", "0-1") == "--range says how a picture is shown: add --image FILE"


def test_every_rule_is_told(cnnfigs):
    status, out, _ = cnnfigs("rules")
    assert status == 0
    for rule in rules().values():
        assert f"{rule.severity.word} {rule.name}  " in out
    assert out.count("Why:") == out.count("Change:") == out.count("Page:") == len(rules())


def test_findings_stand_in_the_report_with_places_and_reasons(explained, faulty):
    report = explained(faulty)
    section = report.sections["Findings"]
    heads = [heading.text_content() for heading in section.iter("h3")]
    assert heads[0].startswith("Warning: ")
    assert "Warning: softmax-twice" in heads
    text = " ".join(section.text_content().split())
    assert "again: one makes probabilities by softmax, and this makes them again." in text
    assert text.count("Why it matters.") == text.count("What to change.") == len(heads)
    head, *rows = [[cell.text_content() for cell in row] for row in report.sections["Costs"].iter("tr")]
    assert head[2] == "Multiply-adds"
    assert [row[2] for row in rows if row[0] in ("sparse", "one", "Total")] == ["576", "432", "1,008"]


def test_a_page_is_linked_where_it_is_known_where_the_site_is(explained, faulty, monkeypatch):
    monkeypatch.setenv("CNNFIGS_SITE_URL", "javascript:alert(1)//")
    assert not explained(faulty).sections["Findings"].xpath(".//a")
    monkeypatch.setenv("CNNFIGS_SITE_URL", "https://example.org/tutorial/")
    faulty.save("own.keras")
    shown = finding_list(explain.explain(Path("own.keras")).findings)
    assert 'href="https://example.org/tutorial/padding-and-strides.html"' in shown


def test_maps_of_images_are_judged(cnnfigs, tmp_path):
    conv = layers.Conv2D(4, 3, activation="relu", name="conv")
    stack = [layers.Rescaling(1 / 255), conv, layers.GlobalAveragePooling2D(), layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((32, 32, 3)), *stack])
    kernel, bias = conv.get_weights()
    kernel[..., 0], bias[0] = 0, -1  # never active
    kernel[..., 1] = kernel[..., 2] = np.abs(kernel[..., 2])  # the same, and active
    conv.set_weights([kernel, bias])
    model.save(tmp_path / "own.keras")
    status, out, err = cnnfigs("explain", "own.keras", "--image", CAT, "--json", "-")
    assert status == 0, err
    told = {each["rule"]: each for each in read_json(out)["findings"]}
    assert (told["dead-channels"]["layer"], told["dead-channels"]["number"]) == ("conv", 0.25)
    assert (told["duplicate-channels"]["layer"], told["duplicate-channels"]["number"]) == ("conv", 0.25)
    assert told["dead-channels"]["message"] == "1 of its 4 maps are zero everywhere in 1 image, such as 0"
