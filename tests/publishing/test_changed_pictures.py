"""What the comparison of illustrations before and after says."""

import subprocess
import sys

import pytest
import small
from checks import open_page
from lxml import html
from PIL import Image

PROGRAM = small.ROOT / ".github/changed_pictures.py"


def compare(folder, *names: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(PROGRAM), *names]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def folders(tmp_path):
    """A picture that stays, one that changes, one that goes, one that is new, and two tables: one becomes a picture."""
    drawn = {
        "before": {"Same.png": "red", "Changed.png": "red", "Gone.png": "red"},
        "after": {"Same.png": "red", "Changed.png": "blue", "Drawn.png": "blue", "New & more.png": "blue"},
    }
    for folder, pictures in drawn.items():
        (tmp_path / folder).mkdir()
        for name, color in pictures.items():
            Image.new("RGB", (20, 10), color).save(tmp_path / folder / name)
        (tmp_path / folder / "Table.html").write_text(f"<p>{folder}</p>", encoding="utf-8")
    (tmp_path / "before" / "Drawn.html").write_text("<p>before</p>", encoding="utf-8")
    return tmp_path


def test_the_table_tells_what_differs_and_not_what_stays(folders):
    result = compare(folders, "before", "after", "report")
    assert result.returncode == 0, result.stderr
    assert (
        result.stdout.splitlines()[0]
        == "5 of the illustrations look different (3 changed, 1 gone, 1 new); there are 5 now."
    )
    rows = [tuple(cell.strip() for cell in line.split("|")[1:3]) for line in result.stdout.splitlines()[4:]]
    assert rows == [
        ("Changed", "changed"),
        ("Drawn", "changed"),
        ("Gone", "gone"),
        ("New & more", "new"),
        ("Table", "changed"),
    ]


def test_the_page_shows_both_sides(folders, tab):
    compare(folders, "before", "after", "report")
    page = html.parse(folders / "report/index.html")
    sides = {
        row.findtext("th").strip(): [bool(cell.xpath(".//img | .//iframe")) for cell in row.findall("td")]
        for row in page.iter("tr")
        if row.find("td") is not None
    }
    both = {name: [True, True] for name in ("Changed", "Drawn", "Table")}
    assert sides == {**both, "Gone": [True, False], "New & more": [False, True]}
    open_page(tab, (folders / "report/index.html").as_uri())
    tab.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    tab.wait_for_function("[...document.images].every(image => image.naturalWidth == 20)")
    assert tab.locator("img").count() == 5


def test_what_is_the_same_is_told_as_the_same(folders):
    result = compare(folders, "before", "before", "report")
    assert result.stdout == "None of the 5 illustrations looks different.\n"
    assert "No illustration looks different" in (folders / "report/index.html").read_text()


@pytest.mark.parametrize(
    ("names", "message"), [(("before",), "Usage"), (("before", "missing", "report"), "missing is no folder")]
)
def test_what_cannot_be_compared_is_told_in_a_line(folders, names, message):
    result = compare(folders, *names)
    assert result.returncode == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
