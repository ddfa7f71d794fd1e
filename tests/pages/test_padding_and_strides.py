"""What the page says in words is what the numbers say."""

import keras
import numpy as np
from page_words import says
from scipy import ndimage

from cnnfigs.data import mnist
from cnnfigs.illustrations.windows.dilation import Dilation
from cnnfigs.illustrations.windows.edge_effects import PhotoEdge
from cnnfigs.illustrations.windows.padding import Padding
from cnnfigs.illustrations.windows.same_sizes import SameSizes
from cnnfigs.illustrations.windows.strides import Strides
from cnnfigs.illustrations.windows.window_animation import WindowAnimation


def test_middle_is_seen_from_nine_places_and_the_corner_from_one():
    """A transposed convolution hands each place's look back to the cells that it sees."""
    looks = keras.layers.Conv2DTranspose(1, 3, kernel_initializer="ones")(keras.ops.ones((1, 3, 3, 1)))
    seen = np.asarray(looks)[0, ..., 0]
    assert (seen[2, 2], seen[0, 0]) == (9, 1)
    assert Padding().result.output.shape == (3, 3)


def test_same_is_the_size_divided_by_the_strides_rounded_up():
    assert says("padding-and-strides", "divided by the strides, rounded up")
    run = SameSizes().result
    assert run.strides[0] == 1
    for size, outputs in zip(run.sizes, run.outputs, strict=True):
        assert outputs == tuple(-(-size // strides) for strides in run.strides)
    assert all(outputs[0] == size for size, outputs in zip(run.sizes, run.outputs, strict=True))
    assert all(outputs[1] < size for size, outputs in zip(run.sizes, run.outputs, strict=True))


def test_zeros_on_each_side_move_every_window_by_one_cell():
    image = Strides(size=6, padding="same").result.slide.image[None, ..., None]
    both = keras.layers.ZeroPadding2D(1)(image)
    elsewhere = keras.layers.Conv2D(1, 3, strides=2, kernel_initializer="ones")(both)
    ours = Strides(size=6, padding="same").result.slide
    moved = keras.layers.Conv2D(1, 3, strides=2, kernel_initializer="ones")(
        keras.ops.pad(image, ((0, 0), (1, 0), (1, 0), (0, 0)))
    )
    assert elsewhere.shape[1:3] == ours.output.shape
    assert (np.asarray(elsewhere) == np.asarray(moved)).all()
    assert (np.asarray(elsewhere)[0, ..., 0] != ours.output).any()


def test_paper_around_digits_is_zero_for_nearly_all():
    border = mnist().x_test.copy()
    border[:, 1:-1, 1:-1] = 0
    assert (border.max(axis=(1, 2)) == 0).mean() > 0.98


def test_descriptions_count_rows_and_columns_from_zero():
    """As maps[:, :, n] does: the first window stands at row 0, and strides of 2 keep rows 0, 2 and so on."""
    run = Strides(size=5, kernel_size=3, strides=2)
    kept = [int(place) for place in run.result.kept]
    assert kept[0] == 0
    assert f"keep rows and columns {', '.join(map(str, kept))}," in run.description
    middle = Dilation().result.slides[1]
    cells = ", ".join(map(str, middle.cells[len(middle.cells) // 2]))
    assert f"Dilation rate 2: The window reads rows and columns {cells}," in Dilation().description
    assert "row 0, column 0: " in WindowAnimation().to_html()


def test_thirteen_layers_without_padding_leave_two_rows_of_a_digit():
    assert says("padding-and-strides", "thirteen of them leave two rows and two columns of a digit")
    size = 28
    for _ in range(13):
        size = keras.layers.Conv2D(1, 3).compute_output_shape((1, size, size, 1))[1]
    assert size == 2


def test_a_window_of_odd_size_has_as_many_zeros_before_as_behind():
    """Where a single 1 comes out again under a kernel that has nothing but its middle, or the cell nearest to it."""
    line = np.eye(9)[4].reshape(1, 9, 1)
    for kernel_size in (3, 5, 7):
        kernel = np.eye(kernel_size)[kernel_size // 2].reshape(-1, 1, 1)
        layer = keras.layers.Conv1D(1, kernel_size, padding="same", use_bias=False)
        layer.build(line.shape)
        layer.set_weights([kernel])
        by_hand = keras.layers.Conv1D(1, kernel_size, use_bias=False)
        by_hand.build(line.shape)
        by_hand.set_weights([kernel])
        padded = np.pad(line, ((0, 0), ((kernel_size - 1) // 2,) * 2, (0, 0)))
        assert np.asarray(layer(line)).argmax() == np.asarray(by_hand(padded)).argmax() == 4
    even = keras.layers.Conv1D(1, 2, padding="same", kernel_initializer="ones")
    assert np.flatnonzero(np.asarray(even(line))).tolist() == [3, 4]


def test_a_border_of_repeated_pixels_makes_no_frame():
    """Computed with SciPy, whose name for such a border is "nearest"."""
    run = PhotoEdge().result
    repeated = ndimage.correlate(run.image, run.kernel, mode="nearest")
    np.testing.assert_allclose(run.repeated, repeated, atol=1e-5)
    inside = np.abs(repeated[1:-1, 1:-1])
    ring = np.abs(repeated).sum() - inside.sum()
    share = ring / (repeated.size - inside.size) / inside.mean()
    assert float(PhotoEdge().facts["times repeated"]) == round(float(share), 1) < 1
