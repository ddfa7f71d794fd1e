"""What the page says in words is what the numbers say."""

import numpy as np
import pytest
from page_words import quoted, says, sources

from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.results import results
from cnnfigs.illustrations.exercises.measured import WhereTheyDiffer
from cnnfigs.illustrations.registry import all_illustrations
from cnnfigs.illustrations.training_and_measured.against_dense import AgainstDense
from cnnfigs.illustrations.training_and_measured.two_chances import TwoChances
from cnnfigs.statistics import wilson


def test_convnet_makes_fewer_errors_than_both():
    assert says(
        "testing-a-claim", "chance alone would rarely do that", "the whole interval of each difference is above zero"
    )
    found = AgainstDense().result.findings
    assert {each.name for each in found.comparisons} == {"dense_512", "dense_131"}
    assert all(each.is_shown for each in found.comparisons)
    assert found.of("convnet").parameters == pytest.approx(found.of("dense_131").parameters, rel=0.01)


def test_dots_of_the_convnet_lie_farther_from_the_others_than_seeds_scatter_them():
    assert says("testing-a-claim", "The convnet's dots lie far from those of both, farther than seeds scatter them")
    found = AgainstDense().result.findings
    convnet = found.of("convnet").accuracy
    for name in ("dense_512", "dense_131"):
        other = found.of(name).accuracy
        assert convnet.min() - other.max() > max(np.ptp(convnet), np.ptp(other)), name


def test_dots_are_the_errors_that_the_records_have():
    run = TwoChances().result
    trained = results(lambda seed: by_recipe("convnet", seed), FIVE)
    np.testing.assert_allclose(run.by_seed, 1 - trained.right.mean(axis=1), rtol=1e-12)
    # All sets together are all test images: their mean is the training's own.
    assert run.by_images.mean() == pytest.approx(1 - trained.right[0].mean())
    assert run.images * len(run.by_images) == trained.right.shape[1]


def test_both_chances_are_there_and_sets_of_a_tenth_scatter_more():
    run = TwoChances().result
    assert np.ptp(run.by_images) > 0.003
    assert np.ptp(run.by_seed) > 0.001


def test_seven_or_thirteen_of_ten_are_luck():
    """Of 1,000 images with ten errors expected, seven and thirteen both fit the rate."""
    assert says("testing-a-claim", "By luck it may be seven or thirteen")
    assert all(wilson(count, 1_000).low < 0.01 < wilson(count, 1_000).high for count in (7, 13))
    low, high = wilson(10, 1_000)
    assert low < 0.009 < high  # 0.9 % cannot be told from 1.0 %


def test_every_number_that_the_page_quotes_is_stated():
    made = {name: eval(call, dict(all_illustrations())) for name, call in sources("testing-a-claim").items()}
    assert len(quoted("testing-a-claim")) > 20
    for source, fact in quoted("testing-a-claim"):
        assert fact in made[source].facts, (source, fact)


def test_errors_of_the_exercise_are_those_of_the_record():
    trained = results(lambda seed: by_recipe("dense_131", seed), [1])
    run = WhereTheyDiffer().result
    assert run.given["seed"] == 1
    assert run.right == (int((~trained.right[0]).sum()),)
