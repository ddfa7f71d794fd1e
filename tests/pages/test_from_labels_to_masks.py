"""The code of the page runs, and its words are what the numbers say."""

import re
from pathlib import Path

import keras
import numpy as np
from page_words import says

from cnnfigs.illustrations.photo.platelet_map import HeadAsConvolution, PlateletMap, PlateletScores
from cnnfigs.models.transfer import small_convnet

PAGE = (Path(__file__).parents[2] / "docs" / "from-labels-to-masks.md").read_text("utf-8")


def test_the_five_lines_make_a_convolution_that_computes_the_same():
    assert says("from-labels-to-masks", "In Keras it is five lines")
    keras.utils.set_random_seed(1)
    classifier = small_convnet()
    maps = np.random.default_rng(1).normal(size=(3, *classifier.layers[-2].input.shape[1:])).astype("float32")
    code, _ = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    assert len(code.splitlines()) == 5
    names = {"keras": keras, "maps": maps, "dense": classifier.layers[-1]}
    exec(compile(code, "from-labels-to-masks.md", "exec"), names)
    expected = np.asarray(classifier.layers[-1](maps.reshape(3, -1)))
    assert np.abs(np.asarray(names["head"](maps))[:, 0, 0] - expected).max() < 1e-4


def test_the_head_has_a_weight_for_each_number_of_the_last_maps():
    facts = HeadAsConvolution().facts
    rows, columns, channels = map(int, facts["maps"].split("×"))
    assert facts["numbers"] == f"{rows * columns * channels:,}"
    assert facts["parameters"] == f"{(rows * columns * channels + 1) * int(facts['units']):,}"
    assert float(facts["difference"]) < 1e-5


def test_a_second_training_with_its_own_mistakes_helps():
    run = PlateletMap().result
    assert max(each.score for each in run.twice) > max(each.score for each in run.once)


def test_a_higher_mark_finds_less_and_more_surely():
    run = PlateletScores().result
    recalls = [each.recall for each in run.twice]
    assert recalls[0] > recalls[-1]
    assert run.twice[0].precision < max(each.precision for each in run.twice)


def test_the_small_u_net_makes_a_mask_as_large_as_its_image():
    assert says("from-labels-to-masks", "From here maps of 8×8 become a mask of 32×32")
    _, code = re.findall(r"```python\n(.*?)```", PAGE, flags=re.S)
    names = {"keras": keras, "layers": keras.layers}
    exec(compile(code, "from-labels-to-masks.md", "exec"), names)
    assert names["small"].shape[1:3] == (8, 8)
    assert names["network"].output_shape == (None, 32, 32, 1)


def test_two_squares_that_overlap_by_half_share_a_third():
    assert says("from-labels-to-masks", "it is a third: not enough")
    one, other = np.zeros((2, 4, 8), dtype=bool)
    one[:, :4] = other[:, 2:6] = True
    assert (one & other).sum() / (one | other).sum() == 1 / 3 < 0.5
