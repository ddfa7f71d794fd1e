"""Options of the whole test run, and what it has one of: a browser and the built site."""

import os
from pathlib import Path

import pytest
from fixtures import browser, fonts, launch, served, site, tab, tabs, without_our_font  # noqa: F401
from hypothesis import HealthCheck, Phase, settings

from cnnfigs.models.backend import THREADS

# Results of runs are shared with the site's build, whatever part of the tests is run: drawings need no TensorFlow then.
os.environ.setdefault("CNNFIGS_CACHE", str(Path(__file__).resolve().parents[1] / ".cache" / "runs"))

# Whichever test is the first to import TensorFlow, it starts as the package starts it: what is computed is shared, and
# sums of floating-point numbers depend on how many threads share them.
for setting, value in {
    "TF_NUM_INTRAOP_THREADS": str(THREADS),
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_DETERMINISTIC_OPS": "1",
}.items():
    os.environ.setdefault(setting, value)

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


#: Files that take longest. They are begun first: who gets one last works alone at the end, while others wait.
DEAREST = [
    "illustrations/test_every.py",
    "illustrations/test_keys.py",
    "explorers/test_every_explorer.py",
    "site/test_pages.py",
    "site/test_other_ways.py",
    "explorers/test_moving.py",
    "explorers/test_room.py",
    "sphinxext/reading/test_building.py",
    "sphinxext/reading/test_freshness.py",
    "sphinxext/notebooks/test_pages.py",
    "explorers/test_convolution.py",
    "explorers/test_drawing.py",
    "explorers/test_digit.py",
    "explorers/test_receptive_field.py",
    "experiments/test_records.py",
    "models/test_weights.py",
    "commands/test_explain_kinds.py",
    "commands/test_explain.py",
    "commands/test_new.py",
    "commands/test_render.py",
    "experiments/test_training.py",
    "experiments/test_cluster.py",
    "test_arithmetic.py",
    "commands/test_hostile.py",
    "explorers/test_arithmetic.py",
    "explorers/test_networks.py",
    "site/test_gallery.py",
    "test_cache.py",
]


#: Files whose tests share more than a file does: whoever works on the first does all.
TOGETHER = {
    f"tests/illustrations/{name}.py": "tests/illustrations/test_every.py" for name in ("test_grammar", "test_marks")
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give the tests of one file, or of several that belong together, to one worker."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return TOGETHER.get(file, file)

    return Together(config, log)


def pytest_collection_modifyitems(config, items):
    files = [*DEAREST[:1], *(name.removeprefix("tests/") for name in TOGETHER), *DEAREST[1:]]
    places = {config.rootpath / "tests" / name: place for place, name in enumerate(files)}
    items.sort(key=lambda item: places.get(item.path, len(DEAREST)))


def pytest_addoption(parser):
    parser.addoption(
        "--site",
        type=Path,
        default=Path("site"),
        metavar="DIR",
        help="the built site that tests/site opens in a browser (default: site/)",
    )
    parser.addoption("--chromium", metavar="PROGRAM", help="the browser that tests/site drives (default: found)")
