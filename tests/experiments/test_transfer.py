"""The trials with crops of blood smears: what they train, what they ask, and how their records are judged."""

from copy import deepcopy

import numpy as np
import pytest

from cnnfigs.data.blood_cells import CHANGES, changed, crops, part
from cnnfigs.errors import ParameterError
from cnnfigs.experiments import transfer
from cnnfigs.experiments.catalog import CROPS, CROPS_APART, EXPERIMENTS
from cnnfigs.experiments.records import read
from cnnfigs.experiments.transfer import WAYS, Transfer, choose, training_crops
from cnnfigs.experiments.transferred import error_over_photos, transferred
from cnnfigs.models.imagenet import mobilenet_v2
from cnnfigs.models.transfer import ENLARGED, enlarged, lower_half, small_convnet, upper_half, view

TRIALS = EXPERIMENTS["transfer"].trials


@pytest.mark.thorough
def test_all_crops_are_those_of_the_training_part():
    assert max(CROPS) == len(training_crops(False).labels) // 2
    assert len(training_crops(True).labels) // 2 == CROPS_APART


def test_fewer_crops_are_among_more_and_half_of_them_hold_a_platelet():
    own = training_crops(False)
    for seed in (1, 2):
        few, many = (set(choose(own, each, seed).tolist()) for each in (10, 100))
        assert few < many
        assert own.labels[list(many)].mean() == 0.5
    assert {*choose(own, 10, 1).tolist()} != {*choose(own, 10, 2).tolist()}
    with pytest.raises(ParameterError, match="each: expected at most 209, got 210"):
        choose(own, 210, 1)


def test_trials_refuse_what_they_cannot_be():
    with pytest.raises(ParameterError, match="way: expected scratch, frozen, fine-tuned, got 'copied'"):
        Transfer(1, "copied", 10)
    with pytest.raises(ParameterError, match="each"):
        Transfer(1, "frozen", 0)


def test_eight_views_are_eight_and_keep_the_crop():
    crop = crops(part("test")[:3]).images[:1]
    views = [view(crop, number)[0] for number in range(8)]
    assert len({each.tobytes() for each in views}) == 8
    for each in views:
        assert np.array_equal(np.sort(each.reshape(-1, 3), axis=0), np.sort(crop.reshape(-1, 3), axis=0))


def test_half_and_twice_the_stain_undo_each_other():
    crop = crops(part("test")[:3]).images[0]
    back = changed(changed(crop, "half the stain"), "twice the stain")
    assert np.abs(back.astype(int) - crop).max() <= 2
    grey = changed(crop, "grey")
    assert (grey == grey[..., :1]).all()
    assert np.abs(grey[..., 0] - crop.mean(axis=2)).max() <= 0.51


def test_both_halves_together_are_the_whole_network():
    images = crops(part("test")[:5]).images[:2]
    whole = mobilenet_v2(ENLARGED, ENLARGED)
    logits = np.asarray(whole(enlarged(images), training=False))
    features = np.asarray(upper_half()(lower_half(images), training=False))
    weights, bias = whole.layers[-1].get_weights()
    assert np.abs(features @ weights + bias - logits).max() < 1e-3


def test_the_upper_half_is_a_copy_whose_batch_normalisations_stay():
    one, other = upper_half(), upper_half()
    trainable = sum(int(np.prod(each.shape)) for each in one.trainable_variables)
    assert 0 < trainable < one.count_params()
    assert not [each for each in one.trainable_variables if "gamma" in each.path or "beta" in each.path]
    one.trainable_variables[0].assign(one.trainable_variables[0] * 0)
    assert float(np.abs(np.asarray(other.trainable_variables[0])).max()) > 0


def test_a_seed_gives_the_same_first_weights_whatever_was_built_before(monkeypatch):
    class BegunError(Exception):
        pass

    def begin(model, *_):
        raise BegunError(model.get_weights())

    monkeypatch.setattr(transfer, "fit_views", begin)
    for name in ("views_of_maps", "views_of_features"):
        monkeypatch.setattr(transfer, name, lambda apart: None)
    mobilenet_v2.cache_clear()
    starts = []
    for seed in (1, 1, 2):
        with pytest.raises(BegunError) as begun:
            Transfer(seed, "frozen", 10).run()
        starts.append(begun.value.args[0][0])
    assert np.array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0], starts[2])


@pytest.mark.parametrize("trial", TRIALS[:3], ids=lambda trial: trial.way)
def test_records_that_contradict_themselves_are_refused(trial):
    outcome = read(trial)
    assert trial.contradiction(outcome) == ""
    spoiled = []
    for change in (
        lambda each: each["test"].update(right=each["test"]["right"] - 1),
        lambda each: each["test"].update(asked=each["test"]["asked"] + 8),
        lambda each: each["elsewhere"].pop("grey"),
        lambda each: each["elsewhere"]["grey"].update(bits="AAAA"),
        lambda each: each["training"].update(right=3 * trial.each),
        lambda each: each["training"].update(asked=1),
        lambda each: each.pop("test"),
        lambda each: each.update(steps=1),
    ):
        copy = deepcopy(outcome)
        change(copy)
        spoiled.append(trial.contradiction(copy))
    assert all(spoiled), spoiled


def test_parameters_that_change_are_those_that_the_ways_train():
    found = transferred()
    assert found.of("scratch", 10).parameters == small_convnet().count_params()
    assert found.of("frozen", 10).parameters == 2 * (1280 + 1)
    assert found.of("frozen", 10).parameters < found.of("fine-tuned", 10).parameters


def test_findings_are_those_of_the_records():
    found = transferred()
    for way in WAYS:
        for each in CROPS:
            outcomes = [read(Transfer(seed, way, each)) for seed in found.of(way, each).seeds]
            shares = [one["test"]["right"] / one["test"]["asked"] for one in outcomes]
            np.testing.assert_allclose(found.of(way, each).accuracy, shares)
            for change in CHANGES:
                asked = [one["elsewhere"][change]["right"] / one["test"]["asked"] for one in outcomes]
                assert found.of(way, each).in_other_colors(change) == pytest.approx(np.mean(asked))
    first = next(one for one in found.comparisons if one.name == "frozen over scratch 10")
    assert first.difference == pytest.approx(found.of("frozen", 10).mean - found.of("scratch", 10).mean)
    assert found.asked == 138


def test_the_error_over_photos_is_what_drawing_photos_anew_gives():
    """A bootstrap of whole photos, against the formula."""
    random = np.random.default_rng(1)
    pictures = [f"photo {number}" for number in range(40) for _ in range(1 + number % 4)]
    of_photo = {name: random.normal() for name in set(pictures)}
    values = np.array([of_photo[name] + 0.3 * random.normal() for name in pictures])
    groups = [np.flatnonzero(np.array(pictures) == name) for name in sorted(set(pictures))]
    means = []
    for _ in range(4000):
        drawn = np.concatenate([groups[index] for index in random.integers(0, len(groups), len(groups))])
        means.append(values[drawn].mean())
    assert error_over_photos(values, pictures) == pytest.approx(np.std(means), rel=0.1)
    alone = values.std(ddof=1) / np.sqrt(len(values))
    assert error_over_photos(values, pictures) > 1.3 * alone
