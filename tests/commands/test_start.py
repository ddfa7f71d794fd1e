"""How the command line answers: at once, with examples, and the same by either name."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cnnfigs import catalog
from cnnfigs.commands.app import app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    *[[name] for name in ("list", "render", "describe", "explain", "data")],
    *[["cache", name] for name in ("info", "clear")],
    *[["new", name] for name in ("page", "illustration")],
]


def run(*words, **environment):
    command = [sys.executable, "-m", "cnnfigs", *words]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)


def test_every_command_is_in_this_list():
    named = [[command.name or command.callback.__name__] for command in app.registered_commands]
    for group in app.registered_groups:
        commands = group.typer_instance.registered_commands
        named += [[group.name, command.name or command.callback.__name__] for command in commands]
    assert sorted(named) == sorted(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_says_what_a_command_does_and_shows_examples(cnnfigs, words):
    status, out, _ = cnnfigs(*words, "--help")
    assert status == 0
    assert f"Usage: cnnfigs {' '.join(words)}" in out
    examples = out.partition("Examples")[2]
    assert re.search(rf"(?m)^ +cnnfigs {' '.join(words)}\b", examples), out


@pytest.mark.parametrize("words", [["--help"], ["list"], ["render", "--help"], ["render", "NoSuchThing"]], ids=" ".join)
def test_nothing_slow_is_imported_to_answer(words):
    slow = ("tensorflow", "keras", "matplotlib", "scipy", "sphinx")
    code = (
        "import sys; from cnnfigs.commands.app import main; status = main(sys.argv[1:]); "
        f"print([name for name in {slow!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    imported = done.stderr.splitlines()[-1]
    # Rendering needs matplotlib, TensorFlow never.
    assert imported in ("[]", "['matplotlib']" if words[-1] == "NoSuchThing" else "[]")


def test_the_program_and_the_module_are_the_same():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"cnnfigs": "cnnfigs.commands.app:main"}
    done = run("rendr")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "cnnfigs: No such command 'rendr'. Did you mean 'render'?\n"
    assert run("--version").stdout.startswith("cnnfigs ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_names(shell):
    source = run(_CNNFIGS_COMPLETE=f"source_{shell}")
    assert source.returncode == 0
    assert "_CNNFIGS_COMPLETE" in source.stdout
    words = {
        "bash": {"COMP_WORDS": "cnnfigs render Windo", "COMP_CWORD": "2"},
        "zsh": {"_TYPER_COMPLETE_ARGS": "cnnfigs render Windo"},
        "fish": {"_TYPER_COMPLETE_ARGS": "cnnfigs render Windo", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    done = run(_CNNFIGS_COMPLETE=f"complete_{shell}", **words[shell])
    offered = set(re.findall(r"\bWindow\w+", done.stdout))
    assert offered == {name for name in catalog.entries() if name.startswith("Windo")}


def test_list_names_each_with_its_line_page_and_parameters(cnnfigs):
    status, out, _ = cnnfigs("list")
    assert status == 0
    blocks = dict(re.findall(r"(?m)^(\w+)  .*\n((?:    .*\n)+)", out))
    assert list(blocks) == list(catalog.entries())
    assert re.search(r"(?m)^Padding  padding-and-strides\b", out)
    assert "--kernel_size=3" in blocks["Padding"]
    assert catalog.entries()["Padding"].line in blocks["Padding"]


def test_describe_gives_alternative_text_and_facts(cnnfigs):
    import json

    from cnnfigs.illustrations.padding import Padding

    status, out, _ = cnnfigs("describe", "Padding", "--size=6")
    told = json.loads(out)
    shown = Padding(size=6)
    assert status == 0
    assert (told["name"], told["description"], told["facts"]) == ("Padding", shown.description, shown.facts)
    assert "padding-and-strides" in told["pages"]
