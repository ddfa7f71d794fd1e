"""``.keras`` files read as data: the records are those of Keras, layer by layer, and what does not fit is told."""

import json
import subprocess
import sys
import zipfile

import keras
import pytest

from cnnfigs.models.archive import NotStaticError, described_archive
from cnnfigs.models.described import described
from cnnfigs.models.files import read_model
from cnnfigs.models.networks import NETWORKS, build
from cnnfigs.models.opening import opened

layers = keras.layers


def nested():
    inner = keras.Sequential([keras.Input((24, 24, 4)), layers.Conv2D(4, 3, name="conv"), layers.BatchNormalization()])
    image = keras.Input((24, 24, 3))
    return keras.Model(image, layers.GlobalMaxPooling2D()(inner(layers.Conv2D(4, 1, name="conv")(image))))


def shared():
    image = keras.Input((16, 16, 3))
    conv = layers.Conv2D(3, 3, padding="same", activation="relu")
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D(keepdims=True)(conv(conv(image)))))


def frozen():
    base = keras.Sequential([keras.Input((20, 20, 3)), layers.SeparableConv2D(4, 3), layers.PReLU()], name="base")
    base.trainable = False
    return keras.Sequential([keras.Input((20, 20, 3)), base, layers.Flatten(), layers.Dense(2, "softmax")])


def unusual():
    image = keras.Input((20, 24, 6))
    left = layers.Conv2D(8, (3, 1), strides=2, padding="same", groups=2, use_bias=False)(image)
    left = layers.LayerNormalization()(layers.DepthwiseConv2D(3, depth_multiplier=2)(left))
    right = layers.ZeroPadding2D(((1, 0), (0, 2)))(layers.AveragePooling2D((2, 3), 2)(image))
    up = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(layers.Cropping2D(1)(right))
    up = layers.UpSampling2D(2, interpolation="bilinear")(layers.Activation("tanh")(up))
    row = layers.Concatenate()([layers.Flatten()(left), layers.Reshape((-1,))(layers.Permute((2, 1, 3))(up))])
    return keras.Model(image, {"two": layers.Dense(2, name="two")(row), "one": layers.Dense(1, name="one")(row)})


def sequences():
    stack = [layers.Embedding(50, 8), layers.Conv1D(4, 3, padding="causal", dilation_rate=2), layers.MaxPooling1D()]
    return keras.Sequential([keras.Input((12,)), *stack, layers.GlobalAveragePooling1D(), layers.Dense(2)])


def open_size():
    image = keras.Input((None, None, 3))
    return keras.Model(image, layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, strides=2)(image)))


def adapted():
    stack = [layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 1.0, 1.0]), layers.Normalization()]
    return keras.Sequential([keras.Input((8, 8, 3)), *stack, layers.RandomFlip(), layers.Conv2D(2, 3)])


MAKERS = [nested, shared, frozen, unusual, sequences, open_size, adapted]


def same(path):
    made, _ = described_archive(path)
    expected = described(opened(read_model(path)))
    assert {layer.name: layer for layer in made.layers} == {layer.name: layer for layer in expected.layers}
    told = ("name", "outputs", "parameters", "trainable_parameters", "weight_bytes", "broken")
    assert [getattr(made, each) for each in told] == [getattr(expected, each) for each in told]


@pytest.mark.parametrize("make", MAKERS)
def test_records_are_those_of_keras(make, tmp_path):
    make().save(tmp_path / "own.keras")
    same(tmp_path / "own.keras")


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "lenet5"])
def test_records_of_the_tutorials_networks_are_those_of_keras(name, tmp_path):
    build(name).save(tmp_path / "own.keras")
    same(tmp_path / "own.keras")


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetB0"])
def test_records_of_keras_applications_are_those_of_keras(name, tmp_path):
    getattr(keras.applications, name)(weights=None, input_shape=(64, 64, 3), classes=10).save(tmp_path / "own.keras")
    same(tmp_path / "own.keras")


def test_open_sizes_are_told(tmp_path):
    open_size().save(tmp_path / "own.keras")
    assert described_archive(tmp_path / "own.keras")[1] == [(None, None, 3)]


def planted(tmp_path, old, new):
    """The convnet with something else in its configuration."""
    build("convnet").save(tmp_path / "good.keras")
    with zipfile.ZipFile(tmp_path / "good.keras") as source, zipfile.ZipFile(tmp_path / "bad.keras", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                assert old in content.decode()
                content = content.decode().replace(old, new).encode()
            target.writestr(name, content)
    return tmp_path / "bad.keras"


def test_a_shape_that_does_not_fit_ends_the_records_with_both_shapes(tmp_path):
    path = planted(tmp_path, '"batch_shape": [null, 28, 28, 1]', '"batch_shape": [null, 32, 32, 1]')
    network, _ = described_archive(path)
    assert [layer.class_name for layer in network.layers][-2:] == ["Conv2D", "Flatten"]
    assert network.outputs == ()
    assert "it was built for (None, 1152), and reads (None, 2048)" in network.broken


def test_a_map_that_is_smaller_than_a_window_ends_the_records(tmp_path):
    network, _ = described_archive(
        planted(tmp_path, '"batch_shape": [null, 28, 28, 1]', '"batch_shape": [null, 6, 6, 1]')
    )
    # 6 → 4 → 2, and the next window has three rows.
    assert [layer.class_name for layer in network.layers] == ["InputLayer", "Conv2D", "MaxPooling2D"]
    assert "does not fit what it reads, (None, 2, 2, 32): kernel_size: expected a span of at most 2" in network.broken


@pytest.mark.parametrize(("old", "new"), [('"units": 10', '"units": 11'), ('"filters": 64', '"filters": "64"')])
def test_other_weights_than_the_file_holds_are_left_to_keras(tmp_path, old, new):
    with pytest.raises(NotStaticError):
        described_archive(planted(tmp_path, old, new))


def test_what_only_keras_knows_is_left_to_it(tmp_path):
    stack = [layers.LSTM(4), layers.Dense(2)]
    keras.Sequential([keras.Input((5, 3)), *stack]).save(tmp_path / "own.keras")
    with pytest.raises(NotStaticError):
        described_archive(tmp_path / "own.keras")


def test_neither_keras_nor_tensorflow_is_imported(tmp_path):
    build("convnet").save(tmp_path / "own.keras")
    code = """
import sys
from cnnfigs.commands.app import main
status = main(["explain", "own.keras", "-o", "report", "--json", "told.json", "--text"])
assert status == 0
assert not {"keras", "tensorflow", "onnx"} & set(sys.modules), [each for each in sys.modules if "onnx" in each][:5]
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    assert told["network"]["kind"] == "archive"
    assert told["totals"]["parameters"] == 104_202
