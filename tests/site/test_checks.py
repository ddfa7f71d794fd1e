"""Each check of the pages finds the fault that it is there for, and lets a sound page pass."""

import re
import shutil
import subprocess
import sys

import checks
import pytest
from browsers import CODE
from checks import DESKTOP, PHONE, Watch, open_page
from serving import serve

from cnnfigs.drawing.fonts import FOLDER

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{head}</head>
<body><main><h1>A page</h1>{body}</main></body></html>"""

#: A figure wider than a phone, in a scroller that is as it should be.
SCROLLER = """<style>.box {{ overflow-x: auto }} .wide {{ width: 690px; height: 50px; display: block }}</style>
<div class="box" {attributes}><svg class="wide" role="img" aria-label="A bar as wide as four thumbs"></svg></div>"""
REACHABLE = 'tabindex="0" role="region" aria-label="Figure 1"'


@pytest.fixture
def planted(tmp_path, tab):
    """Write a page, open it from a server, and give the tab, what was noticed, and the address."""
    with serve(tmp_path) as address:

        def plant(body: str = "<p>Words.</p>", head: str = "", window=DESKTOP):
            (tmp_path / "index.html").write_text(SOUND.format(body=body, head=head), encoding="utf-8")
            tab.set_viewport_size(window)
            watch = Watch(tab, address)
            open_page(tab, f"{address}/index.html")
            return tab, watch, address

        yield plant


def test_a_sound_page_passes_every_check(planted, tmp_path):
    page, watch, address = planted(SCROLLER.format(attributes=REACHABLE), window=PHONE)
    assert watch.problems == []
    assert checks.pictures_without_words(page) == []
    assert checks.axe_violations(page) == []
    assert checks.out_of_reach(page) == []
    assert checks.double_ids(page) == []
    assert checks.cut_on_paper(page) == []
    assert checks.broken_links(tmp_path) == []
    assert sum(checks.weight(watch.requests, address, tmp_path).values()) < 1000


@pytest.mark.parametrize(
    ("head", "body", "problem"),
    [
        ("", "<script>console.error('it broke')</script>", "console error: it broke"),
        ("", "<script>console.warn('it creaks')</script>", "console warning: it creaks"),
        ("", "<script>undefined.nothing</script>", "script error: .*undefined"),
        ("", '<img src="missing.png">', "status 404: .*missing.png"),
        ('<script src="missing.js"></script>', "", "status 404: .*missing.js"),
        # Port 9 of this machine stands for another host: nothing is asked of anybody.
        ('<script src="http://127.0.0.1:9/x.js"></script>', "", "another host: http://127.0.0.1:9/x.js"),
        ("", '<p style="color: red">Red.</p>', "console error: .*Content Security Policy"),
    ],
)
def test_complaints_of_a_loading_page_are_noticed(planted, head, body, problem):
    _, watch, _ = planted(body, head)
    assert any(re.search(problem, noticed) for noticed in watch.problems), watch.problems


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="data:,">',
        '<img src="data:," alt="">',
        '<img src="data:," alt="convolution.png">',
        '<img src="data:," alt="_images/5f2b1e9c0a7d4e8f.png with 1 figure">',
        '<img src="data:," alt="d41d8cd98f00b204e9800998ecf8427e">',
        '<svg width="9" height="9" role="img"></svg>',
        '<svg width="9" height="9" role="img" aria-label="Figure"></svg>',
        '<svg width="9" height="9" aria-label="A sentence of five words"></svg>',
    ],
)
def test_a_picture_without_words_is_found(planted, picture):
    page, *_ = planted(picture)
    assert len(checks.pictures_without_words(page)) == 1


@pytest.mark.parametrize(
    "picture",
    [
        '<img src="data:," alt="A cat looks straight at the camera.">',
        '<svg width="9" height="9" role="img" aria-label="A 3 by 3 kernel stands on a 5 by 5 input."></svg>',
        '<svg width="9" height="9" aria-hidden="true"></svg>',
        '<button aria-label="Copy"><svg width="9" height="9"></svg></button>',
    ],
)
def test_a_picture_with_words_or_for_decoration_passes(planted, picture):
    page, *_ = planted(picture)
    assert checks.pictures_without_words(page) == []


def test_axe_is_heard_in_the_theme_that_is_set(planted):
    style = "<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }</style>"
    page, *_ = planted(head=style)
    assert checks.axe_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert any("color-contrast" in violation for violation in checks.axe_violations(page))


@pytest.mark.parametrize(
    ("drawing", "rule"),
    [
        ("<svg role='img' aria-label='A bar'><rect width='9' height='9'/><text y='9'>1</text></svg>", None),
        ("<svg role='img'><rect width='9' height='9'/></svg>", "svg-img-alt"),
        ("<svg role='img' aria-label='A bar'><a href='#x'><text y='9'>1</text></a></svg>", "nested-interactive"),
        ("<svg role='img' aria-label='A bar'><g role='bar'><rect width='9' height='9'/></g></svg>", "aria-roles"),
        ("<svg role='img' aria-label='A bar'><rect width='9' height='9' aria-labl='x'/></svg>", "aria-valid-attr"),
    ],
)
def test_axe_is_heard_of_drawings_and_leaves_them_as_they_are(planted, drawing, rule):
    page, *_ = planted(drawing)
    before = page.content()
    assert {each.partition(":")[0] for each in checks.axe_violations(page)} == ({rule} if rule else set())
    assert page.content() == before


@pytest.mark.parametrize("folded", [True, False], ids=["folded", "open"])
def test_axe_is_heard_of_a_table_once_it_is_unfolded(planted, folded):
    table = "<table><tbody><tr><td>seventeen</td></tr></tbody></table>"
    body = f"<details{'' if folded else ' open'}><summary>More</summary><div>{table}</div></details>"
    page, *_ = planted(body, head="<style>td { color: #bbb }</style>")
    before = page.content()
    assert [each.partition(":")[0] for each in checks.axe_violations(page)] == ([] if folded else ["color-contrast"])
    assert page.content() == before


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<style>svg { width: 720px }</style><svg role="img"></svg>', "the page is "),
        (SCROLLER.format(attributes=""), "takes no focus"),
        (SCROLLER.format(attributes='tabindex="0"'), "without role and name"),
        (SCROLLER.format(attributes='tabindex="0" role="region"'), "without role and name"),
        (
            "<style>.cut { overflow: hidden } table { width: 720px }</style><div class='cut'><table></table></div>",
            "cut",
        ),
        # Centred in a scroller, what overflows to the left is lost for good.
        (
            SCROLLER.format(attributes=REACHABLE)
            + "<style>.box { display: flex; justify-content: center } .wide { flex: none }</style>",
            "cut at its left edge",
        ),
        # A scroller that itself reaches beyond the window: its right edge is never seen.
        (
            "<style>body { overflow-x: hidden } .box { width: 500px }</style>" + SCROLLER.format(attributes=REACHABLE),
            "cut at its right edge",
        ),
        ("<style>pre { overflow: auto; width: 90px }</style><pre>A line longer than the box</pre>", "takes no focus"),
        ("<style>img { width: 720px; height: 9px }</style><details><img alt=''></details>", "the page is "),
    ],
)
def test_what_a_phone_cannot_reach_is_found(planted, body, problem):
    page, *_ = planted(body, window=PHONE)
    problems = checks.out_of_reach(page)
    assert any(problem in found for found in problems), problems


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<style>body { background: #131416 }</style>", "the paper is rgb(19, 20, 22)"),
        ("<style>table { width: 720px }</style><table></table>", "<table></table> is cut"),
        ("<style>pre { width: 90px; overflow: auto }</style><pre>A line longer than the box</pre>", "is cut"),
    ],
)
def test_what_paper_cuts_is_found(planted, body, problem):
    page, *_ = planted(body)
    problems = checks.cut_on_paper(page)
    assert any(problem in found for found in problems), problems


def test_a_table_of_sentences_that_is_wider_than_a_phone_is_found(planted):
    style = "<style>.table-wrapper { overflow-x: auto } td { white-space: nowrap }</style>"
    table = f'<div class="table-wrapper"><table><td>{"a line of a table " * 9}</td></table></div>'
    page, *_ = planted(f'{style}<div class="cnn-stacked">{table}</div>', window=PHONE)
    assert len(checks.pushed_sideways(page)) == 1


def test_numbers_of_lists_that_are_cut_are_found(planted):
    style = "<style>section { overflow-x: auto } ol { padding: 0 0 0 22px }</style>"
    page, *_ = planted(f"{style}<section><ol>{'<li>One more.</li>' * 10}</ol></section>")
    (found,) = checks.cut_numbers(page)
    assert found.startswith("10. takes ")
    page, *_ = planted(f"{style}<section><ol>{'<li>One more.</li>' * 9}</ol></section>")
    assert checks.cut_numbers(page) == []


def test_double_ids_are_found(planted):
    page, *_ = planted('<p id="one"></p><p id="two"></p><p id="one"></p>')
    assert checks.double_ids(page) == ["id one twice"]


@pytest.mark.parametrize(
    ("link", "problems"),
    [
        ("other.html", 0),
        ("other.html#there", 0),
        ("#", 0),
        ("https://example.org/anywhere", 0),
        ("missing.html", 1),
        ("other.html#nowhere", 1),
        ("#nowhere", 1),
    ],
)
def test_broken_links_are_found(tmp_path, link, problems):
    (tmp_path / "index.html").write_text(SOUND.format(head="", body=f'<a href="{link}">A link</a>'))
    (tmp_path / "other.html").write_text(SOUND.format(head="", body='<p id="there">There.</p>'))
    assert len(checks.broken_links(tmp_path)) == problems


def test_a_sign_that_the_maths_font_lacks_is_found(tmp_path):
    formula = "<math><mi>x</mi><mi>h</mi><mi>α</mi><mi>max</mi><mo>≤</mo><mi>ж</mi></math> ж"
    (tmp_path / "index.html").write_text(SOUND.format(head="", body=formula), encoding="utf-8")
    assert checks.signs_without_glyph(tmp_path, *FOLDER.glob("maths*.woff2")) == ["ж (U+0436) of index.html"]


OURS = """<style>
@font-face { font-family: Ours; src: url(text.woff2) }
main, #inside { font-family: Ours } #theirs { font-family: serif }
</style>"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>Words.</p><pre>code()</pre><p><code>x</code></p>", []),
        ("<p>Words.</p><p>Others, with ж.</p>", ["p 'Words.', or alike: of 'Words.Othe, wiж' some"]),
        ("<p id=theirs>Words.</p><p id=theirs hidden>Others.</p>", ["p 'Words.'"]),
        ("<select id=theirs><option>One<option selected>Two</select>", ["select 'Two'"]),
        ("<input id=theirs aria-label=x placeholder=Three><input id=theirs aria-label=y value=4>", ["input 'Three'"]),
        ("<pre>code()</pre><p><code id=theirs>x</code></p><b id=theirs>x</b>", ["code 'x'", "b 'x'"]),
        (
            "<div id=inside></div><script>const root = document.querySelector('#inside').attachShadow({mode: 'open'});"
            "root.innerHTML = 'One<p>Two</p>'; root.lastChild.style.fontFamily = 'serif'</script>",
            ["p 'Two'"],
        ),
    ],
)
def test_a_text_in_a_font_of_the_machine_is_found(planted, tmp_path, body, found):
    shutil.copy(FOLDER / "text.woff2", tmp_path)
    tab, _, _ = planted(body, OURS)
    problems = checks.foreign_fonts(tab, CODE)
    assert len(problems) == len(found), problems
    assert all(
        problem.startswith(words) and "DejaVu" in problem for problem, words in zip(problems, found, strict=True)
    )
    assert checks.foreign_fonts(tab, CODE) == problems  # nothing is left of the first look


def test_a_first_load_weighs_all_that_it_asks_for_compressed(planted, tmp_path):
    (tmp_path / "long.js").write_text("// the same again and again\n" * 10_000)
    (tmp_path / "noise.png").write_bytes(bytes(range(256)) * 1000)
    _, watch, address = planted('<img src="noise.png" alt="">', '<script src="long.js"></script>')
    weights = checks.weight(watch.requests, address, tmp_path)
    assert weights["noise.png"] == 256_000  # a picture is not compressed again
    assert 0 < weights["long.js"] < 3000
    assert set(weights) == {"index.html", "long.js", "noise.png"}


def test_a_search_that_finds_nothing_gives_nothing(tab, served):
    assert checks.search(tab, f"{served}/index.html", "xylophone") == []


def test_without_a_built_site_the_tests_fail_and_say_what_to_run(run_pytest):
    result = run_pytest("--site", "nowhere")
    assert result.returncode == 1
    assert "run `nox -s site`" in result.stdout
    assert "skipped" not in result.stdout
    assert " passed" not in result.stdout


def test_without_a_browser_the_tests_fail_and_say_what_to_install(run_pytest, site):
    result = run_pytest("--site", str(site), "--chromium", "no-such-browser")
    assert result.returncode == 1
    assert "apt-get install chromium" in result.stdout
    assert "skipped" not in result.stdout
    assert " passed" not in result.stdout


@pytest.fixture
def run_pytest(pytestconfig):
    """Run a test of this folder in a pytest of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/site/test_pages.py"]
        return subprocess.run(
            [*command, "-k", "ids_are_unique", *arguments],
            cwd=pytestconfig.rootpath,
            capture_output=True,
            text=True,
        )

    return run
