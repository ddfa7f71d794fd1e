"""The plan of a study with readers: what its program prints, and what it says of the precision of difficulties."""

import contextlib
import io
import re
from pathlib import Path

import numpy as np

from cnnfigs.commands.items import rasch

PLAN = (Path(__file__).parents[1] / ".github" / "CONCEPT_TEST_STUDY.md").read_text("utf-8")


def test_the_program_of_the_plan_prints_what_stands_below_it():
    code, printed = (re.search(rf"```{kind}\n(.*?)```", PLAN, re.S)[1] for kind in ("python", "text"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {})
    assert said.getvalue() == printed


def test_a_power_of_80_percent_is_what_simulated_studies_have():
    """With the effect that is printed for a correlation of 0.5, by analysis of covariance on drawn scores."""
    effect = float(re.search(r"correlation 0\.5: (\S+)", PLAN)[1])
    generator = np.random.default_rng(0)
    group = np.repeat([0.0, 1.0], 45)
    found = 0
    for _ in range(1000):
        before, noise = generator.normal(size=(2, 90))
        after = effect * group + 0.5 * before + 0.75**0.5 * noise
        design = np.stack([np.ones(90), group, before], axis=1)
        estimate, left, *_ = np.linalg.lstsq(design, after, rcond=None)
        error = (left[0] / 87 * np.linalg.inv(design.T @ design)[1, 1]) ** 0.5
        found += abs(estimate[1] / error) > 1.9876
    assert 760 <= found <= 840


def test_difficulties_of_90_readers_are_known_to_about_a_quarter_of_a_logit():
    generator = np.random.default_rng(0)
    difficulties, abilities = np.linspace(-2, 2, 15), generator.normal(size=(90, 1))
    right = generator.random((90, 15)) < 1 / (1 + np.exp(difficulties - abilities))
    assert 0.2 < np.mean(rasch(right.astype(float))[1]) < 0.3
