"""The pictures of the page on pooling, against Keras called anew and against plain NumPy."""

import keras
import numpy as np
import pytest
from lxml import html
from matplotlib.colors import to_rgba
from scipy.stats import pearsonr
from svg_numbers import texts

from cnnfigs.arithmetic.reference import average_pooling, max_pooling
from cnnfigs.data import mnist
from cnnfigs.drawing.palette import palette
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.windows.max_pooling import MaxPooling
from cnnfigs.illustrations.windows.pooled_maps import PooledMaps, PoolingAlternatives
from cnnfigs.illustrations.windows.pooling_shift import PoolingShift
from cnnfigs.illustrations.windows.pooling_table import PoolingTable
from cnnfigs.models.training import as_input
from cnnfigs.models.weights import load
from cnnfigs.runs.windows.pooling import WAYS, downsample


@pytest.mark.parametrize("way", ["maximum", "average"])
@pytest.mark.parametrize(("size", "pool_size", "strides"), [(4, 2, 2), (5, 2, 2), (6, 3, 2), (5, 3, 1), (8, 2, 3)])
@pytest.mark.parametrize("phone", [False, True])
def test_numbers_drawn_are_those_of_keras(size, pool_size, strides, way, phone):
    picture = MaxPooling(size, pool_size, strides, way)
    numbers = [text for text in texts(picture, phone) if text.replace(".", "").isdigit()]
    grid = np.array(numbers[: size * size], dtype=float).reshape(size, size)
    kind = keras.layers.MaxPooling2D if way == "maximum" else keras.layers.AveragePooling2D
    expected = np.asarray(kind(pool_size, strides)(grid[None, ..., None]))[0, ..., 0]
    assert numbers[size * size :] == [f"{round(float(value), 2):g}" for value in expected.ravel()]
    reference = max_pooling if way == "maximum" else average_pooling
    np.testing.assert_allclose(picture.result.pooled, reference(grid[..., None], pool_size, strides)[..., 0], rtol=1e-6)


@pytest.mark.parametrize("field", ["pool_size", "strides"])
def test_window_or_step_larger_than_the_grid_is_refused(field):
    with pytest.raises(ParameterError, match=f"^{field}: expected a whole number from 1 to 4, got 5$"):
        MaxPooling(**{field: 5})


def test_default_windows_show_four_different_corners():
    """The first picture must not suggest that the largest number always stands in the same place."""
    run = MaxPooling().result
    windows = run.numbers.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)
    assert len(set(windows.argmax(axis=1))) == 4
    assert len(set(run.pooled.ravel())) == 4


@pytest.mark.parametrize("width", [WIDTH, PHONE])
@pytest.mark.parametrize(("strides", "windows"), [(2, 4), (1, 1)])
def test_ground_of_the_largest_number_of_each_window_is_another(width, strides, windows):
    """Where windows overlap only the first is drawn."""
    picture = MaxPooling(strides=strides)
    axes = picture.drawn(width).axes[0]
    fill = to_rgba(palette().light["kernel-fill"])
    grounds = [patch.get_bbox() for patch in axes.patches if patch.get_facecolor() == fill]
    numbers = [text for text in axes.texts if any(each.contains(*text.get_position()) for each in grounds)]
    kept = [float(text.get_text()) for text in numbers]
    assert len(kept) == len(grounds) == windows
    assert sorted(kept) == sorted(picture.result.pooled.ravel()[:windows])


def test_pooled_maps_are_those_of_the_network():
    run = PooledMaps(7).result
    model = load("convnet")
    reader = keras.Model(model.inputs, model.get_layer("max_pooling2d_1").output)
    image = as_input(mnist().x_test[7:8])
    np.testing.assert_allclose(run.pooled["maximum"], np.asarray(reader([image]))[0], rtol=1e-5, atol=1e-6)


def test_picking_one_is_what_a_strided_convolution_computes():
    """The page says so: the trained first layer with strides 2 gives every second number of every second row."""
    model = load("convnet")
    image = as_input(mnist().x_test[4:5])
    strided = keras.layers.Conv2D(32, 3, strides=2, activation="relu")
    strided.build((None, 28, 28, 1))
    strided.set_weights(model.get_layer("conv2d_1").get_weights())
    picked = PooledMaps(4).result.pooled["pick one"]
    np.testing.assert_allclose(np.asarray(strided(image))[0], picked, rtol=1e-5, atol=1e-6)


def test_shares_and_peaks_are_those_told():
    run = PoolingAlternatives().result
    maps = run.maps
    blocks = maps.reshape(13, 2, 13, 2, 32)
    small = {"maximum": blocks.max(axis=(1, 3)), "average": blocks.mean(axis=(1, 3)), "pick one": maps[::2, ::2]}
    lit = maps.max(axis=(0, 1)) > 0
    for way in WAYS:
        np.testing.assert_allclose(run.pooled[way], small[way], rtol=1e-5, atol=1e-6)
        kept = (small[way].max(axis=(0, 1))[lit] / maps.max(axis=(0, 1))[lit]).mean()
        assert run.kept_peak[way] == pytest.approx(kept, rel=1e-5)
    assert run.unseen == {"maximum": 0, "average": 0, "pick one": 0.75}
    assert f"{100 * run.kept_peak['average']:.0f}\N{NO-BREAK SPACE}% of the peak" in texts(PoolingAlternatives())


def test_shift_is_told_as_measured():
    picture = PoolingShift(20)
    images = as_input(mnist().x_test[:20])
    layer = load("convnet").get_layer("conv2d_1")
    maps = np.asarray(layer(images))
    changes, correlations = [], []
    for axis, step in [(1, 1), (1, -1), (2, 1), (2, -1)]:
        moved = np.asarray(layer(np.roll(images, step, axis)))
        blocks = [each.reshape(20, 13, 2, 13, 2, 32).max(axis=(2, 4)) for each in (maps, moved)]
        changes.append(np.abs(blocks[0] - blocks[1]).mean() / blocks[0].mean())
        correlations.append(pearsonr(*(each.ravel() for each in blocks)).statistic)
    assert picture.result.change["maximum"] == pytest.approx(np.mean(changes), rel=1e-4)
    assert picture.result.correlation["maximum"] == pytest.approx(np.mean(correlations), rel=1e-4)
    assert f"{100 * np.mean(changes):.0f}\N{NO-BREAK SPACE}%" in texts(picture)


def test_order_of_the_ways_is_the_one_the_page_tells():
    change = PoolingShift().result.change
    assert change["maximum"] < change["average"] < change["pick one"] <= change["no pooling"]
    assert change["maximum"] > 0.2
    assert change["pick one"] > 0.9 * change["no pooling"]


def test_maxima_change_by_more_and_correlate_as_well_as_means():
    """What the page says beside the chart: the order in it comes from the size of the numbers."""
    run = PoolingShift().result
    assert run.absolute["maximum"] > run.absolute["no pooling"] > run.absolute["average"]
    assert run.correlation["maximum"] == pytest.approx(run.correlation["average"], abs=0.01)
    assert run.correlation["no pooling"] < run.correlation["maximum"] - 0.05


def test_table_says_that_pooling_reads_one_map_and_convolution_all():
    rows = {
        row[0].text: [cell.text for cell in row[1:]]
        for row in html.fragment_fromstring(PoolingTable().to_html()).iter("tr")
    }
    assert rows["Parameters to learn"] == ["0", "18,496"]
    assert rows["Window"] == ["2×2", "3×3"]
    assert rows["Strides"] == ["2×2", "1×1"]
    assert rows["One output map reads"] == ["1 map", "all 32 maps"]


def test_unknown_way_is_named():
    with pytest.raises(ValueError, match="way: expected 'maximum'"):
        downsample(np.zeros((1, 4, 4, 1), dtype=np.float32), "median", 2, 2)
