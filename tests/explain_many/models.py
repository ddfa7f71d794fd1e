"""Keras models of many kinds, small ones where the kind allows, each with what it is to be shown.

Every maker gives a model whose weights are random; ``image`` says whether a picture can be shown to it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers as L  # noqa: N812 - so many are named


@dataclass(frozen=True)
class Case:
    """One model to be explained."""

    name: str
    make: Callable[[], keras.Model]
    image: bool = True


CASES: list[Case] = []


def case(image=True):
    """Enter a maker."""

    def enter(make):
        CASES.append(Case(make.__name__, make, image))
        return make

    return enter


def application(name, size=None):
    """One of keras.applications, without its weights."""

    def make():
        shape = {} if size is None else {"input_shape": (size, size, 3)}
        return getattr(keras.applications, name)(weights=None, classes=10, **shape)

    CASES.append(Case(f"applications.{name}", make))


def adapted(layer, low=0.0, high=255.0):
    """Show a Normalization layer some numbers."""
    layer.adapt(np.random.default_rng(0).uniform(low, high, (8, 16, 16, 3)).astype("float32"))
    return layer


@case()
def plain_sequential():
    return keras.Sequential(
        [L.Input((28, 28, 1)), L.Conv2D(8, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(10, "softmax")]
    )


@case()
def nested_twice():
    inner = keras.Sequential([L.Input((16, 16, 4)), L.Conv2D(4, 3, padding="same"), L.ReLU()], name="inner")
    conv = L.Conv2D(4, 3, padding="same", activation="relu")
    middle = keras.Sequential([L.Input((16, 16, 4)), inner, conv], name="middle")
    top = [L.GlobalAveragePooling2D(), L.Dense(4, "softmax")]
    return keras.Sequential([L.Input((16, 16, 3)), L.Conv2D(4, 1, activation="relu"), middle, *top])


@case()
def transfer_with_adapted_normalization():
    base = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(64, 64, 3))
    image = keras.Input((64, 64, 3))
    x = base(adapted(L.Normalization())(image), training=False)
    return keras.Model(image, L.Dense(5, "softmax")(L.GlobalAveragePooling2D()(x)))


@case()
def open_size_with_adapted_normalization():
    image = keras.Input((None, None, 3))
    x = L.Conv2D(8, 3, 2, activation="relu")(adapted(L.Normalization())(image))
    return keras.Model(image, L.Dense(5, "softmax")(L.GlobalAveragePooling2D()(x)))


@case()
def preprocessing_inside():
    image = keras.Input((48, 48, 3))
    x = keras.applications.resnet50.preprocess_input(image)
    x = L.Conv2D(8, 5, 2, activation="relu")(x)
    return keras.Model(image, L.Dense(5, "softmax")(L.GlobalMaxPooling2D()(x)))


@case()
def divided_and_subtracted():
    image = keras.Input((32, 32, 3))
    x = L.Conv2D(8, 3, activation="relu")(image / 127.5 - 1)
    return keras.Model(image, L.Dense(5, "softmax")(L.Flatten()(x)))


@case()
def augmented():
    first = [L.RandomFlip(), L.RandomRotation(0.2), L.RandomZoom(0.2), L.RandomContrast(0.2), L.Rescaling(1 / 255)]
    rest = [L.Conv2D(8, 3, activation="relu"), L.GlobalAveragePooling2D(), L.Dense(3, "softmax")]
    return keras.Sequential([L.Input((32, 32, 3)), *first, *rest])


@case()
def shared_layer():
    image = keras.Input((16, 16, 3))
    conv = L.Conv2D(3, 3, padding="same", activation="relu")
    return keras.Model(image, L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(conv(conv(conv(image))))))


@case(image=False)
def siamese():
    stack = [L.Conv2D(4, 3, activation="relu"), L.Flatten(), L.Dense(8)]
    encoder = keras.Sequential([L.Input((24, 24, 1)), *stack], name="encoder")
    left, right = keras.Input((24, 24, 1), name="left"), keras.Input((24, 24, 1), name="right")
    return keras.Model([left, right], L.Dense(1, "sigmoid")(L.Subtract()([encoder(left), encoder(right)])))


@case(image=False)
def image_and_table():
    image, table = keras.Input((16, 16, 3), name="image"), keras.Input((7,), name="table")
    joined = L.Concatenate()([L.GlobalAveragePooling2D()(L.Conv2D(4, 3)(image)), L.Dense(4)(table)])
    return keras.Model({"image": image, "table": table}, L.Dense(3, "softmax")(joined))


@case()
def two_outputs():
    image = keras.Input((24, 24, 3))
    x = L.Conv2D(8, 3, activation="relu")(image)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(image, {"kind": L.Dense(4, "softmax", name="kind")(x), "age": L.Dense(1, name="age")(x)})


@case(image=False)
def sequence_convolutions():
    stack = [L.Conv1D(8, 5, activation="relu"), L.MaxPooling1D(), L.Conv1D(8, 3, padding="causal", activation="relu")]
    return keras.Sequential([L.Input((100, 6)), *stack, L.GlobalAveragePooling1D(), L.Dense(2, "softmax")])


@case(image=False)
def sequence_lstm():
    return keras.Sequential([L.Input((30, 4)), L.Bidirectional(L.LSTM(5, return_sequences=True)), L.GRU(4), L.Dense(1)])


@case(image=False)
def words():
    stack = [L.Embedding(50, 8, mask_zero=True), L.LSTM(8), L.Dense(2, "softmax")]
    return keras.Sequential([L.Input((12,), dtype="int32"), *stack])


@case(image=False)
def text_transformer():
    words = keras.Input((16,), dtype="int32")
    x = L.Embedding(40, 8)(words) + L.Embedding(16, 8)(keras.ops.arange(16))
    x = L.LayerNormalization()(x + L.MultiHeadAttention(2, 4)(x, x))
    return keras.Model(words, L.Dense(2, "softmax")(L.GlobalAveragePooling1D()(x)))


@case(image=False)
def volume():
    stack = [L.Conv3D(4, 3, activation="relu"), L.MaxPooling3D(), L.Conv3D(8, 3, activation="relu")]
    return keras.Sequential([L.Input((12, 20, 20, 1)), *stack, L.GlobalAveragePooling3D(), L.Dense(2, "softmax")])


@case(image=False)
def video():
    stack = [L.TimeDistributed(L.Conv2D(4, 3)), L.ConvLSTM2D(4, 3), L.Flatten(), L.Dense(2, "softmax")]
    return keras.Sequential([L.Input((4, 12, 12, 3)), *stack])


@case()
def vision_transformer():
    image = keras.Input((32, 32, 3))
    x = L.Conv2D(16, 8, strides=8)(L.Rescaling(1 / 255)(image))
    x = L.Reshape((16, 16))(x) + L.Embedding(16, 16)(keras.ops.arange(16))
    for _ in range(2):
        y = L.LayerNormalization()(x)
        x = x + L.MultiHeadAttention(2, 8)(y, y)
        x = x + L.Dense(16)(L.Dense(32, "gelu")(L.LayerNormalization()(x)))
    return keras.Model(image, L.Dense(4, "softmax")(L.GlobalAveragePooling1D()(x)))


@case()
def mixer():
    image = keras.Input((32, 32, 3))
    x = L.Reshape((16, 8))(L.Conv2D(8, 8, strides=8)(image))
    x = x + L.Permute((2, 1))(L.Dense(16)(L.Permute((2, 1))(L.LayerNormalization()(x))))
    return keras.Model(image, L.Dense(4, "softmax")(L.GlobalAveragePooling1D()(x)))


@case()
def unet():
    image = keras.Input((64, 64, 3))
    one = L.Conv2D(4, 3, padding="same", activation="relu")(image)
    two = L.Conv2D(8, 3, padding="same", activation="relu")(L.MaxPooling2D()(one))
    three = L.Conv2D(8, 3, padding="same", activation="relu")(L.MaxPooling2D()(two))
    up = L.Concatenate()([L.Conv2DTranspose(8, 2, strides=2)(three), two])
    up = L.Concatenate()([L.UpSampling2D()(L.Conv2D(4, 3, padding="same")(up)), one])
    return keras.Model(image, L.Conv2D(1, 1, activation="sigmoid")(up))


@case(image=False)
def decoder():
    stack = [L.Dense(7 * 7 * 8, "relu"), L.Reshape((7, 7, 8))]
    stack += [L.Conv2DTranspose(8, 4, 2, padding="same", activation="relu")]
    return keras.Sequential([L.Input((16,)), *stack, L.Conv2DTranspose(1, 4, 2, padding="same", activation="sigmoid")])


@case()
def autoencoder():
    down = [L.Conv2D(8, 3, 2, padding="same", activation="relu"), L.Flatten(), L.Dense(10)]
    up = [L.Dense(14 * 14), L.Reshape((14, 14, 1)), L.UpSampling2D(interpolation="bilinear"), L.Conv2D(1, 3)]
    return keras.Sequential([L.Input((28, 28, 1)), *down, *up])


@case()
def rows_of_an_image_lstm():
    return keras.Sequential([L.Input((28, 28)), L.LSTM(16), L.Dense(10, "softmax")])


@case()
def recurrent_on_maps():
    image = keras.Input((32, 96, 1))
    x = L.MaxPooling2D()(L.Conv2D(8, 3, padding="same", activation="relu")(image))
    x = L.Reshape((48, 16 * 8))(L.Permute((2, 1, 3))(x))
    return keras.Model(image, L.Dense(12, "softmax")(L.Bidirectional(L.GRU(8))(x)))


@case()
def digits_without_channels():
    stack = [L.Rescaling(1 / 255), L.Reshape((28, 28, 1)), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D()]
    return keras.Sequential([L.Input((28, 28)), *stack, L.Flatten(), L.Dense(10, "softmax")])


@case()
def digits_flattened():
    return keras.Sequential([L.Input((28, 28)), L.Flatten(), L.Dense(32, "relu"), L.Dropout(0.2), L.Dense(10)])


@case()
def rows_laid_out():
    stack = [L.Reshape((28, 28, 1)), L.Conv2D(4, 3, activation="relu"), L.Flatten(), L.Dense(10, "softmax")]
    return keras.Sequential([L.Input((784,)), *stack])


@case()
def binary_sigmoid():
    stack = [L.Conv2D(8, 3, activation="relu"), L.GlobalAveragePooling2D(), L.Dense(1, "sigmoid")]
    return keras.Sequential([L.Input((32, 32, 3)), *stack])


@case()
def binary_logit():
    stack = [L.Conv2D(8, 3, activation="relu"), L.GlobalMaxPooling2D(), L.Dense(1)]
    return keras.Sequential([L.Input((32, 32, 3)), *stack])


@case()
def all_convolutional():
    stack = [L.Conv2D(8, 3, 2, activation="relu"), L.Conv2D(5, 3), L.GlobalAveragePooling2D()]
    return keras.Sequential([L.Input((32, 32, 3)), *stack, L.Activation("softmax")])


@case()
def ends_in_pooling():
    return keras.Sequential([L.Input((32, 32, 3)), L.Conv2D(5, 3, activation="relu"), L.GlobalAveragePooling2D()])


@case()
def ends_in_flatten():
    stack = [L.Conv2D(8, 3, activation="relu"), L.Conv2D(4, 14, activation="softmax"), L.Flatten()]
    return keras.Sequential([L.Input((16, 16, 1)), *stack])


@case()
def ends_in_batch_normalization():
    stack = [L.Conv2D(8, 3, activation="relu"), L.Flatten(), L.Dense(4), L.BatchNormalization()]
    return keras.Sequential([L.Input((16, 16, 1)), *stack])


@case()
def mixed_precision():
    policy = keras.DTypePolicy("mixed_float16")
    stack = [L.Conv2D(8, 3, activation="relu", dtype=policy), L.MaxPooling2D(dtype=policy), L.Flatten(dtype=policy)]
    end = [L.Dense(4, dtype=policy), L.Activation("softmax", dtype="float32")]
    return keras.Sequential([L.Input((28, 28, 1)), *stack, *end])


@case()
def mixed_bfloat16():
    policy = keras.DTypePolicy("mixed_bfloat16")
    stack = [L.Conv2D(8, 3, activation="relu", dtype=policy), L.GlobalAveragePooling2D(dtype=policy)]
    return keras.Sequential([L.Input((28, 28, 3)), *stack, L.Dense(4, "softmax", dtype="float32")])


@case()
def double_precision():
    stack = [L.Conv2D(8, 3, activation="relu", dtype="float64"), L.Flatten(dtype="float64")]
    return keras.Sequential([L.Input((20, 20, 1), dtype="float64"), *stack, L.Dense(4, "softmax", dtype="float64")])


@case()
def quantised():
    stack = [L.Conv2D(8, 3, activation="relu"), L.Flatten(), L.Dense(16, "relu"), L.Dense(4, "softmax")]
    model = keras.Sequential([L.Input((16, 16, 1)), *stack])
    model.quantize("int8")
    return model


@case()
def whole_numbers():
    image = keras.Input((24, 24, 3), dtype="uint8")
    x = L.Conv2D(8, 3, activation="relu")(L.Rescaling(1 / 255)(image))
    return keras.Model(image, L.Dense(4, "softmax")(L.GlobalAveragePooling2D()(x)))


@case()
def normalised_along_rows():
    stack = [L.BatchNormalization(axis=1), L.Conv2D(8, 3, activation="relu"), L.Flatten(), L.Dense(4, "softmax")]
    return keras.Sequential([L.Input((16, 16, 1)), *stack])


@case()
def layer_and_group_normalization():
    stack = [L.LayerNormalization(), L.Conv2D(8, 3), L.GroupNormalization(4), L.Conv2D(8, 3, activation="relu")]
    return keras.Sequential([L.Input((16, 16, 3)), *stack, L.GlobalAveragePooling2D(), L.Dense(4, "softmax")])


@case()
def operations():
    image = keras.Input((20, 20, 3))
    x = keras.activations.relu(L.Conv2D(8, 3)(image[..., ::-1] / 255.0))
    x = keras.ops.mean(x * keras.ops.sigmoid(x), axis=(1, 2))
    return keras.Model(image, keras.ops.softmax(L.Dense(4)(x)))


@case()
def squeeze_and_excitation():
    image = keras.Input((24, 24, 3))
    x = L.Conv2D(8, 3, activation="relu")(image)
    gate = L.Reshape((1, 1, 8))(L.Dense(8, "sigmoid")(L.GlobalAveragePooling2D()(x)))
    return keras.Model(image, L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(x * gate)))


@case()
def wide_strip():
    stack = [L.Conv2D(8, (3, 9), strides=(1, 4), activation="relu"), L.GlobalAveragePooling2D(), L.Dense(3, "softmax")]
    return keras.Sequential([L.Input((16, 400, 1)), *stack])


@case()
def tall_strip():
    stack = [L.Conv2D(8, (9, 3), strides=(4, 1), activation="relu"), L.GlobalAveragePooling2D(), L.Dense(3, "softmax")]
    return keras.Sequential([L.Input((400, 16, 3)), *stack])


@case()
def separable_and_dilated():
    stack = [L.SeparableConv2D(8, 3), L.DepthwiseConv2D(3, dilation_rate=2), L.Conv2D(8, 3, groups=2), L.PReLU()]
    return keras.Sequential([L.Input((32, 32, 3)), *stack, L.GlobalMaxPooling2D(), L.Dense(3, "softmax")])


@case()
def patches_by_reshape():
    image = keras.Input((24, 24, 1))
    x = L.Permute((1, 3, 2, 4))(L.Reshape((6, 4, 6, 4))(image))
    x = L.Conv2D(8, 3, activation="relu")(L.Reshape((6, 6, 16))(x))
    return keras.Model(image, L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(x)))


@case()
def random_even_when_asked():
    image = keras.Input((16, 16, 1))
    x = L.Dropout(0.5, name="always")(L.Conv2D(8, 3, activation="relu")(image), training=True)
    return keras.Model(image, L.Dense(3, "softmax")(L.Flatten()(x)))


@case(image=False)
def stateful():
    steps = keras.Input(batch_shape=(1, 10, 4))
    return keras.Model(steps, L.Dense(2)(L.LSTM(4, stateful=True, name="goes_on")(steps)))


@case(image=False)
def channels_first():
    stack = [L.Conv2D(4, 3, data_format="channels_first"), L.Flatten(), L.Dense(2)]
    return keras.Sequential([L.Input((3, 16, 16)), *stack])


@case(image=False)
def many_channels():
    return keras.Sequential([L.Input((16, 16, 12)), L.Conv2D(8, 3, activation="relu"), L.Flatten(), L.Dense(2)])


@case(image=False)
def table():
    return keras.Sequential([L.Input((20,)), L.Dense(16, "relu"), L.BatchNormalization(), L.Dense(1)])


#: One or two of each family of keras.applications, and the side of their images; None for their own.
FAMILIES = {
    **{"VGG16": 64, "ResNet50": 64, "ResNet50V2": 64, "DenseNet121": 64, "InceptionV3": 96, "InceptionResNetV2": 96},
    **{"Xception": 96, "NASNetMobile": None, "MobileNet": 64, "MobileNetV2": 64, "MobileNetV3Small": 64},
    **{"MobileNetV3Large": 64, "EfficientNetB0": 64, "EfficientNetV2B0": 64, "ConvNeXtTiny": 64},
}
for family, side in FAMILIES.items():
    application(family, side)
