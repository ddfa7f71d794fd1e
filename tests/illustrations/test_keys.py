"""What a run executes is among what its result is kept under, so that nothing stale is ever shown."""

import json

import pytest
from executed_code import missed

from cnnfigs.building.costs import SHIPPED
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.provenance.reach import Reach

EVERY = all_illustrations()
#: Runs that do the same many times over, and parameters with which they do it fewer times. It is the same code that
#: runs: ``nox -s prove`` compares.
FEWER = {
    "EffectiveField": {"digits": 1},
    "FiltersKnockedOut": {"orders": 2},
    "FirstSteps": {"steps": 2},
    "Halvings": {"networks": ("MobileNetV2",)},
    "Overfitting": {"images": 10, "epochs": 2},
    "PhotoHeat": {"strides": 64},
    "RandomBoxes": {"draws": 4},
    "SanityCheck": {"seeds": 2},
    "ScrambledCat": {"seeds": 5},
    "SkipGradients": {"depths": (2, 4), "seeds": 1},
    "TurnedDigits": {"angles": (0, 15)},
    "WithDepth": {"digits": 100},
}
#: Seconds above which a run, which is made anew here, is one of the thorough tests.
DEAR = 0.3
COSTS = json.loads(SHIPPED.read_text("utf-8"))


def marks(name):
    return [pytest.mark.thorough] if COSTS.get(f"{name}()", 0) > DEAR else []


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks(name)) for name in EVERY])
def test_everything_that_runs_is_in_the_key(name):
    """The code that a run really executes is among what its key was made from; parameters are checked before."""
    kind = EVERY[name]
    made = kind(**FEWER.get(name, {}))
    assert not missed(made.run, "cnnfigs", f"{kind.__module__}:{kind.__qualname__}.run")


def test_words_of_the_code_make_no_run_stale():
    """Where code that a run reaches could show docstrings, each comment counts: an edit would compute the run again."""
    showing = {
        f"{name}: {module.name}:{part}"
        for name, kind in EVERY.items()
        for (module, part), code in Reach([f"{kind.__module__}:{kind.__qualname__}.run"]).codes.items()
        if code.reads_source
    }
    assert showing == set()
