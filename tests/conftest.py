"""Options of the whole test run."""

from pathlib import Path


def pytest_addoption(parser):
    parser.addoption(
        "--site",
        type=Path,
        default=Path("site"),
        metavar="DIR",
        help="the built site that tests/site opens in a browser (default: site/)",
    )
    parser.addoption("--chromium", metavar="PROGRAM", help="the browser that tests/site drives (default: found)")
