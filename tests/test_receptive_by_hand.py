"""Receptive fields by hand: what lights up in small networks of NumPy, published sizes, and every refusal.

tests/test_arithmetic_by_hand.py follows windows, borders and branches back cell by cell; here are the layers that lay
numbers out anew, join all places, pick channels or stack them. Nothing needs Keras, as `nox -s mutants` wants it.
"""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from cnnfigs.arithmetic import Layer, receptive
from cnnfigs.arithmetic.receptive import (
    ReceptiveField,
    as_image,
    known_fields,
    pixels_read,
    receptive_field,
    receptive_fields,
    receptive_region,
)


class Network:
    """A network in NumPy with a record of each layer, and an image for each pixel in which that one alone is lit.

    All functions only add up numbers that are not negative, so a number is above zero where its pixel reaches it.
    """

    def __init__(self, *sizes, channels=1):
        self.sizes, self.channels = sizes, channels
        shape = (*sizes, channels) if channels else sizes  # 0: an image without an axis for its channel
        self.values = {"image": np.eye(math.prod(sizes)).repeat(channels or 1, axis=1).reshape(-1, *shape)}
        self.records = [Layer("image", "InputLayer", output_shape=shape)]

    def add(self, name, class_name, function, *inputs, **fields):
        """Add a layer; without `inputs` it reads the one before. Shapes are those that NumPy makes."""
        inputs = inputs or (self.records[-1].name,)
        read = [self.values[each] for each in inputs]
        made = function(*read)
        shapes = tuple(each.shape[1:] for each in read)
        self.records.append(Layer(name, class_name, inputs, shapes, made.shape[1:], **fields))
        self.values[name] = made

    def window(self, name, kernel_size, strides=1, *inputs, filters=0):
        """Add a convolution without padding, or, without `filters`, a pooling; alike on all axes."""
        rank = len(self.sizes)

        def function(x):
            axes = tuple(range(1, rank + 1))
            view = np.lib.stride_tricks.sliding_window_view(x, (kernel_size,) * rank, axes)
            made = view[(slice(None), *(slice(None, None, strides),) * rank)].sum(axis=tuple(range(-rank, 0)))
            return made.sum(axis=-1, keepdims=True).repeat(filters, axis=-1) if filters else made

        each = {"kernel_size": kernel_size, "strides": strides, "dilation_rate": 1}
        each = {field: (value,) * rank for field, value in each.items()}
        class_name = f"{'Conv' if filters else 'AveragePooling'}{rank}D"
        self.add(name, class_name, function, *inputs, **each, padding="valid")

    def laid_out(self, name, *shape, source=()):
        self.add(name, "Reshape", lambda x: x.reshape(-1, *shape), *source)

    def permuted(self, name, *order, class_name="Permute"):
        self.add(name, class_name, lambda x: x.transpose(0, *(axis + 1 for axis in order)), axis=order)

    def mixed(self, name, units, *inputs):
        """Add a Dense layer, which works on the last axis."""
        self.add(name, "Dense", lambda x: x.sum(axis=-1, keepdims=True).repeat(units, axis=-1), *inputs, units=units)

    def boxes(self, name):
        """First pixel that lights each number, and the one behind the last; shape (axes of numbers, axes of image)."""
        lit = (self.values[name] > 0).reshape(*self.sizes, *self.values[name].shape[1:])
        rank = len(self.sizes)
        low, high = [], []
        for axis, size in enumerate(self.sizes):
            along = lit.any(axis=tuple(each for each in range(rank) if each != axis))
            low.append(along.argmax(axis=0))
            high.append(size - along[::-1].argmax(axis=0))
        return np.stack(low, axis=-1), np.stack(high, axis=-1)

    def places(self, name):
        """Each place of a map, and the box of the pixels that light one of its channels."""
        low, high = self.boxes(name)
        if self.channels or low.shape[:-1] != self.sizes:
            low, high = low.min(axis=-2), high.max(axis=-2)
        for place in np.ndindex(low.shape[:-1]):
            yield place, tuple(map(range, low[place].tolist(), high[place].tolist()))


def check(network, *fields):
    """Compare how much one number sees, for every layer, and whole fields of those layers that must have one."""
    known = known_fields(as_image(network.records))
    assert known.unknown == {}
    assert {*known.fields} == {*fields}
    for record in network.records:
        low, high = network.boxes(record.name)
        largest = (high - low).reshape(-1, len(network.sizes)).max(axis=0)
        assert known.sizes[record.name] == tuple(largest), record.name
    for name, field in known.fields.items():
        for place, box in network.places(name):
            assert field.at(place if len(place) == len(box) else (0,) * len(box)) == box, (name, place)


def check_regions(network, *names):
    for name in names:
        for place, box in network.places(name):
            assert receptive_region(network.records, place, name) == box, (name, place)


def refused(call, message, *arguments):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call(*arguments)


# --- Sizes told elsewhere ---------------------------------------------------------------------------------------------


def stack(size, *stages):
    """Records of windows one behind another, (kernel size, strides, padding) each."""
    records = [Layer("image", "InputLayer", output_shape=(size, size, 1))]
    for number, (kernel_size, strides, padding) in enumerate(stages):
        before = size
        size = -(-size // strides) if padding == "same" else (size - kernel_size) // strides + 1
        fields = {"kernel_size": (kernel_size,) * 2, "strides": (strides,) * 2, "dilation_rate": (1, 1)}
        shapes = ((before, before, 1),), (size, size, 1)
        records.append(Layer(f"{number}", "Conv2D", (records[-1].name,), *shapes, **fields, padding=padding))
    return records


def test_the_fields_that_araujo_norris_and_sim_published():
    # Receptive field, effective stride and effective padding of alexnet_v2 and vgg_16, 195, 32, 64 and 212, 32, 90:
    # github.com/google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md
    conv, pool = (3, 1, "same"), (2, 2, "valid")
    large = (3, 2, "valid")
    alexnet = stack(224, (11, 4, "valid"), large, (5, 1, "same"), large, conv, conv, conv, large)
    assert receptive_field(alexnet) == ReceptiveField((195, 195), (32, 32), (-64, -64))
    two, three = (conv, conv, pool), (conv, conv, conv, pool)
    vgg = stack(224, *two, *two, *three, *three, *three)
    assert receptive_field(vgg) == ReceptiveField((212, 212), (32, 32), (-90, -90))


def test_a_network_of_its_input_alone_sees_one_pixel():
    image = (Layer("image", "InputLayer", output_shape=(5, 4, 1)),)
    assert receptive_field(image) == receptive_field(image, "image") == ReceptiveField((1, 1), (1, 1), (0, 0))
    assert receptive_region(image, (2, 3), "image") == (range(2, 3), range(3, 4))


def test_any_layer_is_told_by_its_name():
    records = stack(9, (3, 1, "valid"), (2, 1, "valid"), (2, 1, "valid"))
    assert [receptive_field(records, name).size for name in ("image", "0", "1", "2")] == [(n, n) for n in (1, 3, 4, 5)]
    assert receptive_region(records, (1, 2), "0") == (range(1, 4), range(2, 5))
    assert receptive_region(records, (1, 2)) == (range(1, 6), range(2, 7))


# --- Numbers that are laid out anew -----------------------------------------------------------------------------------


@pytest.mark.parametrize("class_name", ["Permute", "Transpose"])
def test_axes_are_exchanged_with_the_images(class_name):
    network = Network(5, 4, 3, channels=2)
    network.window("conv", 2, filters=3)
    network.permuted("turned", 1, 2, 3, 0, class_name=class_name)
    network.permuted("back", 3, 0, 1, 2, class_name=class_name)
    network.window("next", 2, filters=1)
    check(network, "image", "conv", "back", "next")
    check_regions(network, "conv", "turned")
    for place, box in network.places("back"):  # of "turned" all channels are followed back, which were rows
        assert receptive_region(network.records, place, "back") == (range(5), *box[1:])


def test_blocks_of_pixels_become_channels_and_are_joined_with_a_map():
    # Space to depth, (8, 8, 1) to (4, 4, 4): the numbers of a place see four pixels, one each.
    network = Network(8, 8)
    network.laid_out("blocks", 4, 2, 4, 2)
    network.permuted("sorted", 0, 2, 1, 3)
    network.laid_out("depth", 4, 4, 4)
    network.window("conv", 2, filters=2)
    network.window("pool", 2, 2, "image")
    network.add("once more", "ReLU", np.abs, "depth")
    network.add("sum", "Add", np.add, "once more", "pool")
    network.add("both", "Concatenate", lambda *each: np.concatenate(each, axis=-1), "depth", "once more")
    network.window("behind", 2, 1, "both", filters=1)
    fields = {"image", "depth", "conv", "pool", "once more", "sum", "both", "behind"}
    known = known_fields(network.records)
    assert ({*known.fields}, known.unknown) == (fields, {})
    for name in fields:
        for place, box in network.places(name):
            assert known.fields[name].at(place) == box
    # One number of a block sees one pixel; where blocks are joined with others, a whole place is told.
    assert {known.sizes[name] for name in ("blocks", "sorted", "depth", "once more")} == {(1, 1)}
    assert {known.sizes[name] for name in ("pool", "sum", "both")} == {(2, 2)}
    check_regions(network, "blocks", "depth", "conv", "sum", "behind")


@pytest.mark.parametrize("places", [(2, 2), (2, 1), (1, 3)])
def test_few_blocks_move_evenly_too(places):
    rows, columns = places
    network = Network(2 * rows, 2 * columns)
    network.laid_out("blocks", rows, 2, columns, 2)
    network.permuted("sorted", 0, 2, 1, 3)
    network.laid_out("depth", rows, columns, 4)
    network.mixed("dense", 2)
    known = known_fields(network.records)
    for place, box in network.places("dense"):
        assert known.fields["depth"].at(place) == known.fields["dense"].at(place) == box
    # From a single place to the next there are as many pixels as anywhere: one.
    assert known.fields["dense"].jump == tuple(2 if n > 1 else 1 for n in places)


def test_rows_of_patches_are_followed_until_they_are_joined():
    # Of 3 × 2 patches, the 4 pixels of each: rows of a map of patches are no rows of the image.
    network = Network(6, 4)
    network.laid_out("cut", 3, 2, 2, 2)
    network.permuted("sorted", 0, 2, 1, 3)
    network.laid_out("rows", 6, 4)
    network.add("active", "ReLU", np.abs)
    network.mixed("dense", 3)
    network.add("norm", "LayerNormalization", lambda x: x + x.sum(axis=-1, keepdims=True))
    network.add("sum", "Add", np.add, "dense", "norm")
    network.add("all", "GlobalAveragePooling1D", lambda x: x.mean(axis=1))
    network.mixed("answer", 2)
    check(network, "image", "all", "answer")
    check_regions(network, "rows", "all", "answer")
    assert {*receptive_fields(network.records)} == {"image", "all", "answer"}
    rows = "layer 'sum' lays numbers out so that the fields of neighbours do not move evenly: "
    refused(receptive_field, f"{rows}known_fields tells how much one number sees", network.records, "sum")
    attention = replace(network.records[-2], class_name="MultiHeadAttention", output_shape=(6, 3))
    assert receptive_field([*network.records[:-2], attention]) == ReceptiveField((6, 4), (0, 0), (0, 0))


def test_rows_of_patches_with_pixels_apart():
    # Channels of a place that see different pixels, and are mixed: the box around them, from the first to the last.
    network = Network(3, 4)
    network.permuted("turned", 1, 0, 2)
    network.laid_out("rows", 2, 6)
    network.mixed("dense", 2)
    check(network, "image")
    check_regions(network, "turned", "dense")


def test_a_row_of_numbers_sees_all_only_where_it_is_mixed():
    network = Network(4, 5)
    network.window("conv", 2, filters=2)
    network.add("row", "Flatten", lambda x: x.reshape(len(x), -1))
    network.add("active", "ReLU", np.abs)
    network.mixed("dense", 2)
    network.laid_out("gate", 1, 1, 2)
    network.add("gated", "Multiply", np.add, "conv", "gate")
    check(network, "image", "conv", "gate", "gated")
    check_regions(network, "row", "active", "dense", "gate", "gated")
    # Where one field is asked for, a row has that of all its numbers together, whatever the place.
    fields = receptive_fields(network.records)
    assert {*fields} == {record.name for record in network.records}
    assert {fields[name] for name in ("row", "active", "dense")} == {ReceptiveField((4, 5), (0, 0), (0, 0))}
    assert fields["row"] == receptive_field(network.records, "row")


def test_a_row_of_very_many_numbers_is_not_followed_number_by_number(monkeypatch):
    def network():
        made = Network(10, 10)
        made.window("conv", 1, filters=10)
        made.laid_out("row", 1000)
        made.laid_out("map", 10, 10, 10)
        return made

    monkeypatch.setattr(receptive, "_MOST_NUMBERS", 1000)
    check(network(), "image", "conv", "map")
    monkeypatch.setattr(receptive, "_MOST_NUMBERS", 999)
    known = known_fields(network().records)
    assert known.fields["map"] == known.fields["row"] == ReceptiveField((10, 10), (0, 0), (0, 0))
    assert known.sizes == {"image": (1, 1), "conv": (1, 1), "row": (1, 1), "map": (1, 1)}
    other = network()
    other.laid_out("rows", 100, 10, source=["conv"])
    why = "layer 'rows' (Reshape) lays out 1,000 numbers: too many to follow each"
    assert known_fields(other.records).unknown == {"rows": why}
    refused(receptive_field, why, other.records)
    one = Layer("one", "GetItem", ("conv",), ((10, 10, 10),), (10, 10))
    assert known_fields([*other.records[:2], one]).unknown == {
        "one": "layer 'one' (GetItem) lays out 1,000 numbers: too many to follow each"
    }
    # A window over as many is followed as ever.
    other.window("next", 3, 1, "conv", filters=10)
    assert receptive_field(other.records, "next") == ReceptiveField((3, 3), (1, 1), (0, 0))


# --- Channels picked and stacked --------------------------------------------------------------------------------------


def test_channels_are_picked_and_stacked():
    # x[..., n] for each channel, and the channels stacked in another order: what preprocessing in Keras does.
    network = Network(5, 6, channels=3)
    network.add("moved", "Cropping2D", lambda x: x[:, 1:], padding=((-1, 0), (0, 0)))
    for channel in range(3):
        network.add(f"{channel}", "GetItem", lambda x, channel=channel: x[..., channel], "moved")
    network.add("stacked", "Stack", lambda *each: np.stack(each, axis=-1), "2", "1", "0")
    network.add("one", "Stack", lambda x: x[..., None], "1")
    network.add("some", "GetItem", lambda x: x[..., :2], "stacked")
    network.window("conv", 3, filters=2)
    check(network, "image", "moved", "stacked", "one", "some", "conv")


def test_stacked_channels_may_see_different_pixels():
    network = Network(4, 4)
    network.add("top", "Cropping2D", lambda x: x[:, :-1], padding=((0, -1), (0, 0)))
    network.add("bottom", "Cropping2D", lambda x: x[:, 1:], "image", padding=((-1, 0), (0, 0)))
    for name in ("top", "bottom"):
        network.add(f"{name} one", "GetItem", lambda x: x[..., 0], name)
    network.add("stacked", "Stack", lambda *each: np.stack(each, axis=-1), "bottom one", "top one")
    network.window("conv", 2, filters=1)
    network.add("moved", "Add", np.add, "stacked", "top")
    check(network, "image", "top", "bottom", "stacked", "conv", "moved")
    check_regions(network, "top", "bottom")


def test_what_sees_all_is_stacked_with_what_does_not():
    network = Network(4, 3)
    network.laid_out("row", 12)
    network.window("conv", 3, 1, "image", filters=12)
    network.add("mean", "GlobalAveragePooling2D", lambda x: x.mean(axis=(1, 2)))
    network.add("stacked", "Stack", lambda *each: np.stack(each, axis=-1), "mean", "row", "row")
    check(network, "image", "conv", "mean")
    network.mixed("mixed", 2)
    network.add("all", "Stack", lambda *each: np.stack(each, axis=-1), "mean", "mean")
    check(network, "image", "conv", "mean", "all")


def test_picked_of_numbers_that_are_laid_out():
    # Every second pixel of a row, from a map of its pairs, and of rows that stand as no image does.
    network = Network(4, 6)
    network.laid_out("pairs", 4, 3, 2)
    network.add("picked", "GetItem", lambda x: x.max(axis=-1), "pairs")  # which one of a pair is not told: either
    known = known_fields(network.records)
    assert (known.sizes["picked"], known.unknown) == ((1, 2), {})
    network.laid_out("rows", 8, 3, source=["image"])
    network.add("two", "GetItem", lambda x: x[..., 1:])
    network.add("one", "GetItem", lambda x: x[..., 1], "rows")
    known = known_fields(network.records)
    assert known.sizes["two"] == (1, 3)
    assert list(known.unknown) == ["one"]


# --- What joins places, and what leaves them as they are --------------------------------------------------------------


@pytest.mark.parametrize(("class_name", "function"), [("Mean", np.mean), ("Max", np.max), ("Sum", np.sum)])
def test_reducing_all_places_joins_them(class_name, function):
    network = Network(4, 5)
    network.window("conv", 2, filters=2)
    network.add("places", class_name, lambda x: function(x, axis=(1, 2)), axis=(0, 1))
    network.add("kept", class_name, lambda x: function(x, axis=(1, 2), keepdims=True), "conv", axis=(0, 1))
    network.add("numbers", class_name, lambda x: function(x, axis=(1, 2, 3))[:, None], "conv", axis=(0, 1, 2))
    check(network, "image", "conv", "places", "kept", "numbers")
    check_regions(network, "places", "kept")
    for axis in ((0,), (1,), (1, 2), None):  # some places alone, or channels
        reduced = Layer("reduced", class_name, ("conv",), ((3, 4, 2),), (3, 2), axis=axis)
        assert known_fields([*network.records, reduced]).unknown["reduced"].endswith(f", got {class_name}")


def alone(class_name, made, shape=(6, 4, 3), **fields):
    """An image, and a layer that reads it."""
    return Layer("image", "InputLayer", output_shape=shape), Layer(
        "it", class_name, ("image",), (shape,), made, **fields
    )


APART = "reads numbers that do not stand as those of the image do, and what it sees there is not known"
KNOWN = (
    "convolutions, pooling, padding, cropping, Flatten, Reshape, Permute, Dense, layers that work on each place alone "
    "or join all places"
)


@pytest.mark.parametrize("class_name", ["RandomFlip", "RandomCrop", "Resizing"])
def test_what_keeps_the_size_keeps_the_places_where_nothing_is_random(class_name):
    same = alone(class_name, (6, 4, 3))
    assert receptive_field(same) == ReceptiveField((1, 1), (1, 1), (0, 0))
    assert receptive_region(same, (2, 3)) == (range(2, 3), range(3, 4))
    other = alone(class_name, (5, 4, 3))
    refused(
        receptive_field,
        f"layer 'it': expected a class whose receptive field is known ({KNOWN}), got {class_name}",
        other,
    )
    assert receptive_fields(other[:1]) == {"image": ReceptiveField((1, 1), (1, 1), (0, 0))}


@pytest.mark.parametrize(
    "network",
    [
        alone("Softmax", (6, 4, 3), axis=(0, 1)),
        alone("LayerNormalization", (6, 4, 3), axis=(1, 2)),
        alone("Dense", (6, 5, 3)),
        alone("GetItem", (1, 6, 4, 2)),  # x[:, None, :, :, :2]
        alone("GetItem", (3, 4, 3), axis=(0,)),
        alone("GetItem", (4, 3), axis=(0,)),
        alone("GetItem", (6, 4), axis=(0, 2)),
        alone("Stack", (2, 6, 4, 3), axis=(0,)),
        alone("Stack", (6, 4, 1, 3)),
        alone("UpSampling2D", (12, 8, 3), strides=(2, 2), interpolation="bilinear"),
        alone("Odd", (6, 4, 3)),
    ],
)
def test_what_mixes_some_places_is_not_known(network):
    unknown = network[1].class_name
    refused(
        receptive_field,
        f"layer 'it': expected a class whose receptive field is known ({KNOWN}), got {unknown}",
        network,
    )
    message = (
        f"layer 'it': expected a class of whose numbers it is known what they read ({KNOWN}, transposed convolutions, "
        f"and upsampling that repeats cells), got {unknown}"
    )
    refused(receptive_region, message, network, (0,) * (len(network[1].output_shape) - 1))


def test_an_unknown_layer_behind_all_places_is_unknown_still():
    image, mean = alone("GlobalAveragePooling2D", (3,))
    odd = Layer("odd", "Odd", ("it",), ((3,),), (3,))
    assert list(known_fields([image, mean, odd]).unknown) == ["odd"]
    mean = replace(mean, output_shape=(1, 1, 3))
    for class_name, made, axis in (
        ("Sum", (1, 3), (0,)),
        ("Resizing", (4, 4, 3), None),
        ("Stack", (2, 1, 1, 3), (0,)),
        ("Softmax", (1, 1, 3), (0, 1)),
        ("UpSampling2D", (2, 2, 3), None),
    ):
        odd = Layer("odd", class_name, ("it",), ((1, 1, 3),), made, axis=axis)
        assert list(known_fields([image, mean, odd]).unknown) == ["odd"]
    # But that all of them have seen all is plain where it is only a window, or laid out.
    border = Layer("wide", "ZeroPadding2D", ("it",), ((3,),), (3,), padding=((1, 1), (1, 1)))
    assert receptive_field([image, mean, border]) == ReceptiveField((6, 4), (0, 0), (0, 0))


def test_channels_that_are_stacked_as_places_are_not_known():
    image, picked = alone("GetItem", (6, 4))
    for made, axis in (((2, 6, 4), (0,)), ((6, 4, 2), (0,)), ((6, 2, 4), None)):
        stacked = Layer("stacked", "Stack", ("it", "it"), ((6, 4), (6, 4)), made, axis=axis)
        assert list(known_fields([image, picked, stacked]).unknown) == ["stacked"]


def test_padding_may_be_told_as_pairs_and_dilation_left_out():
    # A causal convolution: each number sees its own place and the two before.
    signal = Layer("image", "InputLayer", output_shape=(7, 1))
    causal = Layer("causal", "Conv1D", ("image",), ((7, 1),), (7, 2), (3,), (1,), ((2, 0),), filters=2)
    assert receptive_field((signal, causal)) == ReceptiveField((3,), (1,), (-2,))
    assert [receptive_region((signal, causal), (n,)) for n in (0, 3, 6)] == [
        (range(1),),
        (range(1, 4),),
        (range(4, 7),),
    ]


def test_a_transposed_convolution_reads_what_is_spread_over_a_place():
    # Windows of three from 0, 2 and 4 on: the last cell of one is the first of the next.
    signal = Layer("image", "InputLayer", output_shape=(3, 1))
    large = Layer("large", "Conv1DTranspose", ("image",), ((3, 1),), (7, 1), (3,), (2,), "valid", (1,), filters=1)
    read = [range(1), range(1), range(2), range(1, 2), range(1, 3), range(2, 3), range(2, 3)]
    assert [receptive_region((signal, large), (place,)) for place in range(7)] == [(each,) for each in read]


def test_new_axes_of_one_are_a_layout():
    network = Network(5, 4, channels=2)
    network.window("conv", 2, filters=3)
    network.add("wide", "GetItem", lambda x: x[:, None], axis=())
    network.add("back", "Squeeze", lambda x: x[:, 0])
    network.window("next", 2, filters=2)
    check(network, "image", "conv", "back", "next")
    check_regions(network, "wide", "back", "next")


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_signals_images_and_volumes(rank):
    network = Network(*(6, 5, 7)[:rank])
    network.window("conv", 2, filters=2)
    network.window("pool", 2, 2)
    network.add("cut", f"Cropping{rank}D", lambda x: x[:, 1:], padding=((-1, 0),) + ((0, 0),) * (rank - 1))
    check(network, "image", "conv", "pool", "cut")
    check_regions(network, "conv", "pool", "cut")


# --- Branches ---------------------------------------------------------------------------------------------------------


def test_a_row_of_channels_is_added_to_a_map():
    network = Network(4, 5)
    network.window("conv", 2, filters=2)
    network.add("mean", "GlobalAveragePooling2D", lambda x: x.mean(axis=(1, 2)))
    network.add("gated", "Multiply", lambda x, row: x + row[:, None, None], "conv", "mean")
    check(network, "image", "conv", "mean", "gated")
    check_regions(network, "gated")


def test_what_sees_all_is_added_to_numbers_that_are_laid_out():
    network = Network(4, 3)
    network.laid_out("cut", 2, 6)
    network.window("conv", 2, 1, "image", filters=6)
    network.add("mean", "GlobalMaxPooling2D", lambda x: x.max(axis=(1, 2)))
    network.add("sum", "Add", lambda x, row: x + row[:, None], "cut", "mean")
    network.add("other", "Add", lambda row, x: x + row[:, None], "mean", "cut")
    network.add("twice", "Maximum", np.maximum, "cut", "sum")
    check(network, "image", "conv", "mean")
    # What sees a part alone: for each number the box around its own pixel and the part.
    network = Network(5, 6)
    network.laid_out("cut", 6, 5)
    network.add("part", "Cropping2D", lambda x: x[:, 1:3, 2:5], "image", padding=((-1, -2), (-2, -1)))
    network.add("mean", "GlobalAveragePooling2D", lambda x: x.mean(axis=(1, 2)))
    network.mixed("row", 5)
    network.add("sum", "Add", lambda x, row: x + row[:, None], "cut", "row")
    check(network, "image", "part", "mean", "row")


def test_numbers_laid_out_in_two_ways_are_added_one_by_one():
    network = Network(4, 6)
    network.laid_out("rows", 3, 8)
    network.permuted("turned", 1, 0)
    network.laid_out("columns", 3, 8)
    network.laid_out("again", 3, 8, source=["image"])
    for name, inputs in (
        ("sum", ("rows", "columns")),
        ("other", ("columns", "rows")),
        ("three", ("sum", "other", "again")),
    ):
        network.add(name, "Add", lambda *each: sum(each), *inputs)
    check(network, "image")


def test_numbers_laid_out_differently_are_not_joined():
    image = Layer("image", "InputLayer", output_shape=(4, 6, 1))
    rows = Layer("rows", "Reshape", ("image",), ((4, 6, 1),), (3, 8))
    both = Layer("both", "Concatenate", ("rows", "rows"), ((3, 8), (3, 8)), (3, 16))
    refused(receptive_field, f"layer 'both' (Concatenate) {APART}", [image, rows, both])
    wide = Layer("wide", "Reshape", ("rows",), ((3, 8),), (3, 2, 4))
    conv = Layer("conv", "Conv2D", ("image",), ((4, 6, 1),), (3, 2, 4), (2, 2), (1, 4), "valid", (1, 1), filters=4)
    total = Layer("sum", "Add", ("conv", "wide"), ((3, 2, 4), (3, 2, 4)), (3, 2, 4))
    message = "layer 'sum' (Add) joins numbers that are laid out differently"
    refused(receptive_field, message, [image, rows, wide, conv, total])
    refused(receptive_field, message, [image, rows, wide, conv, replace(total, inputs=("wide", "conv"))])


def test_what_reads_numbers_apart_is_not_known():
    image = Layer("image", "InputLayer", output_shape=(4, 6, 1))
    row = Layer("row", "Reshape", ("image",), ((4, 6, 1),), (1, 24))
    total = Layer("sum", "Add", ("row", "row"), ((1, 24), (1, 24)), (3, 24))  # repeated three times
    refused(receptive_field, f"layer 'sum' (Add) {APART}", [image, row, total])
    conv = Layer("conv", "Conv1D", ("row",), ((1, 24),), (1, 2), (1,), (1,), "valid", (1,), filters=2)
    refused(receptive_field, f"layer 'conv' (Conv1D) {APART}", [image, row, conv])


def branches(left, right, made, class_name="Add"):
    """An image of 12 × 12 pixels, a window over it and another layer, and what joins them."""
    image = Layer("image", "InputLayer", output_shape=(12, 12, 1))
    inputs = (left.name, right.name)
    return image, left, right, Layer("sum", class_name, inputs, (left.output_shape, right.output_shape), made)


def over(name, shape, kernel_size, strides, padding="valid"):
    fields = {"kernel_size": kernel_size, "strides": strides, "padding": padding, "dilation_rate": (1, 1)}
    return Layer(name, "Conv2D", ("image",), ((12, 12, 1),), shape, **fields)


def test_branches_that_do_not_move_together():
    left, right = over("left", (5, 5, 1), (4, 4), (2, 2)), over("right", (5, 5, 1), (8, 8), (1, 1))
    message = (
        "layer 'sum' (Add) joins branches that do not move together: the fields of their numbers are 1 and 2 pixels "
        "apart"
    )
    refused(receptive_field, message, branches(left, right, (5, 5, 1)))
    refused(receptive_field, message, branches(right, left, (5, 5, 1)))


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_what_stands_still_must_hold_what_moves_everywhere(more):
    # The mean has seen the ten rows and columns from the third on. So do the nine windows of two over them together; a
    # window more, over padding, sees an eleventh.
    image = Layer("image", "InputLayer", output_shape=(12, 12, 1))
    part = Layer("part", "Cropping2D", ("image",), ((12, 12, 1),), (10, 10, 1), padding=((-2, 0), (-2, 0)))
    mean = Layer("mean", "GlobalAveragePooling2D", ("part",), ((10, 10, 1),), (1, 1, 1))
    size = (9 + more, 9 + more, 1)
    wide = replace(part, name="wide", output_shape=(10 + more, 10 + more, 1), padding=((-2, more), (-2, more)))
    fields = {"kernel_size": (2, 2), "strides": (1, 1), "padding": "valid", "dilation_rate": (1, 1)}
    conv = Layer("conv", "Conv2D", ("wide",), (wide.output_shape,), size, **fields)
    network = image, part, mean, wide, conv, Layer("sum", "Add", ("conv", "mean"), (size, (1, 1, 1)), size)
    if more > 0:
        with pytest.raises(ValueError, match=r"the fields of their numbers are 0 and 1 pixels apart$"):
            receptive_field(network)
    else:
        assert receptive_field(network) == ReceptiveField((10, 10), (0, 0), (2, 2))


def test_a_single_place_has_a_jump_still():
    conv = over("conv", (1, 1, 1), (12, 12), (1, 1))
    relu = Layer("relu", "ReLU", ("conv",), ((1, 1, 1),), (1, 1, 1))
    image, *rest = branches(conv, relu, (1, 1, 1))
    fields = receptive_fields((image, *rest))
    assert fields["conv"] == fields["relu"] == fields["sum"] == ReceptiveField((12, 12), (1, 1), (0, 0))


def test_a_concatenation_does_not_repeat():
    image = Layer("image", "InputLayer", output_shape=(4, 4, 1))
    row = over("row", (1, 4, 1), (4, 1), (1, 1))
    row = replace(row, input_shapes=((4, 4, 1),))
    total = Layer("sum", "Add", ("image", "row"), ((4, 4, 1), (1, 4, 1)), (4, 4, 1))
    assert receptive_field((image, row, total)) == ReceptiveField((4, 1), (0, 1), (0, 0))
    assert receptive_region((image, row, total), (2, 3)) == (range(4), range(3, 4))
    both = replace(total, class_name="Concatenate", output_shape=(5, 4, 1), axis=(0,))
    message = (
        "layer 'sum' (Concatenate): expected to join maps along their channels, got one of size (4, 4) for one of size "
        "(5, 4)"
    )
    refused(receptive_field, message, (image, row, both))
    refused(receptive_region, message, (image, row, both), (0, 0))
    one = replace(both, inputs=("row", "row"), input_shapes=((1, 4, 1), (1, 4, 1)), output_shape=(2, 4, 1))
    message = message.replace("(5, 4)", "(2, 4)").replace("(4, 4)", "(1, 4)")
    refused(receptive_field, message, (image, row, one))


def test_the_pixels_that_are_read_are_those_that_light_any_number():
    """Of 12 × 11 pixels: steps leave over what stands at the end, and a window narrower than its step more."""
    network = Network(12, 11)
    network.window("first", 3, 2, filters=1)  # 5 × 5 places, over 11 × 11 pixels
    network.window("one", 1, 3)  # places 0 and 3
    network.window("two", 2, 1, "first")
    expected = {"image": (range(12), range(11)), "first": (range(11), range(11)), "two": (range(11), range(11))}
    expected["one"] = ([0, 1, 2, 6, 7, 8], [0, 1, 2, 6, 7, 8])
    for name, wanted in expected.items():
        lit = network.values[name].reshape(12, 11, -1).any(axis=-1)
        found = [axis.tolist() for axis in pixels_read(network.records, name)]
        assert (
            found == [list(axis) for axis in wanted] == [np.flatnonzero(lit.any(axis=axis)).tolist() for axis in (1, 0)]
        )
    assert [axis.tolist() for axis in pixels_read(network.records)] == [list(range(11))] * 2
    refused(pixels_read, "name: expected 'image', 'first', 'one', 'two', got 'three'", network.records, "three")


def test_the_narrowest_of_branches_is_followed_alone():
    # The second branch sees 2 × 9 pixels, of which there are fewer, though more columns.
    square, flat = (
        over("square", (12, 12, 1), (5, 5), (1, 1), "same"),
        over("flat", (12, 12, 1), (2, 9), (1, 1), "same"),
    )
    for left, right in ((square, flat), (flat, square)):
        network = branches(left, right, (12, 12, 1))
        pool = Layer("pool", "MaxPooling2D", ("sum",), ((12, 12, 1),), (6, 6, 1), (2, 2), (2, 2), "valid", (1, 1))
        narrow, whole = known_fields((*network, pool), narrowest=True), known_fields((*network, pool))
        assert narrow.fields["sum"] == ReceptiveField((2, 9), (1, 1), (0, -4))
        assert narrow.fields["pool"] == ReceptiveField((3, 10), (2, 2), (0, -4))
        assert whole.fields["pool"] == ReceptiveField((6, 10), (2, 2), (-2, -4))
        assert known_fields((*network, pool), narrowest=False) == whole


def test_numbers_that_are_laid_out_have_no_narrowest_branch():
    network = Network(4, 6)
    network.laid_out("rows", 3, 8)
    network.window("conv", 2, 1, "image", filters=8)
    network.add("mean", "GlobalAveragePooling2D", lambda x: x.mean(axis=(1, 2)))
    total = Layer("sum", "Add", ("rows", "mean"), ((3, 8), (8,)), (3, 8))
    records = (*network.records, total)
    assert known_fields(records, narrowest=True) == known_fields(records)
    assert known_fields(records).sizes["sum"] == (4, 6)


# --- What pixels reach a number, behind other layouts -----------------------------------------------------------------


def test_a_row_that_is_laid_out_on_places_is_not_followed_back():
    image = Layer("image", "InputLayer", output_shape=(4, 2, 1))
    row = Layer("row", "Flatten", ("image",), ((4, 2, 1),), (8,))
    message = (
        "layer 'map' (Reshape) lays out a row of numbers on several places, and which of them each reads is not known"
    )
    for shape in ((2, 4), (1, 2, 4), (2, 1, 4)):
        laid_out = Layer("map", "Reshape", ("row",), ((8,),), shape)
        refused(receptive_region, message, (image, row, laid_out), (0,) * (len(shape) - 1))
    gate = Layer("map", "Reshape", ("row",), ((8,),), (1, 1, 8))
    assert receptive_region((image, row, gate), (0, 0)) == (range(4), range(2))


def test_an_exchange_with_the_images_of_a_batch_is_refused():
    swapped = alone("Transpose", (4, 6, 3))
    message = "axis of layer 'it': expected one per axis of a Transpose, got None"
    refused(receptive_field, message, swapped)
    refused(receptive_region, message, swapped, (0, 0))


def test_a_number_that_sees_padding_alone_sees_no_pixel():
    image = Layer("image", "InputLayer", output_shape=(3, 3, 1))
    wide = Layer("wide", "ZeroPadding2D", ("image",), ((3, 3, 1),), (7, 3, 1), padding=((2, 2), (0, 0)))
    mean = Layer("mean", "GlobalAveragePooling2D", ("pixel",), ((7, 3, 1),), (1,))
    conv = Layer("pixel", "Conv2D", ("wide",), ((7, 3, 1),), (7, 3, 1), (1, 1), (1, 1), "valid", (1, 1), filters=1)
    network = (image, wide, conv, mean)
    assert receptive_region(network, (1, 1), "wide") == (range(0), range(0))
    assert receptive_region(network, (2, 1), "wide") == (range(1), range(1, 2))
    assert receptive_region(network, (6, 1), "pixel") == (range(0), range(0))
    assert receptive_region(network, ()) == (range(3), range(3))
    beside = Layer("beside", "GlobalMaxPooling2D", ("corner",), ((1, 1, 1),), (1, 1, 1))
    corner = Layer("corner", "Cropping2D", ("wide",), ((7, 3, 1),), (1, 1, 1), padding=((0, -6), (-1, -1)))
    assert receptive_region((image, wide, corner, beside), (0, 0)) == (range(0), range(0))

    # Around what all pixels make there is padding too.
    mean = Layer("mean", "GlobalAveragePooling2D", ("image",), ((3, 3, 1),), (1, 1, 1))
    border = Layer("border", "ZeroPadding2D", ("mean",), ((1, 1, 1),), (2, 1, 1), padding=((1, 0), (0, 0)))
    assert receptive_region((image, mean, border), (0, 0)) == (range(0), range(0))
    assert receptive_region((image, mean, border), (1, 0)) == (range(3), range(3))


# --- Networks that lay out their input first --------------------------------------------------------------------------


def test_an_image_without_channels_gets_one():
    for class_name, fields in (("Reshape", {}), ("ExpandDims", {}), ("GetItem", {"axis": ()})):
        network = Network(5, 6, channels=0)
        network.add("scaled", "Rescaling", lambda x: x / 2)
        network.add("noise", "GaussianNoise", lambda x: x)
        network.add("map", class_name, lambda x: x[..., None], **fields)
        network.window("conv", 3, filters=2)
        network.window("pool", 2, 2)
        check(network, "image", "scaled", "noise", "map", "conv", "pool")
        check_regions(network, "map", "conv", "pool")
        begun = as_image(network.records)
        one = {"input_shapes": ((5, 6, 1),), "output_shape": (5, 6, 1)}
        image, scaled, noise, laid_out, *rest = network.records
        assert begun == (
            replace(image, output_shape=(5, 6, 1)),
            *(replace(layer, **one) for layer in (scaled, noise)),
            replace(laid_out, input_shapes=((5, 6, 1),)),
            *rest,
        )
        assert as_image(begun) == begun
    network = Network(5, 6, channels=0)
    network.laid_out("row", 30)
    network.mixed("dense", 3)
    check(network, "image")
    assert receptive_field(network.records) == ReceptiveField((5, 6), (0, 0), (0, 0))


def test_a_row_of_numbers_that_is_laid_out_as_maps_begins_with_them():
    row = Layer("row", "InputLayer", output_shape=(24,))
    scaled = Layer("scaled", "Rescaling", ("row",), ((24,),), (24,))
    for class_name, shape in (("Reshape", (4, 6, 1)), ("Reshape", (12, 2)), ("Embedding", (24, 8))):
        maps = Layer("maps", class_name, ("scaled",), ((24,),), shape)
        relu = Layer("relu", "ReLU", ("maps",), (shape,), shape)
        beside = Layer("sum", "Add", ("relu", "maps"), (shape, shape), shape)
        begun = replace(maps, inputs=(), input_shapes=())
        assert as_image((row, scaled, maps, relu, beside)) == (begun, relu, beside)
        assert as_image((row, replace(maps, inputs=("row",)), relu)) == (begun, relu)
        rank = len(shape) - 1
        assert receptive_field((row, scaled, maps, relu)) == ReceptiveField((1,) * rank, (1,) * rank, (0,) * rank)
        place = tuple(range(1, rank + 1))
        assert receptive_region((row, scaled, maps, relu), place) == tuple(range(p, p + 1) for p in place)


ROW = Layer("image", "InputLayer", output_shape=(24,))
GREY = Layer("image", "InputLayer", output_shape=(4, 6))
COLOR = Layer("image", "InputLayer", output_shape=(4, 6, 3))


def reads(class_name, made, *sources, **fields):
    return Layer(
        class_name.lower(),
        class_name,
        tuple(s.name for s in sources),
        tuple(s.output_shape for s in sources),
        made,
        **fields,
    )


@pytest.mark.parametrize(
    "network",
    [
        (ROW,),
        (ROW, reads("ReLU", (24,), ROW)),
        (ROW, reads("Dense", (8,), ROW)),
        (ROW, reads("Dense", (8,), ROW), reads("Reshape", (4, 2, 1), reads("Dense", (8,), ROW))),
        (ROW, reads("Flatten", (24,), ROW)),
        (ROW, reads("Odd", (24, 8), ROW)),
        (ROW, reads("Reshape", (4, 6, 1), ROW), reads("Dense", (3,), ROW)),
        (
            ROW,
            reads("Concatenate", (48,), ROW, ROW),
            reads("Reshape", (4, 12, 1), reads("Concatenate", (48,), ROW, ROW)),
        ),
        (ROW, reads("Reshape", (4, 6, 2), ROW, ROW)),  # what lays out two rows begins with neither
        (ROW, reads("Add", (24,), ROW, ROW), reads("Reshape", (4, 6, 1), reads("Add", (24,), ROW, ROW))),
        (ROW, Layer("other", "InputLayer", output_shape=(3,)), reads("Reshape", (4, 6, 1), ROW)),
        (GREY,),
        (GREY, reads("Permute", (6, 4), GREY, axis=(1, 0))),
        (GREY, reads("Embedding", (4, 6, 8), GREY)),
        (GREY, reads("Conv1D", (3, 8), GREY)),
        (GREY, reads("Reshape", (4, 6, 1), GREY), reads("GlobalAveragePooling1D", (6,), GREY)),
        (COLOR, reads("Reshape", (24, 3), COLOR)),
        (COLOR, reads("Rescaling", (4, 6, 3), COLOR)),
        (),
    ],
)
def test_other_networks_are_left_as_they_are(network):
    assert as_image(network) == network
    assert as_image(list(network)) == network


# --- Bad input --------------------------------------------------------------------------------------------------------


def test_a_layer_that_says_too_little_is_refused():
    up = alone("UpSampling2D", (12, 8, 3), interpolation="nearest")
    refused(receptive_region, "strides of layer 'it': expected one per axis of a UpSampling2D, got None", up, (0, 0))
    cut = alone("Cropping2D", (2, 2, 3))
    refused(receptive_region, "padding of layer 'it': expected one per axis of a Cropping2D, got None", cut, (0, 0))
    up = alone("UpSampling2D", (12, 8, 3), interpolation="nearest", strides=(2, 2))
    refused(
        receptive_field,
        f"layer 'it': expected a class whose receptive field is known ({KNOWN}), got UpSampling2D",
        up,
    )
    assert receptive_region(up, (5, 5)) == (range(2, 3), range(2, 3))
