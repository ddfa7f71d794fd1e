"""The code of the page runs on the files that ship, and its words are what the numbers say."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from page_words import says
from PIL import Image

from cnnfigs.data import blood_cells, imagenet_weights
from cnnfigs.data.blood_cells import CHANGES
from cnnfigs.experiments.catalog import CROPS
from cnnfigs.experiments.transfer import FINE_RATE, WAYS
from cnnfigs.experiments.transferred import transferred

PAGE = (Path(__file__).parents[2] / "docs" / "transfer.md").read_text("utf-8")


def listing(name):
    (code,) = re.findall(rf"\({name}\)=\n```python\n(.*?)```", PAGE, flags=re.S)
    return compile(code, f"transfer.md, {name}", "exec")


@pytest.fixture
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mobilenet_v2_imagenet.weights.h5").symlink_to(imagenet_weights())
    # A few photos: what a reader does with all takes minutes.
    whole = blood_cells.part
    monkeypatch.setattr(blood_cells, "part", lambda name: whole(name)[:45])
    blood_cells.all_pictures.cache_clear()
    yield tmp_path
    blood_cells.all_pictures.cache_clear()


@pytest.mark.thorough
def test_the_listings_run_one_after_another_and_learn(in_a_folder):
    names = {}
    keras.utils.set_random_seed(1)
    exec(listing("cut-crops"), names)
    files = sorted(in_a_folder.glob("crops/*/*/*.png"))
    assert {path.parent.relative_to(in_a_folder).as_posix() for path in files} == {
        f"crops/{part}/{kind}" for part in ("train", "test") for kind in ("none", "platelet")
    }
    exec(listing("twenty-lines"), names)
    model, test = names["model"], names["test"]
    assert model.evaluate(test, return_dict=True, verbose=0)["accuracy"] > 0.7
    assert len(model.trainable_variables) == 2
    shown = [len(names[each].file_paths) for each in ("train", "validation")]
    assert shown[0] > 3 * shown[1] > 0
    before = [np.asarray(each) for each in names["whole"].layers[0:20] for each in each.weights]
    exec(listing("fine-tune"), names)
    assert model.evaluate(test, return_dict=True, verbose=0)["accuracy"] > 0.7
    after = [np.asarray(each) for each in names["whole"].layers[0:20] for each in each.weights]
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    changed = {each.path.split("/")[-2] for each in model.trainable_variables}
    assert any(name.startswith("block_16") for name in changed)
    assert not any(name.startswith(("block_13", "block_1_")) or name.endswith("BN") for name in changed)


def test_the_lines_that_ask_about_a_photo_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Image.fromarray(blood_cells.photo("BloodImage_00068")).save("photo.jpg")
    exec(listing("ask-it"), {})
    assert "best answers of the network" in capsys.readouterr().out


def test_the_listings_are_short_enough_for_a_phone_and_as_long_as_they_are_called():
    blocks = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    assert max(len(line) for block in blocks for line in block.splitlines()) <= 84
    (lines,) = re.findall(r"\(twenty-lines\)=\n```python\n(.*?)```", PAGE, flags=re.S)
    assert 20 <= len(lines.splitlines()) <= 30


def test_the_rate_of_the_listing_is_the_one_that_was_measured():
    assert f"keras.optimizers.Adam({FINE_RATE:.4f})" in PAGE


def test_no_way_is_shown_to_be_better_with_any_number_of_crops():
    assert says(
        "transfer", "No difference is shown, with any number of crops", "No gain is shown, and none is excluded"
    )
    found = transferred()
    for comparison in (*found.comparisons, *found.leaks):
        low, high = comparison.interval
        assert low <= 0 <= high, comparison.name


def test_a_difference_is_fixed_to_within_some_ten_points():
    assert says("transfer", "fix a difference to within some ten points")
    reaches = [100 * (each.interval[1] - each.interval[0]) / 2 for each in transferred().comparisons]
    assert 6 < np.median(reaches) < 14


def test_the_means_suggest_that_fine_tuning_gains_where_there_are_many_crops():
    assert says("transfer", "The means suggest that fine-tuning gains a little once there are many crops")
    found = transferred()
    for each in CROPS[-2:]:
        assert found.of("fine-tuned", each).mean > max(found.of(way, each).mean for way in WAYS[:2])


def test_without_colours_two_ways_are_hardly_better_than_guessing_and_the_third_depends_on_its_seed():
    assert says(
        "transfer",
        "Without colours the small convnet only guesses, and frozen features are hardly better",
        "Fine-tuning leaves it to chance",
        "nothing in the usual test tells them apart",
    )
    found, most = transferred(), max(CROPS)
    grey = {way: found.of(way, most).changed[CHANGES.index("grey")].mean(axis=1) for way in WAYS}
    assert np.abs(grey["scratch"] - 0.5).max() < 0.01
    assert 0.5 < grey["frozen"].mean() < 0.62
    assert grey["fine-tuned"].min() < 0.6
    assert grey["fine-tuned"].max() > 0.75
    best, worst = grey["fine-tuned"].argmax(), grey["fine-tuned"].argmin()
    usual = found.of("fine-tuned", most).accuracy
    assert abs(usual[best] - usual[worst]) < 0.03
    for comparison in found.losses:
        if comparison.name.endswith("grey"):
            assert comparison.interval[1] < -0.1


def test_the_loss_with_half_the_stain_is_not_shown_from_scratch():
    assert says("transfer", "the first differs so much from seed to seed that the loss is not shown")
    loss = next(each for each in transferred().losses if each.name == "scratch half the stain")
    assert loss.difference < -0.05
    assert loss.interval[1] > 0
    assert np.ptp(loss.each) > 0.15


def test_frozen_layers_make_the_same_of_an_image_whatever_else_is_in_the_batch():
    """Batch normalisations too, which would not if they were not frozen."""
    assert says("transfer", "Frozen layers make the same of a crop each time")
    images = np.random.default_rng(0).random((4, 8, 8, 3), dtype=np.float32)
    body = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization(), keras.layers.ReLU()])
    few, many = (np.asarray(body(images[:n], training=True))[0] for n in (2, 4))
    assert np.abs(few - many).max() > 0.01
    body.trainable = False
    few, many = (np.asarray(body(images[:n], training=True))[0] for n in (2, 4))
    np.testing.assert_allclose(few, many, atol=1e-6)
