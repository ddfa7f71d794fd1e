"""The books that ``nox -s epub`` and ``nox -s pdf`` have made."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def made(form: str) -> Path:
    path = ROOT / "books" / f"cnn-tutorial.{form}"
    if not path.is_file():
        pytest.fail(f"no {path.name} in {path.parent}: run `nox -s {form}`", pytrace=False)
    return path


@pytest.fixture(scope="session")
def epub() -> Path:
    return made("epub")


@pytest.fixture(scope="session")
def pdf() -> Path:
    return made("pdf")


@pytest.fixture(scope="session")
def folder() -> Path:
    """The unpacked ePub that both books are made from."""
    path = ROOT / ".cache" / "book"
    if not (path / "content.opf").is_file():
        pytest.fail(f"no book in {path}: run `nox -s epub` or `nox -s pdf`", pytrace=False)
    return path
