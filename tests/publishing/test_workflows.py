"""The workflows of GitHub Actions: they run what exists, pin what they take from others, and may do little."""

import re
from pathlib import Path

import pytest
import small
import yaml
from nox_sessions import sessions

FOLDER = small.ROOT / ".github/workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
#: What each job may write; every other job reads at most.
WRITES = {
    ("publish", "site"): {"pages", "id-token"},
    ("publish", "notebooks"): {"contents"},
    ("newest", "tell"): {"issues"},
}
#: What an event brings that anybody can choose, and so must not become part of a command.
CHOSEN = re.compile(r"\$\{\{[^}]*(github\.event|github\.head_ref|github\.ref_name|inputs\.)")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def workflow(path: Path) -> dict:
    return yaml.safe_load(path.read_text("utf-8"))


def jobs() -> list:
    return [
        pytest.param(path.stem, name, job, id=f"{path.stem}-{name}")
        for path in WORKFLOWS
        for name, job in workflow(path)["jobs"].items()
    ]


def test_there_is_a_workflow_for_changes_for_publishing_and_for_the_newest_versions():
    events = {path.stem: set(workflow(path)[True]) for path in WORKFLOWS}  # YAML takes "on" for a truth value
    assert "pull_request" in events["check"]
    assert "push" in events["publish"]
    assert "schedule" in events["newest"]
    assert not any("pull_request_target" in each or "workflow_run" in each for each in events.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_is_taken_from_others_is_pinned_by_its_hash_and_told_by_its_version(path):
    used = re.findall(r"(?m)^\s*(?:- )?uses: (.+)$", path.read_text("utf-8"))
    assert used
    assert [each for each in used if not PINNED.fullmatch(each) and not each.startswith("./")] == []


def test_one_action_has_one_hash_everywhere():
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for action, pin in re.findall(r"uses: ([\w./-]+)@(.+)", path.read_text("utf-8")):
            pins.setdefault(action, set()).add(pin)
    assert len(pins) > 5
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_nothing_but_what_its_jobs_say(path):
    assert workflow(path)["permissions"] == {}


@pytest.mark.parametrize(("path", "name", "job"), jobs())
def test_a_job_may_do_as_little_as_possible(path, name, job):
    permissions = job["permissions"]
    assert {what for what, how in permissions.items() if how == "write"} == WRITES.get((path, name), set())
    assert set(permissions.values()) <= {"read", "write"}
    if "uses" not in job:
        assert job["timeout-minutes"] <= 120
        assert job["runs-on"] == "ubuntu-24.04"


@pytest.mark.parametrize(("path", "name", "job"), jobs())
def test_no_step_keeps_a_password_or_runs_what_anybody_can_choose(path, name, job):
    for step in job.get("steps", []):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        assert not CHOSEN.search(step.get("run", "")), step
        assert "${{" not in step.get("run", ""), "a value reaches a command through its environment"


@pytest.mark.parametrize(("path", "name", "job"), jobs())
def test_the_sessions_that_are_run_exist(path, name, job):
    commands = "\n".join(step.get("run", "") for step in job.get("steps", []))
    named = {word for words in re.findall(r"nox -s ((?:[a-z]+ ?)+)", commands) for word in words.split()}
    assert named <= sessions()
    assert bool(named) == ("nox -s" in commands)


def test_the_weekly_run_never_blocks():
    steps = [step for job in workflow(FOLDER / "newest.yml")["jobs"].values() for step in job["steps"]]
    reporting = [step for step in steps if step.get("id") == "run"]
    assert len(reporting) == 2
    assert all(step["continue-on-error"] is True for step in reporting)


def test_a_change_is_published_only_after_the_checks():
    published = workflow(FOLDER / "publish.yml")["jobs"]
    assert published["check"]["uses"] == "./.github/workflows/check.yml"
    for name in ("site", "notebooks"):
        assert set(published[name]["needs"]) == {"check", "build"}
