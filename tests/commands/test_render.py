"""Files that ``cnnfigs render`` writes, opened by other programs, and what it refuses."""

import io
import itertools
import os
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from lxml import etree, html
from PIL import Image
from pypdf import PdfReader
from svg_numbers import drawing

from cnnfigs import catalog
from cnnfigs.commands import files
from cnnfigs.drawing.formats import Look
from cnnfigs.drawing.palette import palette
from cnnfigs.illustrations.description import Description
from cnnfigs.illustrations.exercises.sizes import FieldBehindPooling
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.runs.windows.places import Slide

SVG = "{http://www.w3.org/2000/svg}"


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def rgb(color):
    return tuple(bytes.fromhex(color.removeprefix("#")))


def colors(path):
    return {tuple(map(int, color)) for color in np.unique(pixels(path).reshape(-1, 3), axis=0)}


def test_file_without_a_name_is_called_after_the_illustration(cnnfigs, tmp_path):
    assert cnnfigs("render", "padding")[0] == 0
    root = etree.parse(tmp_path / "Padding.svg").getroot()
    assert root.findtext(f"{SVG}title") == Padding().description
    assert not root.xpath("//@*[contains(., 'var(')]")


def test_parameters_are_given_with_or_without_equals_sign_and_hyphens(cnnfigs, tmp_path):
    written = []
    for number, words in enumerate(
        [["--kernel_size=2", "--padding=same"], ["--kernel-size", "2", "--padding", "same"]]
    ):
        assert cnnfigs("render", "Padding", *words, "-o", f"{number}.svg")[0] == 0
        written.append((tmp_path / f"{number}.svg").read_text())
    assert written[0] == written[1] == Padding(kernel_size=2, padding="same").to_svg()


def test_tuples_and_fractions_are_read_as_python_writes_them(cnnfigs, tmp_path):
    from cnnfigs.illustrations.filters.classic_kernels import ClassicKernels
    from cnnfigs.illustrations.training_and_measured.errors import ErrorTable

    cnnfigs("render", "ErrorTable", "--networks=convnet,dense_131", "-o", "t.txt")
    rows = (tmp_path / "t.txt").read_text().splitlines()
    assert len(rows) == len(ErrorTable(networks=("convnet", "dense_131")).tabulate(ErrorTable().result)) - 1
    names = ("Sobel, vertical edges", "identity")
    cnnfigs("render", "ClassicKernels", f"--names={names!r}", "-o", "k.svg")
    assert (tmp_path / "k.svg").read_text() == ClassicKernels(names=names).to_svg()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("form", ["png", "webp", "gif"])
def test_raster_has_the_colours_of_its_theme_and_twice_the_size(cnnfigs, tmp_path, form, theme):
    path = tmp_path / f"p.{form}"
    assert cnnfigs("render", "Padding", "-o", path, "--theme", theme)[0] == 0
    root = drawing(Padding())
    height, width = pixels(path).shape[:2]
    assert (width, height) == (2 * round(float(root.get("width"))), 2 * round(float(root.get("height"))))
    own, other = getattr(palette(), theme), getattr(palette(), "dark" if theme == "light" else "light")
    np.testing.assert_allclose(pixels(path)[0, 0], rgb(own["background"]), atol=4)
    if form != "gif":  # its colours are the nearest of 256
        there = colors(path)
        assert {rgb(own[name]) for name in ("kernel-fill", "output-fill", "input-fill")} <= there
        assert not {rgb(other[name]) for name in ("background", "kernel-fill", "output-fill")} & there


def test_chart_is_dark_with_its_axes_lines_and_texts(cnnfigs, tmp_path):
    path = tmp_path / "c.png"
    assert cnnfigs("render", "TrainingCurves", "-o", path, "--theme", "dark")[0] == 0
    there = colors(path)
    assert {rgb(palette().dark[name]) for name in ("background", "text", "network-convnet", "accent")} <= there
    assert not {rgb(value) for name, value in palette().light.items() if name != "muted"} & there


def test_png_and_pdf_tell_their_description(cnnfigs, tmp_path):
    for form in ("png", "pdf"):
        assert cnnfigs("render", "Padding", "-o", f"p.{form}")[0] == 0
    with Image.open(tmp_path / "p.png") as image:
        assert image.text["Description"] == Padding().description
    page = PdfReader(tmp_path / "p.pdf")
    assert page.metadata.title == Padding().description
    assert "input cells it sees" in page.pages[0].extract_text()


@pytest.mark.parametrize("form", ["svg", "png", "pdf", "gif", "webp"])
def test_files_are_the_same_each_time(cnnfigs, tmp_path, form):
    for name in ("one", "two"):
        assert cnnfigs("render", "TrainingCurves", "-o", f"{name}.{form}", "--theme", "dark")[0] == 0
    assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_animation_has_a_frame_for_each_place(cnnfigs, tmp_path, form):
    path = tmp_path / f"w.{form}"
    assert cnnfigs("render", "WindowAnimation", "--strides=2", "-o", path, "--theme=dark")[0] == 0
    with Image.open(path) as film:
        assert film.n_frames == 4
        assert film.info["loop"] == 0
        frames = []
        for number in range(film.n_frames):
            film.seek(number)
            film.load()
            assert film.info["duration"] == 1200
            frames.append(np.asarray(film.convert("RGB")).astype(int))
    background = np.array(rgb(palette().dark["background"]))
    assert all(np.abs(frame[-1, -1] - background).max() <= 2 for frame in frames)
    assert all(np.abs(one - other).max() > 50 for one, other in itertools.pairwise(frames))


def test_still_of_an_animation_is_its_last_frame_in_plain_colours(cnnfigs, tmp_path):
    from cnnfigs.illustrations.windows.window_animation import WindowAnimation

    assert cnnfigs("render", "WindowAnimation", "-o", "w.svg")[0] == 0
    root = etree.parse(tmp_path / "w.svg").getroot()
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    run = WindowAnimation().result
    assert [text for text in texts if text.endswith(f"= {run.output[-1, -1]:g}")]
    assert not [text for text in texts if text.endswith(f"= {run.output[0, 0]:g}")]
    assert not root.xpath("//@*[contains(., 'var(')] | //@class | //@visibility")
    assert cnnfigs("render", "WindowAnimation", "-o", "w.png")[0] == 0
    assert rgb(palette().light["kernel"]) in colors(tmp_path / "w.png")


def test_film_needs_ffmpeg_and_says_so(refused, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    told = refused("render", "WindowAnimation", "--format=mp4")
    assert told.startswith(
        "WindowAnimation: format: expected gif or webp, got 'mp4', which ffmpeg writes, and it is not installed"
    )
    assert list(tmp_path.iterdir()) == []


def test_film_is_given_to_ffmpeg_frame_by_frame(cnnfigs, tmp_path, monkeypatch):
    """A stand-in for ffmpeg writes down how it was called and how many bytes of pictures it was given."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nfor last; do :; done\n{ echo "$@"; wc -c; } > "$last"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert cnnfigs("render", "WindowAnimation", "-o", "w.mp4")[0] == 0
    said, count = (tmp_path / "w.mp4").read_text().splitlines()
    words = said.split()
    width, height = map(int, words[words.index("-s") + 1].split("x"))
    assert "h264" in words
    assert width % 2 == height % 2 == 0
    assert int(count) == 9 * 6 * width * height * 4  # nine places, each 1.2 s at 5 pictures a second


def test_table_is_a_document_or_text(cnnfigs, tmp_path):
    assert cnnfigs("render", "LayerTable", "-o", "t.html", "--theme", "dark")[0] == 0
    page = html.parse(tmp_path / "t.html").getroot()
    assert page.get("lang") == "en"
    assert page.findtext(".//title") == page.findtext(".//h1") == catalog.entries()["LayerTable"].line
    assert page.find("body").get("data-theme") == "dark"
    assert len(page.findall(".//tbody/tr")) == 8
    assert cnnfigs("render", "LayerTable", "--format", "txt")[0] == 0
    assert cnnfigs("render", "GreyWall", "--format", "txt")[0] == 0
    assert "would be right if padding were neutral" in (tmp_path / "GreyWall.txt").read_text()
    assert cnnfigs("render", "GreyWall")[0] == 0
    assert html.parse(tmp_path / "GreyWall.html").xpath("//details[not(@open)]/summary")
    assert (tmp_path / "LayerTable.txt").read_text().splitlines()[-1].split() == ["Total", "104,202"]


@pytest.mark.parametrize("name", ["LayerTable", "OutputSizes", "WorthOfExamples"])
def test_no_column_of_a_table_is_out_of_sight_where_there_is_room(cnnfigs, tmp_path, browser, name):
    assert cnnfigs("render", name, "-o", "t.html")[0] == 0
    page = browser.new_page(viewport={"width": 800, "height": 600})
    page.goto((tmp_path / "t.html").as_uri())
    box, hidden = page.evaluate(
        "[document.querySelector('thead th:last-child').getBoundingClientRect().right, "
        "document.querySelector('.scrolling').scrollWidth - document.querySelector('.scrolling').clientWidth]"
    )
    page.close()
    assert (box <= 800, hidden) == (True, 0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["render"], "which illustration? `cnnfigs list` names all; one is meant by `cnnfigs render Padding`"),
        (["describe"], "which illustration? `cnnfigs list` names all; one is meant by `cnnfigs describe Padding`"),
        (["render", "Pading"], "there is no illustration 'Pading': did you mean Padding?"),
        (["render", "qqqqqq"], "there is no illustration 'qqqqqq': `cnnfigs list` names all"),
        (["describe", "Reelu"], "there is no illustration 'Reelu': did you mean Relu?"),
        (["render", "Padding", "--kernel_size=7"], "Padding: kernel_size: expected a whole number from 1 to 5, got 7"),
        (["render", "Padding", "--size=five"], "Padding: size: expected a whole number from 3 to 6, got 'five'"),
        (["render", "Padding", "--padding=round"], "Padding: padding: expected 'valid' or 'same', got 'round'"),
        (
            ["render", "Padding", "--kernel_sise=3"],
            "Padding has no parameter 'kernel_sise': did you mean --kernel_",
        ),
        (["render", "Timeline", "--size=3"], "Timeline has no parameter 'size': expected none"),
        (["render", "Padding", "--size"], "--size has no value: write --size=VALUE"),
        (["render", "Padding", "5"], "what is '5'? Parameters are written --name=value"),
        (["render", "Padding", "-o", "p.bmp"], "Padding is a picture: format: expected svg, png"),
        (["render", "Padding", "--format=mp4"], "Padding is a picture: format: expected svg, png"),
        (
            ["render", "LayerTable", "-o", "t.mp4"],
            "LayerTable is a table: format: expected html, txt",
        ),
        (["render", "GreyWall", "-o", "g.png"], "GreyWall is an exercise: format: expected html, txt"),
        (
            ["render", "WindowAnimation", "--format=html"],
            "WindowAnimation is an animation: format: expected gif",
        ),
        (["render", "Padding", "--theme=blue"], "Invalid value for '--theme': 'blue' is not one of 'light', 'dark'."),
        (["render", "Padding", "--all", "-o", "x"], "--all renders every illustration as it is: leave out Padding"),
        (["render", "--all"], "--all needs a folder to render into: add -o FOLDER"),
        (["render", "--all", "-o", "x", "--format=bmp"], "--format: expected svg, png, pdf"),
        (["render", "Architecture", "--network=resnet"], "Architecture: network: expected convnet, "),
        (["render", "Architecture", "--network=no.keras"], "no.keras: expected a Keras model"),
        (["render", "PhotoAnswers", "--image=no.jpg"], "no.jpg cannot be read: no such file or directory"),
        (
            ["render", "Padding", "--flavour=3"],
            "Padding has no parameter 'flavour': expected --size, --kernel_size,",
        ),
        (
            ["render", "Padding", "-o", "p.svg", "--scale=3"],
            "Padding: scale is given, and the format is 'svg': scale is",
        ),
        (["render", "Padding", "-o", "p.png", "--scale=-1"], "scale: expected a number above 0, at most 20, got -1.0"),
        (["render", "Padding", "-o", "p.png", "--width=0"], "width: expected a whole number from 1 to 20,000, got 0"),
        (
            ["render", "Padding", "-o", "p.png", "--dpi=9", "--width=9"],
            "--dpi is another way to say --scale or --width",
        ),
        (["render", "Padding", "-o", "p.png", "--dpi=0"], "--dpi: expected a number above 0, at most 1,440, got 0.0"),
        (["render", "Pading", "--help"], "there is no illustration 'Pading': did you mean Padding?"),
        (["list", "pading"], "there is no illustration with pading: did you mean Padding?"),
        (["list", "padding", "qqqq"], "there is no illustration with padding and qqqq: "),
        (["rendr"], "No such command 'rendr'. Did you mean 'render'?"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_what_cannot_be_done_is_told_in_one_line(refused, tmp_path, words, told):
    assert refused(*words).startswith(told)
    assert list(tmp_path.iterdir()) == []


def test_output_that_cannot_be_written_is_told_in_one_line(refused, tmp_path):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.svg").mkdir()
    assert refused("render", "Padding", "-o", "file/p.svg").startswith("file/p.svg cannot be written: ")
    assert refused("render", "Padding", "-o", "folder.svg") == "folder.svg cannot be written: is a directory"
    assert refused("render", "--all", "-o", "file").startswith("file cannot be made: ")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("method", ["run", "draw", "describe"])
@pytest.mark.parametrize("mistake", [ValueError, TypeError, KeyError, OSError])
def test_mistake_in_an_illustrations_code_keeps_its_traceback(cnnfigs, tmp_path, monkeypatch, method, mistake):
    def mistaken(self, run=None) -> Slide:
        raise mistake("shapes that do not fit")

    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(Padding, method, mistaken)
    with pytest.raises(mistake) as raised:
        cnnfigs("render", "Padding")
    assert raised.traceback[-1].name == "mistaken"


@pytest.mark.parametrize("command", ["render", "describe"])
def test_description_that_is_none_is_told_with_the_illustrations_name(refused, monkeypatch, command):
    monkeypatch.setattr(Padding, "describe", lambda self, run: Description("", ["It is a grid."]))
    assert refused(command, "Padding") == "Padding: name: expected a sentence, got ''"


@pytest.mark.parametrize("command", ["render", "describe"])
def test_rule_that_is_right_by_chance_is_told_with_parameters_and_rule(refused, monkeypatch, command):
    run = FieldBehindPooling().result
    wrong = replace(run.wrong[0], rule="all were one", values=run.right)
    monkeypatch.setattr(FieldBehindPooling, "result", replace(run, wrong=(*run.wrong, wrong)))
    exercise = FieldBehindPooling(kernel_size=5)
    assert refused(command, "FieldBehindPooling", "--kernel_size=5") == (
        f"{exercise!r}: the rule 'all were one' also gives {exercise.write(run.right)}: "
        "refuse these parameters in __post_init__"
    )


@pytest.mark.parametrize("name", ["x", "x.GIF"])
def test_a_name_that_says_no_other_format_gets_the_wanted_one(cnnfigs, tmp_path, name):
    assert cnnfigs("render", "Padding", "-o", name, "--format", "gif")[0] == 0
    with Image.open(tmp_path / name) as image:
        assert image.format == "GIF"


def test_own_network_that_cannot_be_shown_is_told_in_one_line(refused):
    import keras

    keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)], name="flat").save("own.keras")
    told = refused("render", "Architecture", "--network=own.keras")
    assert told == "Architecture: image has shape (28, 28, 1): flat reads (5,)"


def test_damaged_data_is_told_in_one_line(refused, monkeypatch):
    from cnnfigs import data

    def missing(name):
        raise data.DataError(f"{name} is damaged")

    monkeypatch.setattr(data, "_shipped", missing)
    data.cat_photo.cache_clear()
    monkeypatch.setenv("CNNFIGS_CACHE", str(Path.cwd() / "empty"))
    try:
        assert refused("describe", "PhotoAnswers") == "chelsea.png is damaged"
    finally:
        data.cat_photo.cache_clear()


def test_pixels_to_an_inch_make_png_and_pdf_equally_large_on_paper(cnnfigs, tmp_path):
    assert cnnfigs("render", "Padding", "-o", "p.png", "--dpi", "300")[0] == 0
    assert cnnfigs("render", "Padding", "-o", "p.pdf")[0] == 0
    with Image.open(tmp_path / "p.png") as image:
        np.testing.assert_allclose(image.info["dpi"], 300, rtol=1e-3)
        inches = image.width / 300
    (sheet,) = PdfReader(tmp_path / "p.pdf").pages
    assert abs(float(sheet.mediabox.width) / 72 - inches) < 0.01


def test_each_of_many_is_as_large_as_its_format_can_be(cnnfigs, tmp_path, few):
    status, _, err = cnnfigs("render", "--all", "-o", "all", "--format", "svg", "--scale", "3", "--transparent")
    assert status == 0, err
    status, _, err = cnnfigs("render", "--all", "-o", "png", "--format", "png", "--scale", "3")
    assert status == 0, err
    for name in ("LayerTable", "Padding"):
        width = float(etree.parse(tmp_path / "all" / f"{name}.svg").getroot().get("width"))
        with Image.open(tmp_path / "png" / f"{name}.png") as image:
            assert abs(image.width - 3 * width) <= 1


@pytest.mark.parametrize("kept", [True, False])
def test_what_takes_long_is_told_while_it_does(cnnfigs, monkeypatch, tmp_path, kept):
    from cnnfigs.commands import arguments

    told = []

    class Recorder:
        def __init__(self, stderr):
            assert stderr

        def status(self, words):
            told.append(words)
            return arguments.nullcontext()

    monkeypatch.setattr(arguments, "Console", Recorder)
    if not kept:
        monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "empty"))
    assert cnnfigs("render", "SameSizes", "-o", "s.txt")[0] == 0
    assert told == ([] if kept else ["SameSizes is computed, once: Keras takes some seconds to start"])


def test_own_photo_and_own_network_are_read_from_files(cnnfigs, tmp_path):
    import keras

    Image.fromarray(np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)).save(tmp_path / "own.png")
    from cnnfigs.commands.arguments import illustration

    photo = illustration(["PhotoAnswers", f"--image={tmp_path / 'own.png'}"])
    assert photo.image.shape == (20, 30, 3)
    layers = keras.layers
    keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(3)], name="mine").save("m.keras")
    status, _, err = cnnfigs("render", "LayerTable", "--network=m.keras", "-o", "t.txt")
    assert status == 0, err
    assert "784·3 + 3 = 2,355" in (tmp_path / "t.txt").read_text()


class Executor:
    """Does at once, in this process, what would be done in others."""

    def __init__(self, *_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, function, *arguments):
        from concurrent.futures import Future

        done = Future()
        done.set_result(function(*arguments))
        return done


@pytest.fixture
def few(monkeypatch):
    """Let there be four illustrations only."""
    known = catalog.entries()
    some = {name: known[name] for name in ("LayerTable", "Padding", "Timeline", "WindowAnimation")}
    monkeypatch.setattr(catalog, "entries", lambda: some)
    monkeypatch.setattr(files, "entries", lambda: some)
    monkeypatch.setattr(files, "ProcessPoolExecutor", Executor)
    return some


def test_all_are_rendered_and_what_changed_is_told(cnnfigs, tmp_path, few):
    status, out, err = cnnfigs("render", "--all", "-o", "all")
    assert status == 0, err
    made = {path.name for path in (tmp_path / "all").iterdir()}
    assert made == {"LayerTable.html", "Padding.svg", "Timeline.svg", "WindowAnimation.gif"}
    assert out.splitlines()[0] == f"4 new: {', '.join(sorted(made))}"
    times = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "all").iterdir()}

    (tmp_path / "all" / "Padding.svg").write_text("an older one")
    (tmp_path / "all" / "Timeline.svg").unlink()
    (tmp_path / "all" / "notes.txt").write_text("mine")
    status, out, _ = cnnfigs("render", "--all", "-o", "all")
    assert status == 0
    assert out.splitlines() == [
        "1 new: Timeline.svg",
        "1 changed: Padding.svg",
        "2 unchanged",
        "1 there before and left as they are: notes.txt",
    ]
    assert (tmp_path / "all" / "LayerTable.html").stat().st_mtime_ns == times["LayerTable.html"]
    assert (tmp_path / "all" / "Padding.svg").read_text() == Padding().to_svg()


def test_one_that_fails_is_told_and_the_others_are_rendered(cnnfigs, tmp_path, few, monkeypatch):
    monkeypatch.setattr(Padding, "draw", lambda self, run: 1 / 0)
    status, _, err = cnnfigs("render", "--all", "-o", "all", "--format", "png")
    assert status == 2
    assert err.splitlines()[-2:] == ["cnnfigs: 1 failed", "Padding: division by zero"]
    assert {path.name for path in (tmp_path / "all").iterdir()} == {
        "LayerTable.png",
        "Timeline.png",
        "WindowAnimation.png",
    }


def test_several_processes_render_too(tmp_path, monkeypatch):
    known = catalog.entries()
    (tmp_path / "all").mkdir()
    monkeypatch.setattr(files, "entries", lambda: {name: known[name] for name in ("Padding", "Timeline")})
    done = {each.name: each.outcome for each in files.render_all(tmp_path / "all", None, Look(), 2)}
    assert done == {"Padding": "new", "Timeline": "new"}
    assert (tmp_path / "all" / "Padding.svg").read_text() == Padding().to_svg()


def test_processes_end_with_the_one_that_began_them_even_by_force(tmp_path):
    command = [sys.executable, "-m", "cnnfigs", "render", "--all", "--jobs", "2", "-o", str(tmp_path)]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    family = []
    try:
        deadline = time.monotonic() + 600
        while not any(tmp_path.iterdir()):
            assert program.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        family = psutil.Process(program.pid).children(recursive=True)
    finally:
        program.kill()
        program.wait()
    _, living = psutil.wait_procs(family, timeout=60)
    for each in living:
        each.kill()
    assert family
    assert not living


def test_files_can_be_read_by_others_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        assert files.write(tmp_path / "made" / "f.svg", b"x") == "new"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "made" / "f.svg").stat().st_mode) == 0o640
    assert files.write(tmp_path / "made" / "f.svg", b"x") == "unchanged"
    assert files.write(tmp_path / "made" / "f.svg", io.BytesIO(b"y").getvalue()) == "changed"
