"""The runs that pages need are found before their cells run, and each is computed once."""

import json
import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cnnfigs import cache, catalog
from cnnfigs.building import workers
from cnnfigs.building.costs import SHIPPED, Costs
from cnnfigs.building.finding import job_of, jobs_of
from cnnfigs.building.forking import AVAILABLE, Forked, Server
from cnnfigs.building.workers import Done, compute, plan, unique
from cnnfigs.illustrations.base import Illustration
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.illustrations.windows.same_sizes import SameSizes
from cnnfigs.sphinxext.reading import facts

PAGES = sorted(path.stem for path in catalog.PAGES.glob("*.md") if "{code-cell}" in path.read_text("utf-8"))


def cells_of(name: str) -> list[str]:
    text = (catalog.PAGES / f"{name}.md").read_text("utf-8")
    return [catalog._OPTION.sub("", cell[2]) for cell in catalog._CODE_CELL.finditer(text)]


@pytest.mark.parametrize("name", PAGES)
def test_what_the_cells_of_a_page_ask_for_is_found(name, monkeypatch):
    """Run the cells as a kernel does, without computing, and note whose results they ask for."""
    wanted = set()
    monkeypatch.setattr(facts, "quote", lambda **sources: wanted.update(each.key for each in sources.values()))
    monkeypatch.setattr(Illustration, "_repr_mimebundle_", lambda self, *_: wanted.add(self.key) or {"text/plain": ""})
    monkeypatch.setattr(Illustration, "result", property(lambda self: wanted.add(self.key)))
    shell = InteractiveShell()
    for cell in cells_of(name):
        shell.run_cell(cell).raise_error()
        result = shell.user_ns.get("_")
        if isinstance(result, Illustration):
            wanted.add(result.key)
    jobs = {job.key for job in jobs_of("\n".join(cells_of(name)))}
    assert wanted - {None} <= jobs
    assert jobs


def test_titles_tell_calls_apart_and_make_them_again():
    code = (
        "from cnnfigs.illustrations.windows.padding import Padding\n"
        "from cnnfigs.illustrations.windows.same_sizes import SameSizes as Pieces\n"
        "Padding(4)\nPadding(size=4)\nPadding()\nPieces()\n"
    )
    jobs = unique(jobs_of(code))
    assert [job.title for job in jobs] == ["Padding(size=4)", "Padding()", "SameSizes()"]
    assert [job.load() for job in jobs] == [Padding(size=4), Padding(), SameSizes()]
    assert len({job.key for job in jobs}) == 3


@pytest.mark.parametrize(
    "code",
    [
        "Padding(",
        "from cnnfigs.illustrations.windows.padding import Padding\nsize = 4\nPadding(size=size)",
        "from cnnfigs.illustrations.windows.padding import Padding\nPadding(size=1000)",
        "from cnnfigs.illustrations.windows.padding import Padding\nPadding(**{'size': 4})",
        "from cnnfigs.illustrations.windows.padding import Nothing\nNothing()",
        "from cnnfigs.nowhere import Padding\nPadding()",
        "from cnnfigs.sphinxext.reading.facts import quote\nquote()",
        "import math\nmath.sqrt(4)",
    ],
)
def test_what_cannot_be_known_is_left_to_the_cells(code):
    assert list(jobs_of(code)) == []


def test_dearest_are_first_and_what_was_measured_is_remembered(tmp_path):
    jobs = list(
        jobs_of(
            "from cnnfigs.illustrations.windows.padding import Padding\n"
            "Padding(size=4)\nPadding(size=5)\nPadding(size=6)"
        )
    )
    costs = Costs(tmp_path)
    costs.remember({jobs[0].title: 1.5, jobs[1].title: 0.2, jobs[2].title: 7.0})
    for known in (costs, Costs(tmp_path)):
        assert known.ordered(jobs) == [jobs[2], jobs[0], jobs[1]]
    (tmp_path / "costs.json").write_text("{half", "utf-8")
    assert Costs(tmp_path).of(jobs[0]) != 1.5


def test_shipped_costs_are_those_of_calls_on_pages():
    """They may lag behind, so that not all are there; but who writes them must write calls."""
    assert all(re.fullmatch(r"\w+\(.*\)", title) for title in json.loads(SHIPPED.read_text("utf-8")))


@pytest.mark.skipif(not AVAILABLE, reason="only Linux is known to fork these libraries safely")
@pytest.mark.parametrize(("allowed", "processes"), [(10**12, 1), (0, 3)])
def test_a_process_that_keeps_much_memory_is_replaced(allowed, processes, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "runs"))
    monkeypatch.setattr(workers, "KEPT", allowed)
    forked = []
    monkeypatch.setattr(workers, "Forked", lambda *arguments: forked.append(Forked(*arguments)) or forked[-1])
    code = (
        "from cnnfigs.illustrations.windows.padding import Padding\nPadding(size=4)\nPadding(size=5)\nPadding(size=6)"
    )
    with Server() as server:
        done = [event for event in compute(server.address, unique(jobs_of(code)), 1) if isinstance(event, Done)]
    assert [each.error for each in done] == ["", "", ""]
    assert len({each.pid for each in forked}) == processes


@pytest.mark.skipif(not AVAILABLE, reason="only Linux is known to fork these libraries safely")
def test_runs_are_computed_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNFIGS_CACHE", str(tmp_path / "runs"))
    code = "from cnnfigs.illustrations.windows.padding import Padding\n"
    pages = {"one": code + "Padding(size=4)\nPadding(size=5)", "two": code + "Padding(size=5)", "three": ""}
    with Server() as server:
        needed = plan(server, pages)
        assert [len(needed[name]) for name in ("one", "two", "three")] == [2, 1, 0]
        assert needed["two"] == [job_of(Padding(size=5))]
        jobs = unique(job for each in needed.values() for job in each)
        server.warm_keras()
        done = [event for event in compute(server.address, jobs, 2) if isinstance(event, Done)]
        assert sorted(each.job.title for each in done) == ["Padding()", "Padding(size=4)"]
        assert not any(each.error or each.warnings for each in done)
        assert all(cache.is_kept(job.key) for job in jobs)
        assert plan(server, pages) == {"one": [], "two": [], "three": []}
        # What fails is told, and the others go on.
        broken = [type(jobs[0])(**{**vars(jobs[0]), "parameters": "{'size': 99}"}), jobs[1]]
        errors = {
            event.job.title: event.error for event in compute(server.address, broken, 1) if isinstance(event, Done)
        }
    assert errors["Padding()"] == ""
    assert errors["Padding(size=4)"].endswith("ParameterError: size: expected a whole number from 3 to 6, got 99")
