"""What the tests of the command line share."""

import pytest

from cnnfigs.commands.app import main


@pytest.fixture
def cnnfigs(capfd, tmp_path, monkeypatch):
    """Run the command line in an empty folder: returns exit status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        status = main([str(word) for word in words])
        said = capfd.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def refused(cnnfigs):
    """Run the command line, expect one line and status 2, and return the line."""

    def run(*words):
        status, out, err = cnnfigs(*words)
        assert status == 2, out + err
        assert out == ""
        assert err.startswith("cnnfigs: ")
        assert err.count("\n") == 1, err
        return err.removeprefix("cnnfigs: ").rstrip("\n")

    return run
