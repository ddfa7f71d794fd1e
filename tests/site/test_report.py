"""The report of ``cnnfigs explain``, in a browser, from disk."""

from pathlib import Path

import checks
import keras
import pytest
from checks import DESKTOP, PHONE, Watch, open_page

from cnnfigs.commands import explain
from cnnfigs.data import FOLDER
from cnnfigs.drawing.document import POLICY, document


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Explain the convnet."""
    return explain.write_report(
        explain.explain(Path("convnet"), [FOLDER / "chelsea.png"]), tmp_path_factory.mktemp("report")
    ).as_uri()


def test_nothing_else_is_asked_for_and_nothing_complained_of(report, tab):
    watch = Watch(tab, report)
    open_page(tab, report)
    assert watch.problems == []
    assert [request for request in watch.requests if not request.startswith("data:")] == [report]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_all_can_be_reached(report, tab, window, theme):
    tab.set_viewport_size(window)
    tab.emulate_media(color_scheme=theme)
    open_page(tab, report)
    assert checks.axe_violations(tab) == []
    assert checks.double_ids(tab) == []
    assert checks.out_of_reach(tab) == []
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(19, 20, 22)"}[theme]


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_long_names_do_not_make_the_page_wider(window, tmp_path, tab):
    layers, name = keras.layers, "a_name_without_a_place_to_break_it".replace("_", "") * 3
    stack = [layers.Conv2D(2, 3, name=f"c{name}"), layers.MaxPooling2D(name=f"m{name}")]
    keras.Sequential([keras.Input((8, 8, 1), name=f"i{name}"), *stack], name=name).save(tmp_path / "long.keras")
    report = explain.write_report(explain.explain(tmp_path / "long.keras", [FOLDER / "chelsea.png"]), tmp_path)
    tab.set_viewport_size(window)
    open_page(tab, report.as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= window["width"]
    assert checks.out_of_reach(tab) == []


@pytest.mark.parametrize(
    "planted",
    [
        "<script>document.title = 'planted'</script>",
        "<img src='x' onerror='document.title = `planted`'>",
        "<svg onload='document.title = `planted`'></svg>",
    ],
)
def test_a_script_in_a_report_is_not_run(planted, tmp_path, tab):
    path = tmp_path / "report.html"
    whole = document("as it was", f"<p id='end'>text</p>{planted}")
    path.write_text(whole, "utf-8")
    tab.goto(path.as_uri())
    tab.wait_for_load_state("load")
    assert tab.title() == "as it was"
    path.write_text(whole.replace(POLICY, ""), "utf-8")
    tab.goto(path.as_uri())
    tab.wait_for_function("document.title === 'planted'")  # without the policy it does run


def test_nothing_is_cut_on_paper(report, tab):
    open_page(tab, report)
    assert checks.cut_on_paper(tab) == []
