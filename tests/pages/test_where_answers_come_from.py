"""What the page says in words is what the networks did."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from page_words import says

from cnnfigs.illustrations.filters.knocked_out import FiltersKnockedOut
from cnnfigs.illustrations.photo.heat_maps import DigitHeat, PhotoHeat
from cnnfigs.illustrations.photo.sanity_check import SanityCheck
from cnnfigs.runs.photo.photo_answers import PARTS

PAGE = (Path(__file__).parents[2] / "docs" / "where-answers-come-from.md").read_text("utf-8")


def test_plastic_bag_is_the_ear_on_the_right_for_both():
    cat, bag = PhotoHeat().result.heats
    assert bag.name == "plastic bag"
    for values in (bag.grad_cam, bag.occlusion):
        row, column = np.unravel_index(values.argmax(), values.shape)
        assert row < 60
        assert column > 240
    assert bag.correlation > 0.5
    assert cat.correlation < 0.5
    hidden = {part.name: part.hidden for part in bag.parts}
    assert hidden["eyes"] > hidden["ears"], "the page says so, against both maps"


def test_both_mark_cheek_and_nose_of_the_cat_and_only_grad_cam_the_forehead():
    cat = PhotoHeat().result.heats[0]
    for values in (cat.grad_cam, cat.occlusion):
        row, column = np.unravel_index(values.argmax(), values.shape)
        assert row > 110
        assert 150 < column < 270
    forehead = (slice(0, 60), slice(110, 220))
    assert cat.grad_cam[forehead].mean() > cat.grad_cam.mean()
    assert cat.occlusion[forehead].mean() < 0.1
    parts = {part.name: part for part in cat.parts}
    assert parts["eyes"].grad_cam > 0.9 * parts["nose and mouth"].grad_cam
    assert parts["eyes"].occlusion < 0.5 * parts["nose and mouth"].occlusion


def test_one_eye_stands_in_for_the_other():
    """No square covers both; without both the score falls by more than twice what it does without one."""
    parts = {part.name: part for part in PhotoHeat().result.heats[0].parts}
    eyes, nose = parts["eyes"], parts["nose and mouth"]
    assert eyes.hidden > nose.hidden
    assert len(eyes.hidden_piece) == 2
    assert sum(eyes.hidden_piece) < eyes.hidden
    assert max(eyes.hidden_piece) < nose.hidden
    for _, _, height, width in PARTS["eyes"]:
        assert max(height, width) > PhotoHeat().patch_size


def test_on_the_digit_they_do_not_agree():
    run = DigitHeat().result
    four, nine = run.heats
    assert abs(four.correlation) < 0.2
    row, column = np.unravel_index(four.grad_cam.argmax(), four.grad_cam.shape)
    assert row > 18
    assert column >= 14
    # Occlusion follows the ink: where covering counts, there is ink within the patch's reach.
    ink = run.image[..., 0] > 0.3
    near = np.zeros_like(ink)
    for place in np.argwhere(ink):
        near[max(0, place[0] - 4) : place[0] + 5, max(0, place[1] - 4) : place[1] + 5] = True
    assert near[four.occlusion > 1].all()
    assert not nine.grad_cam.any()
    assert nine.fall > nine.occlusion.max() > 5


def test_exact_map_says_what_grad_cam_does_not():
    assert says(
        "where-answers-come-from", "**This one is exact**", "the two lower rows. The upper row speaks against it"
    )
    four, nine = DigitHeat().result.heats
    marked = four.exact.cells.flat[four.weighed.argmax()]
    assert (four.exact.cells > marked).sum() >= 6
    assert (nine.exact.cells[0] < 0).all()
    assert (nine.exact.cells[1:] > 0).all()
    for each in (four, nine):
        assert each.exact.cells.sum() + each.exact.bias == pytest.approx(each.score, abs=1e-4)


def test_grad_cam_of_the_photo_adds_up_to_the_score_but_for_what_it_drops():
    """A weight for each map, the same at each place: the negative cells are the difference."""
    from cnnfigs.data import cat_photo
    from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input

    assert says(
        "where-answers-come-from",
        "apart from a constant factor and the negative cells, which are dropped, its cells add up to the score without",
    )
    photo = fitted(cat_photo())
    model = mobilenet_v2(*photo.shape[:2])
    maps = np.asarray(keras.Model(model.inputs, model.get_layer("out_relu").output)([network_input(photo[None])]))[0]
    kernel, bias = model.get_layer("predictions").get_weights()
    for heat in PhotoHeat().result.heats:
        cells = maps @ kernel[:, heat.class_index] / (maps.shape[0] * maps.shape[1])
        assert cells.sum() + bias[heat.class_index] == pytest.approx(heat.score, abs=1e-3)
        np.testing.assert_allclose(np.maximum(cells, 0), heat.weighed, atol=1e-3)


def test_the_lines_make_the_class_activation_map():
    from cnnfigs.data import cat_photo
    from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input

    (code,) = re.findall(r"\(class-activation-map\)=\n```python\n(.*?)```", PAGE, flags=re.S)
    photo = fitted(cat_photo())
    names = {"keras": keras, "np": np, "photo": network_input(photo[None])[0]}
    names["model"] = mobilenet_v2(*photo.shape[:2])
    for heat in PhotoHeat().result.heats:
        names["answer"] = heat.class_index
        exec(compile(code, "where-answers-come-from.md", "exec"), names)
        np.testing.assert_allclose(names["heat"] / names["heat"].size, heat.weighed, atol=1e-3)


def test_whether_it_is_a_four_depends_on_the_difference():
    four, nine = DigitHeat().result.heats
    lead = four.exact.cells - nine.exact.cells
    assert DigitHeat().facts["4 over 9 places"] == str((lead > 0).sum())
    assert lead.sum() + four.exact.bias - nine.exact.bias == pytest.approx(four.score - nine.score, abs=1e-4)


# Sanity


def test_gradient_times_pixel_fails_the_check_and_grad_cam_changes():
    _, last, whole = SanityCheck().result.networks
    assert min(last.gradient_input_correlations) > 0.7
    assert max(last.grad_cam_correlations) < min(last.gradient_input_correlations)
    assert min(whole.gradient_input_correlations) > 0.3
    assert max(whole.grad_cam_correlations) > 0.5


def test_shuffled_network_has_a_cloud_at_the_eye_on_the_right():
    """Its darkest pixel lies in the box of that eye, or no farther from it than a cell of the map is wide."""
    from cnnfigs.runs.photo.photo_answers import PARTS

    assert says("where-answers-come-from", "green cloud, at the eye on the right")
    values = SanityCheck().result.networks[1].grad_cam
    row, column = np.unravel_index(values.argmax(), values.shape)
    top, left, height, width = max(PARTS["eyes"], key=lambda box: box[1])
    assert top - 32 <= row < top + height + 32
    assert left - 32 <= column < left + width + 32
    other = min(PARTS["eyes"], key=lambda box: box[1])
    assert column - (other[1] + other[3]) > left - column  # nearer to this eye than to the other


def test_what_is_told_of_filters_that_are_gone():
    assert says("where-answers-come-from", "No single filter is missed much", "But *which* ones are left counts")
    run = FiltersKnockedOut().result
    assert run.alone.min() > 0.98 * run.searched[-1]
    assert min(run.halves) > 0.95 * run.searched[-1]
    assert run.all_halves < min(run.halves) - 15, "together they are missed more"
    assert min(run.fewest_by_convolution) > 0, "as the playground says"
    assert run.fewest < sum(run.filters) / 2
    assert run.searched.max() > run.searched[-1], "it even reads more"
    assert run.means[run.nearest] < 0.8 * run.wanted
    assert run.fewest_by_chance > 2 * run.fewest


def test_the_links_knock_out_the_first_half_of_each_convolution():
    first, (*links, together) = 0, re.findall(r"<break\?out=([0-9a-f]+)>", PAGE)
    assert int(together, 16) == sum(int(out, 16) for out in links)
    for out, count in zip(links, FiltersKnockedOut().result.filters, strict=True):
        gone = [number for number in range(224) if int(out, 16) >> number & 1]
        assert gone == [*range(first, first + count // 2)]
        first += count


def test_without_the_last_convolution_only_the_biases_speak():
    assert says("playground", "gives the same answer to all")
    playground = (Path(__file__).parents[2] / "docs" / "playground.md").read_text("utf-8")
    (out,) = re.findall(r"<break\?out=([0-9a-f]+)>", playground)
    assert int(out, 16) == sum(1 << number for number in range(96, 224))
