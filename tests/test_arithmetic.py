import inspect
import sys
import types

import arithmetic_checks
import keras
import numpy as np
import pytest
from arithmetic_checks import OPERATIONS, cases, networks
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from keras import layers

from cnnfigs.arithmetic import multiply_adds, parameter_derivation, sizes
from cnnfigs.arithmetic.receptive import (
    ReceptiveField,
    known_fields,
    receptive_field,
    receptive_fields,
    receptive_region,
)
from cnnfigs.models.records import layer_records


def examples(count, **options):
    """Let Hypothesis try so many configurations, the same ones each time."""
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        **options,
    )


# --- Sizes, windows and values against Keras --------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
def test_sizes_are_those_of_keras(operation):
    examples(300)(given(cases(operation))(arithmetic_checks.check_shape))()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_values_are_those_of_a_keras_layer(operation):
    drawn = cases(operation, largest=16, fitting=True, explicit=False)
    if operation == "transposed convolution":  # the layer fails with dilation on a CPU: tests/prove checks that by hand
        drawn = drawn.filter(lambda case: max(case.dilation_rate) == 1)
    examples(300)(given(drawn)(arithmetic_checks.check_layer))()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_values_with_explicit_padding_and_dilation_are_those_of_keras(operation):
    examples(100)(given(cases(operation, largest=10, fitting=True))(arithmetic_checks.check_values))()


MUTATIONS = {
    "padding: the odd cell before": ("return total // 2, total - total // 2", "return total - total // 2, total // 2"),
    "padding: one cell too few": ("+ self.span() - self.size, 0)", "+ self.span() - self.size - 1, 0)"),
    "padding: places rounded down": (
        "positions = -(-self.size // self.strides)",
        "positions = max(self.size // self.strides, 1)",
    ),
    "padding: the cells after put before": ("before, _ = self.padding_amounts()", "_, before = self.padding_amounts()"),
    "stride: rounded up": (
        "return (self.size + sum(self.padding_amounts()) - self.span()) // self.strides + 1",
        "return -(-(self.size + sum(self.padding_amounts()) - self.span()) // self.strides) + 1",
    ),
    "stride: the last place forgotten": (
        "- self.span()) // self.strides + 1",
        "- self.span() - 1) // self.strides + 1",
    ),
    "dilation: one hole too many": (
        "self.dilation_rate * (self.kernel_size - 1) + 1",
        "self.dilation_rate * self.kernel_size",
    ),
    "dilation: forgotten in the span": ("self.dilation_rate * (self.kernel_size - 1) + 1", "self.kernel_size"),
    "dilation: forgotten in the window": (
        "self.dilation_rate * np.arange(self.kernel_size)",
        "np.arange(self.kernel_size)",
    ),
    "transposed: the odd cell before": ("before = max(excess, 0) // 2", "before = (max(excess, 0) + 1) // 2"),
    "transposed: the last gap forgotten": ("return 0, min(excess, 0)", "return 0, 0"),
    "transposed: one cell too many": (
        "self._covered() - sum(self.padding_amounts())",
        "self._covered() - sum(self.padding_amounts()) + 1",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_planted_off_by_one_is_caught(mutation, monkeypatch):
    source = inspect.getsource(sizes)
    right, wrong = MUTATIONS[mutation]
    assert source.count(right) == 1
    mutated = types.ModuleType("mutated")
    monkeypatch.setitem(sys.modules, "mutated", mutated)
    exec(compile(source.replace(right, wrong), "mutated", "exec"), mutated.__dict__)
    for axis in (sizes.Axis, sizes.TransposedAxis):
        for name, function in vars(getattr(mutated, axis.__name__)).items():
            if inspect.isfunction(function):
                monkeypatch.setattr(axis, name, function)

    @given(st.data())
    def agrees_with_keras(data):
        for operation in OPERATIONS:
            case = data.draw(cases(operation, largest=12, fitting=True))
            arithmetic_checks.check_shape(case)
            arithmetic_checks.check_values(case)

    with pytest.raises(AssertionError):
        examples(200, phases=[Phase.generate])(agrees_with_keras)()


# --- Parameters -------------------------------------------------------------------------------------------------------


EVERY_KIND = {
    "1-D": ((20, 3), lambda: layers.Conv1D(4, 5)),
    "grouped": ((9, 9, 6), lambda: layers.Conv2D(4, (2, 3), groups=2)),
    "depthwise": ((9, 9, 6), lambda: layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False)),
    "separable": ((9, 9, 6), lambda: layers.SeparableConv2D(5, 3, depth_multiplier=2)),
    "transposed": ((9, 9, 6), lambda: layers.Conv2DTranspose(4, 3, strides=2)),
    "dense on a map": ((9, 9, 6), lambda: layers.Dense(4)),
    "batch normalization": ((9, 9, 6), lambda: layers.BatchNormalization()),
    "batch normalization without scale": ((9, 9, 6), lambda: layers.BatchNormalization(scale=False)),
    "pooling": ((9, 9, 6), lambda: layers.AveragePooling2D(2)),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_parameters_are_those_of_keras(kind):
    shape, layer = EVERY_KIND[kind]
    model = keras.Sequential([keras.Input(shape), layer()])
    derivation = parameter_derivation(layer_records(model)[-1])
    assert derivation.total == model.count_params()
    if derivation.product:
        assert eval(derivation.product.replace("·", "*")) == derivation.total


def test_multiply_adds_count_the_products_really_made():
    # A convolution of ones with ones adds up as many ones as it makes products.
    ones = {"kernel_initializer": "ones", "use_bias": False}
    for layer in (
        layers.Conv2D(4, 3, strides=2, **ones),
        layers.Conv2D(4, 3, groups=2, **ones),
        layers.Conv2DTranspose(4, 3, strides=2, **ones),
        layers.DepthwiseConv2D(3, depthwise_initializer="ones", use_bias=False),
        layers.Dense(4, **ones),
    ):
        model = keras.Sequential([keras.Input((9, 9, 6)), layer])
        assert multiply_adds(layer_records(model)[-1]) == np.asarray(model(np.ones((1, 9, 9, 6)))).sum()


# --- Receptive fields -------------------------------------------------------------------------------------------------

#: Receptive field, effective stride and effective padding at the end-points of published networks, from the table of
#: A. Araujo, W. Norris and J. Sim (2019), "Computing Receptive Fields of Convolutional Neural Networks", Distill,
#: doi:10.23915/distill.00021 (github.com/google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md), at 224 pixels
#: unless said otherwise; the names of the layers are those of keras.applications.
PUBLISHED = {
    "VGG16": {
        "block1_conv1": (3, 1, 1),
        "block1_pool": (6, 2, 2),
        "block2_conv1": (10, 2, 4),
        "block2_pool": (16, 4, 6),
        "block3_conv1": (24, 4, 10),
        "block3_conv2": (32, 4, 14),
        "block3_pool": (44, 8, 18),
        "block4_conv1": (60, 8, 26),
        "block4_conv2": (76, 8, 34),
        "block4_pool": (100, 16, 42),
        "block5_conv1": (132, 16, 58),
        "block5_conv2": (164, 16, 74),
        "block5_pool": (212, 32, 90),
    },
    "InceptionV3": {
        "mixed0": (63, 8, 18),
        "mixed1": (95, 8, 34),
        "mixed2": (127, 8, 50),
        "mixed3": (159, 16, 58),
        "mixed4": (351, 16, 154),
        "mixed5": (543, 16, 250),
        "mixed6": (735, 16, 346),
        "mixed7": (927, 16, 442),
        "mixed8": (1055, 32, 490),
        "mixed9": (1183, 32, 554),
        "mixed10": (1311, 32, 618),
    },
    "InceptionResNetV2": {
        "mixed_5b": (63, 8, 18),
        "mixed_6a": (415, 16, 186),
        "block17_20_ac": (2335, 16, 1146),
        "mixed_7a": (2399, 32, 1162),
        "conv_7b": (3039, 32, 1482),
    },
    "MobileNet": {
        "conv1": (3, 2, 0),
        "conv_pw_1": (7, 2, 2),
        "conv_pw_2": (11, 4, 2),
        "conv_pw_3": (19, 4, 6),
        "conv_pw_4": (27, 8, 6),
        "conv_pw_5": (43, 8, 14),
        "conv_pw_6": (59, 16, 14),
        "conv_pw_7": (91, 16, 30),
        "conv_pw_8": (123, 16, 46),
        "conv_pw_9": (155, 16, 62),
        "conv_pw_10": (187, 16, 78),
        "conv_pw_11": (219, 16, 94),
        "conv_pw_12": (251, 32, 94),
        "conv_pw_13": (315, 32, 126),
    },
    # The table's paddings at 321 pixels: there the "same" padding of the first pooling is 1 before and after, which
    # Keras' ResNets write out for every size. (At 224 it is 0 before, and the table has 15, 47, 143 and 239.)
    "ResNet50V2": {
        "conv2_block3_out": (35, 8, 17),
        "conv3_block4_out": (99, 16, 49),
        "conv4_block6_out": (291, 32, 145),
        "conv5_block3_out": (483, 32, 241),
    },
    # The table's first ResNets take their strides in the last unit of a block, Keras' in the first: within a network
    # the strides differ, so that only the sizes and the last stride are the table's. Paddings as above.
    "ResNet50": {
        "conv2_block3_out": (35, None, 17),
        "conv3_block4_out": (99, None, 49),
        "conv4_block6_out": (291, None, 145),
        "conv5_block3_out": (483, 32, 241),
    },
    "ResNet152": {"conv3_block8_out": (163, None, 81), "conv5_block3_out": (1507, 32, 753)},
}


@pytest.fixture(scope="module")
def published():
    """Layer records of keras.applications' networks, made once each."""
    made = {}

    def records(name):
        if name not in made:
            network = getattr(keras.applications, name)
            made[name] = layer_records(network(weights=None, include_top=False, input_shape=(224, 224, 3)))
        return made[name]

    return records


@pytest.mark.parametrize("name", PUBLISHED)
def test_receptive_fields_are_those_of_the_literature(name, published):
    fields = receptive_fields(published(name))
    for layer, (size, stride, padding) in PUBLISHED[name].items():
        field = fields[layer]
        assert (field.size, field.start) == ((size, size), (-padding, -padding)), layer
        assert stride is None or field.jump == (stride, stride), layer


#: Billions of multiply-adds: half of the table's FLOPs at 224 pixels, which count pooling and biases too.
@pytest.mark.parametrize(
    ("name", "flops"),
    [
        ("VGG16", 30.713),
        ("InceptionV3", 5.689),
        ("InceptionResNetV2", 12.958),
        ("MobileNet", 1.140),
        ("ResNet50V2", 6.969),
    ],
)
def test_multiply_adds_are_those_of_the_literature(name, flops, published):
    assert sum(map(multiply_adds, published(name))) == pytest.approx(flops / 2 * 1e9, rel=0.005)


def test_the_fields_of_the_tutorials_networks():
    def network(*window):
        stack = [keras.Input((28, 28, 1))]
        stack += [layers.Conv2D(2, 3) if kind == "conv" else layers.MaxPooling2D() for kind in window]
        return layer_records(keras.Sequential([*stack, layers.Flatten(), layers.Dense(10)]))

    pooled = network("conv", "pool", "conv", "pool", "conv")
    assert receptive_field(pooled, pooled[5].name) == ReceptiveField((18, 18), (4, 4), (0, 0))
    # 11 → 5 drops a row and a column, so rows and columns 26 and 27 of the digit never reach the answer.
    assert receptive_region(pooled, ()) == (range(26), range(26))
    unpooled = network("conv", "conv", "conv")
    assert receptive_field(unpooled, unpooled[3].name).size == (7, 7)
    assert receptive_region(unpooled, ()) == (range(28), range(28))


def test_only_the_layers_before_need_to_be_known():
    image = keras.Input((8, 8, 2))
    known = layers.Conv2D(2, 3, name="known")(image)
    records = layer_records(keras.Model(image, layers.Resizing(3, 3, name="unknown")(known)))
    assert receptive_field(records, "known").size == (3, 3)
    with pytest.raises(ValueError, match=r"layer 'unknown': expected a class .*, got Resizing"):
        receptive_fields(records)
    with pytest.raises(ValueError, match=r"layer 'unknown': expected a class .*, got Resizing"):
        receptive_region(records, (0, 0))


def test_a_gate_over_all_places_sees_everything():
    # Squeeze and excitation: a map times what all its places say.
    image = keras.Input((10, 12, 4))
    features = layers.Conv2D(4, 3, strides=2)(image)
    gate = layers.Reshape((1, 1, 4))(layers.GlobalAveragePooling2D()(features))
    gate = layers.Conv2D(4, 1, activation="sigmoid")(gate)
    records = layer_records(keras.Model(image, layers.Multiply()([features, gate])))
    assert receptive_field(records) == ReceptiveField((9, 11), (0, 0), (0, 0))
    assert receptive_region(records, (1, 1)) == (range(9), range(11))


@pytest.mark.parametrize("rank", [1, 2])
def test_the_pixels_that_reach_a_number_are_those_that_light_it(rank):
    examples(40)(given(networks(rank))(arithmetic_checks.check_region))()


def test_a_field_inside_the_image_is_exactly_what_lights_a_number():
    before = arithmetic_checks.COMPARED.total()
    examples(40)(given(networks(1, plain=True))(arithmetic_checks.check_field))()
    assert arithmetic_checks.COMPARED.total() - before > 200


@pytest.mark.parametrize(
    ("shape", "stack"),
    [
        ((8, 6), [layers.Reshape((8, 6, 1)), layers.Conv2D(1, 3), layers.MaxPooling2D(2)]),
        ((8, 6, 1), [layers.Conv2D(1, (3, 2)), layers.Flatten(), layers.Reshape((6, 5, 1)), layers.Conv2D(1, 2)]),
        (
            (8, 6, 1),
            [
                layers.Reshape((4, 2, 3, 2)),
                layers.Permute((1, 3, 2, 4)),
                layers.Reshape((4, 3, 4)),
                layers.Conv2D(1, 2),
            ],
        ),
        ((8, 6), [layers.Rescaling(2.0), layers.Flatten(), layers.Dense(2)]),
    ],
)
def test_fields_go_through_new_layouts_index_by_index(shape, stack):
    """Each pixel lit alone, through networks that only add up."""
    model = keras.Sequential([keras.Input(shape), *stack])
    model.set_weights([np.abs(weight) + 1 for weight in model.get_weights()])
    records = layer_records(model)
    size = shape[:2]
    lit = np.asarray(model(np.eye(size[0] * size[1]).reshape(-1, *shape))) - np.asarray(model(np.zeros((1, *shape))))
    lit = (lit.max(axis=-1) > 0).reshape(*size, *lit.shape[1:-1])
    field = receptive_fields(records)[records[-1].name]
    for place in np.ndindex(lit.shape[2:]):
        expected = arithmetic_checks.box(lit[(..., *place)])
        if not any(record.class_name == "Reshape" for record in records[3:]):  # of what was a row before
            assert receptive_region(records, place) == expected
        assert field.at(place if place else (0, 0)) == expected


def test_layouts_whose_numbers_stand_apart_are_not_told_as_one_field():
    image = keras.Input((8, 8, 1))
    patches = layers.Conv2D(3, 4, strides=4, name="patches")(image)
    rows = layers.Dense(5, name="dense")(layers.Reshape((4, 3), name="rows")(patches))
    records = layer_records(keras.Model(image, rows))
    with pytest.raises(ValueError, match="layer 'dense' lays numbers out so that the fields of neighbours do not move"):
        receptive_field(records)
    known = known_fields(records)
    assert known.sizes == {records[0].name: (1, 1), "patches": (4, 4), "rows": (4, 4), "dense": (4, 4)}
    assert set(known.fields) == {records[0].name, "patches"}
    assert known.unknown == {}


def test_layers_that_are_not_known_cost_only_what_is_behind_them():
    image = keras.Input((8, 8, 1))
    unknown = layers.Resizing(5, 5, name="unknown")(layers.Conv2D(1, 3, name="one")(image))
    behind = layers.Conv2D(1, 3, name="behind")(unknown)
    beside = layers.LayerNormalization(name="beside")(layers.ReLU()(image[..., ::-1]))
    known = known_fields(layer_records(keras.Model(image, [behind, beside])))
    assert (known.sizes["one"], known.sizes["beside"]) == ((3, 3), (1, 1))
    assert not {"unknown", "behind"} & set(known.sizes)
    assert list(known.unknown) == ["unknown"]
    other = layer_records(keras.Model(image, layers.LayerNormalization(axis=1, name="rows")(image)))
    assert list(known_fields(other).unknown) == ["rows"]


def test_branches_that_cannot_meet_are_refused():
    def fields(left, right, merge):
        image = keras.Input((12, 12, 1))
        return receptive_fields(layer_records(keras.Model(image, merge([left(image), right(image)]))))

    apart = (layers.Conv2D(1, 3, strides=2, padding="same"), layers.Cropping2D(3))
    with pytest.raises(ValueError, match=r"joins branches that do not move together: .* 1 and 2 pixels apart"):
        fields(*apart, layers.Add())
    with pytest.raises(ValueError, match=r"\(Concatenate\): .*, got one of size \(12, 12\) for one of size \(18, 12\)"):
        fields(layers.ReLU(), layers.AveragePooling2D((2, 1)), layers.Concatenate(axis=1))
    with pytest.raises(ValueError, match=r"expected a class whose receptive field is known .*, got UpSampling2D"):
        fields(layers.UpSampling2D(2), layers.UpSampling2D(2), layers.Add())


def test_strides_with_dilation_are_refused_by_keras_too():
    for layer in (layers.Conv2D, layers.Conv2DTranspose):
        with pytest.raises(ValueError, match="not supported in conjunction"):
            layer(1, 3, strides=2, dilation_rate=2)
