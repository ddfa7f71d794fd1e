"""When a page was last changed: repositories made for the test, whose dates are known."""

import re
from datetime import date
from pathlib import Path

import pytest
import small

from cnnfigs.sphinxext.site.history import last_changes


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A site whose first page was changed once, on 3 March, and its second twice."""
    folder = tmp_path / "original"
    folder.mkdir()
    small.write(folder)
    small.git(folder, "init", "-b", "main")
    small.commit(folder, "2026-03-03")
    (folder / "docs/two.md").write_text("# The second\n\nBetter words.\n", encoding="utf-8")
    small.commit(folder, "2026-05-12")
    return folder


def date_on(site: Path, page: str) -> str | None:
    match = re.search(r'<time datetime="([^"]*)">([^<]*)</time>', (site / f"{page}.html").read_text("utf-8"))
    return match and f"{match[1]}: {match[2]}"


def test_a_file_has_the_authors_date_of_its_last_commit(repository):
    (repository / "docs/new.md").write_text("not committed", encoding="utf-8")
    expected = {"index.md": date(2026, 3, 3), "one.md": date(2026, 3, 3), "two.md": date(2026, 5, 12)}
    assert last_changes(repository / "docs") == expected


def test_what_a_shallow_clone_does_not_know_is_left_out(repository, tmp_path):
    small.git(tmp_path, "clone", "--depth=1", repository.as_uri(), "shallow")
    assert last_changes(tmp_path / "shallow/docs") == {}
    (tmp_path / "shallow/docs/one.md").write_text("# The first\n", encoding="utf-8")
    small.commit(tmp_path / "shallow", "2026-05-20")
    assert last_changes(tmp_path / "shallow/docs") == {"one.md": date(2026, 5, 20)}


def test_without_a_repository_or_a_commit_nothing_is_known_and_nothing_fails(tmp_path):
    assert last_changes(tmp_path) == {}
    small.git(tmp_path, "init")
    assert last_changes(tmp_path) == {}


def test_without_git_nothing_is_known_and_nothing_fails(repository, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert last_changes(repository / "docs") == {}


def test_a_page_tells_its_date_and_a_commit_alone_brings_it_up_to_date(repository):
    site = small.build(repository)
    assert date_on(site, "one") == "2026-03-03: 3 March 2026"
    assert date_on(site, "two") == "2026-05-12: 12 May 2026"
    (repository / "docs/one.md").write_text("# The first\n\nOther words.\n", encoding="utf-8")
    small.build(repository)
    assert date_on(site, "one") == "2026-03-03: 3 March 2026"
    small.commit(repository, "2026-07-01")
    small.build(repository)
    assert date_on(site, "one") == "2026-07-01: 1 July 2026"


def test_pages_without_history_tell_no_date(tmp_path):
    small.write(tmp_path)
    assert date_on(small.build(tmp_path), "one") is None
