"""The workflows of GitHub Actions: they run what exists, pin what they take from others, and may do little."""

import importlib.util
import json
import re
import subprocess
import tomllib
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
    ("release", "publish"): {"id-token"},
    ("release", "tell"): {"contents"},
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
    assert workflow(FOLDER / "release.yml")[True] == {"push": {"tags": ["v*"]}}
    assert not any("pull_request_target" in each or "workflow_run" in each for each in events.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_is_taken_from_others_is_pinned_by_its_hash_and_told_by_its_version(path):
    used = re.findall(r"(?m)^\s*(?:- )?uses: (.+)$", path.read_text("utf-8"))
    assert used
    assert [each for each in used if not PINNED.fullmatch(each) and not each.startswith("./")] == []


def test_one_action_has_one_hash_everywhere():
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for action, pin in re.findall(r"uses: ([\w.-]+/[\w.-]+)[\w./-]*@(.+)", path.read_text("utf-8")):
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
        systems = {each["system"] for each in job.get("strategy", {}).get("matrix", {}).get("include", [])}
        assert {job["runs-on"]} == ({"${{ matrix.system }}"} if systems else {"ubuntu-24.04"})


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


def test_the_site_is_built_on_every_version_of_python_that_is_promised():
    promised = re.findall(r"Python :: (3\.\d+)", (small.ROOT / "pyproject.toml").read_text("utf-8"))
    elsewhere = workflow(FOLDER / "newest.yml")["jobs"]["elsewhere"]["strategy"]["matrix"]["include"]
    tried = {each["python"] for each in elsewhere}
    assert {*promised} == tried
    assert len({each["system"].partition("-")[0] for each in elsewhere}) == 3


def test_dependabot_looks_after_all_that_is_pinned_elsewhere_than_in_the_lock():
    updates = workflow(small.ROOT / ".github/dependabot.yml")["updates"]
    folders = {folder for each in updates for folder in each.get("directories", [])}
    listed = subprocess.run(["git", "ls-files"], cwd=small.ROOT, check=True, capture_output=True, text=True).stdout
    locks = {f"/{Path(name).parent}" for name in listed.splitlines() if Path(name).name == "package-lock.json"}
    assert locks
    assert folders == locks
    assert {each["package-ecosystem"] for each in updates} >= {"github-actions", "npm", "devcontainers"}


@pytest.mark.parametrize("path", sorted((small.ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda p: p.stem)
def test_issue_forms_have_what_github_wants(path):
    form = workflow(path)
    if path.stem == "config":
        assert form == {"blank_issues_enabled": True}
        return
    assert {"name", "description", "body"} <= form.keys()
    ids = [each["id"] for each in form["body"]]
    assert len(ids) == len({*ids})
    for each in form["body"]:
        assert each["type"] in {"input", "textarea", "dropdown", "checkboxes"}
        assert each["attributes"]["label"]
        assert "options" in each["attributes"] or each["type"] in {"input", "textarea"}


def test_the_development_container_installs_what_the_sessions_need():
    container = json.loads((small.ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    script = container["postCreateCommand"].removeprefix("bash ")
    subprocess.run(["bash", "-n", script], cwd=small.ROOT, check=True)
    text = (small.ROOT / script).read_text("utf-8")
    assert all(each in text for each in ("chromium", "epubcheck", "nox[uv]"))
    assert any("node" in each for each in container["features"])


# Releases.


@pytest.fixture
def tree(tmp_path):
    """Return a repository that is ready for version 0.2.0."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    (tmp_path / "CITATION.cff").write_text("version: 0.2.0\ndate-released: 2027-01-02\n")
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changes\n\n## 0.2.0 (2027-01-02)\n\nMore.\n\n## 0.1.0 (2026-12-01)\n\nFirst.\n"
    )
    return tmp_path


def module(path):
    """Import a program that is in no package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, small.ROOT / path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_a_release_says_what_its_changes_are(tree):
    assert module(".github/release_ready.py").check(tree, "v0.2.0") == "More."


@pytest.mark.parametrize(
    ("name", "text", "tag", "message"),
    [
        ("CITATION.cff", "version: 0.2.0\n", "v0.2.0", "CITATION.cff: expected the line 'date-released: 2027-01-02'"),
        ("CHANGELOG.md", "## 0.2.0 (not released yet)\n", "v0.2.0", "expected a section '## 0.2.0 (YEAR"),
        ("CHANGELOG.md", "## 0.1.0 (2027-01-02)\n", "v0.2.0", "expected a section '## 0.2.0 (YEAR"),
        ("CITATION.cff", "", "v0.3.0", "expected v0.2.0, the version in pyproject.toml, got v0.3.0"),
    ],
)
def test_files_that_do_not_agree_are_told_apart(tree, name, text, tag, message):
    (tree / name).write_text(text)
    with pytest.raises(ValueError, match=re.escape(message)):
        module(".github/release_ready.py").check(tree, tag)


def test_the_changelog_knows_the_version():
    version = tomllib.loads((small.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"\n## {version} (" in (small.ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("repository", ["", "https://github.com/ada/networks"])
def test_the_package_tells_addresses_only_where_they_are_known(monkeypatch, repository):
    monkeypatch.setenv("CNNFIGS_REPOSITORY", repository)
    monkeypatch.delenv("CNNFIGS_SITE_URL", raising=False)
    hook = module("hatch_build.py")
    metadata = {}
    hook.Addresses(str(small.ROOT), {}).update(metadata)
    text = metadata["readme"]["text"]
    if not repository:
        assert "urls" not in metadata
        assert text == (small.ROOT / "README.md").read_text("utf-8")
        return
    assert {*metadata["urls"]} == {"Source", "Issues", "Changelog"}
    assert hook.WITHIN.search(text) is None
    assert f'src="{repository}/raw/main/.github/readme/site-light.webp"' in text
    assert f"]({repository}/blob/main/CONTRIBUTING.md)" in text


def test_the_pictures_of_the_readme_are_there_and_small():
    shown = set(re.findall(r'(?:src|srcset)="([^"]+)"', (small.ROOT / "README.md").read_text("utf-8")))
    there = {path.relative_to(small.ROOT).as_posix() for path in (small.ROOT / ".github/readme").iterdir()}
    assert shown == there
    assert sum((small.ROOT / name).stat().st_size for name in shown) < 400_000
