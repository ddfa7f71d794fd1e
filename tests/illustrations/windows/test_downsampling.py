"""The pictures of the page on downsampling, against Keras and by ways of their own."""

import re

import keras
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from svg_numbers import texts

from cnnfigs.arithmetic.reference import convolution, max_pooling
from cnnfigs.data import mnist
from cnnfigs.drawing.palette import palette, relative_luminance
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.effective_field import EffectiveField
from cnnfigs.illustrations.windows.field_growth import NETWORKS, FieldGrowth
from cnnfigs.illustrations.windows.lost_edge import LostEdge
from cnnfigs.illustrations.windows.peephole import Peephole
from cnnfigs.illustrations.windows.published_fields import PublishedFields
from cnnfigs.models.networks import build
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.windows.receptive_fields import unit_gradients


def reached(model, fields):
    """For each layer the pixels that reach its middle unit, found by changing one pixel at a time; (28, 28) each."""
    image = np.random.default_rng(0).random((28, 28, 1), dtype=np.float32)
    changed = np.repeat(image[None], 784 + 1, axis=0)
    changed[np.arange(784) + 1, np.arange(784) // 28, np.arange(784) % 28] += 1.0
    middles = [model.get_layer(each.layer).output[:, each.map_size // 2, each.map_size // 2, :] for each in fields]
    for units in keras.Model(model.inputs, middles).predict(changed, batch_size=157, verbose=0):
        yield (np.abs(units[1:] - units[:1]).max(axis=1) > 1e-6).reshape(28, 28)


@pytest.mark.parametrize("network", ["convnet", "unpooled"])
def test_drawn_fields_hold_every_pixel_that_reaches_the_unit(network):
    """Found by brute force in a network with random weights."""
    keras.utils.set_random_seed(0)
    fields = next(each for each in FieldGrowth().result.networks if each.network == network).fields
    for field, pixels in zip(fields, reached(build(network), fields), strict=True):
        rows, columns = np.nonzero(pixels)
        assert rows.min() >= field.first[0]
        assert columns.min() >= field.first[1]
        assert rows.max() < field.first[0] + field.size
        assert columns.max() < field.first[1] + field.size
        if field.class_name == "Conv2D" and field.size <= 8:  # so small a field is reached from edge to edge
            assert rows.max() - rows.min() + 1 == field.size


def test_every_network_that_may_be_asked_for_is_drawn():
    for network in NETWORKS:
        assert "sees 3×3" in texts(FieldGrowth((network,)))
    with pytest.raises(ParameterError, match=r"^networks: expected "):
        FieldGrowth(("dense_512",))


@pytest.mark.parametrize("phone", [False, True])
def test_field_growth_writes_the_sizes(phone):
    written = [text for text in texts(FieldGrowth(), phone) if text.startswith("sees")]
    assert written == [f"sees {size}×{size}" for size in (3, 4, 8, 10, 18, 3, 5, 7)]


def test_layers_of_one_kind_stand_below_each_other():
    """The convolutions of the network without pooling below those of the one with it, and below no pooling."""
    picture = FieldGrowth()
    places = {}
    for text in picture.figure.axes[0].texts:
        if text.get_text() in ("convolution", "max pooling"):
            x, y = text.get_position()
            places.setdefault(y, []).append((x, text.get_text()))
    upper, lower = (places[y] for y in sorted(places))
    assert [kind for _, kind in upper] == ["convolution", "max pooling"] * 2 + ["convolution"]
    assert lower == [each for each in upper if each[1] == "convolution"]


def outline(axes, theme, extent):
    """The strongest contrast to ink and to the page at once that a line around an image has, if it is wide enough."""
    left, right, bottom, top = extent
    names = {to_rgba(value): name for name, value in palette().light.items()}
    result = [
        names[box.get_edgecolor()]
        for box in axes.patches
        if (box.get_x(), box.get_y(), box.get_width(), box.get_height()) == (left, top, right - left, bottom - top)
        and box.get_linewidth() >= 2
    ]
    colors = getattr(palette(), theme)
    return max(
        (min(contrast(colors[name], other) for other in ("#000000", colors["background"])) for name in result),
        default=1,
    )


def contrast(one, other):
    first, second = sorted(map(relative_luminance, (one, other)))
    return (second + 0.05) / (first + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ink_at_the_edge_does_not_melt_into_the_page(theme):
    """Black ink that reaches the edge of an image looks like a dark page, unless a line between the two is seen."""
    axes = LostEdge().figure.axes[0]
    assert len(axes.images) == 2
    for image in axes.images:
        assert outline(axes, theme, image.get_extent()) >= 3


def test_gradient_is_that_of_finite_differences():
    """On noise: where neighbours are equal, as on blank paper, a maximum has no single gradient."""
    model = load("convnet")
    patch = np.random.default_rng(0).random((1, 18, 18, 1), dtype=np.float32)
    gradients = unit_gradients(model, "conv2d_3", patch)[0]

    def sums(image):
        """The unit's sums, by the NumPy references in double precision."""
        maps = image.astype(float)
        for name in ("conv2d_1", "conv2d_2"):
            kernel, bias = model.get_layer(name).get_weights()
            maps = max_pooling(np.maximum(convolution(maps, kernel, bias), 0), 2)
        kernel, bias = model.get_layer("conv2d_3").get_weights()
        return convolution(maps, kernel, bias)[0, 0]

    for row, column in [(9, 9), (3, 14), (17, 17), (0, 5), (12, 7)]:
        step = np.zeros((18, 18, 1))
        step[row, column] = 1e-6
        differences = (sums(patch[0] + step) - sums(patch[0] - step)) / 2e-6
        np.testing.assert_allclose(gradients[:, row, column], differences, rtol=1e-3, atol=1e-4)


def test_middle_of_the_field_holds_more_of_the_gradient_than_of_the_area():
    """As the page says, in both networks; the share is counted anew from the drawn gradient."""
    for measured in EffectiveField().result.networks:
        size, inner = measured.field.size, measured.inner_side
        first = [start + (size - inner) // 2 for start in measured.field.first]
        middle = measured.gradient[first[0] : first[0] + inner, first[1] : first[1] + inner]
        assert measured.inner_share == pytest.approx(middle.sum() / measured.gradient.sum())
        assert measured.inner_share > 1.3 * (inner / size) ** 2
    assert [each.inner_side for each in EffectiveField().result.networks] == [8, 3]


@pytest.mark.parametrize("phone", [False, True])
def test_peephole_shows_the_middle_of_the_digits(phone):
    run = Peephole().result
    np.testing.assert_array_equal(run.images, as_input(mnist().x_test[10:16])[..., 0])
    assert [text for text in texts(Peephole(), phone) if "×" in text] == [
        f"{size}×{size} pixels" for size in (7, 18, 28)
    ]


def test_ink_on_the_last_two_rows_and_columns_changes_nothing_at_all():
    """Whatever the digit and whatever the ink, pixel rows and columns 26 and 27 never reach the answer."""
    run = LostEdge().result
    assert run.unread == 2
    assert run.change == 0
    assert run.one_more > 0
    model = load("convnet")
    random = np.random.default_rng(1)
    for index in range(10):
        image = as_input(mnist().x_test[index : index + 1])
        inked = image.copy()
        inked[:, 26:] = random.random((1, 2, 28, 1))
        inked[:, :, 26:] = random.random((1, 28, 2, 1))
        np.testing.assert_array_equal(model(image), model(inked))


def test_lost_edge_writes_the_change():
    assert "largest change: 0" in texts(LostEdge())


def test_published_sizes_agree_with_the_computed_ones():
    run = PublishedFields().result
    assert {each.network: each.size for each in run.networks} == {
        "VGG16": 212,
        "MobileNet": 315,
        "ResNet50V2": 483,
        "InceptionV3": 1311,
    }
    for each in run.networks:
        assert each.size == each.published
    assert len(re.findall("1,311×1,311", PublishedFields().to_text())) == 2


def test_digit_whose_edge_is_lost_is_named_and_said_to_be_cut_only_if_it_is():
    for index in (4, 8, *np.flatnonzero(mnist().x_test[:2000, 26:, :].max(axis=(1, 2)) > 200)[:1]):
        picture = LostEdge(index=int(index))
        text = picture.describe(picture.result).text
        assert f"{mnist().y_test[index]}: ink on" in text
        ink = mnist().x_test[index] / 255 >= 0.3
        cut = ink[26:].any() or ink[:, 26:].any()
        assert ("It cuts off" in text, "lies wholly inside" in text) == (cut, not cut)
