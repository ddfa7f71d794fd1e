"""Options of the whole test run, and what it has one of: a browser and the built site."""

import os
from pathlib import Path

from fixtures import browser, fonts, launch, served, site, tab, tabs, without_our_font  # noqa: F401
from hypothesis import HealthCheck, Phase, settings

# Results of runs are shared with the site's build, whatever part of the tests is run: drawings need no TensorFlow then.
os.environ.setdefault("CNNFIGS_CACHE", str(Path(__file__).resolve().parents[1] / ".cache" / "runs"))

# In a fresh clone Hypothesis first makes a table of all characters, and a machine may be busy: slow is not wrong.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# For thousands of mutants, one after the other: few examples, always the same, and the first wrong answer is enough.
settings.register_profile(
    "mutants",
    settings.get_profile("unhurried"),
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
)
settings.load_profile("unhurried")


def pytest_addoption(parser):
    parser.addoption(
        "--site",
        type=Path,
        default=Path("site"),
        metavar="DIR",
        help="the built site that tests/site opens in a browser (default: site/)",
    )
    parser.addoption("--chromium", metavar="PROGRAM", help="the browser that tests/site drives (default: found)")
