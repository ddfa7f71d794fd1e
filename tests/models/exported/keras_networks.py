"""Small networks in Keras, which ``make.py`` exports as ONNX and the test builds again."""

import keras
import numpy as np
from keras import layers


def chain():
    """Convolutions, one of them with a step, and dense layers behind; the image is scaled first."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255, name="scale"),
            layers.Conv2D(8, 3, activation="relu", name="first"),
            layers.MaxPooling2D(name="pool"),
            layers.Conv2D(16, 3, padding="same", strides=2, activation="relu", name="second"),
            layers.Flatten(name="row"),
            layers.Dropout(0.5, name="drop"),
            layers.Dense(10, activation="softmax", name="answer"),
        ],
        name="chain",
    )


def branches():
    """A sum of two branches, in convolutions of each channel by itself."""
    image = keras.Input((32, 32, 3), name="image")
    one = layers.SeparableConv2D(8, 3, padding="same", name="separable")(image)
    other = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(one)
    joined = layers.GlobalAveragePooling2D(name="mean")(layers.Add(name="sum")([one, other]))
    return keras.Model(image, layers.Dense(3, name="answer")(joined), name="branches")


def there_and_back():
    """Smaller maps, made large again and joined with the first ones."""
    image = keras.Input((16, 16, 3), name="image")
    kept = layers.Conv2D(4, 3, padding="same", activation="relu", name="kept")(image)
    small = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="small")(kept)
    large = layers.Conv2DTranspose(4, 2, strides=2, activation="relu", name="large")(small)
    joined = layers.Concatenate(name="joined")([kept, large])
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid", name="answer")(joined), name="there_and_back")


def networks():
    """Each network, with weights that are the same each time and no two alike."""
    made = {build.__name__: build() for build in (chain, branches, there_and_back)}
    for model in made.values():
        generator = np.random.default_rng(5)
        model.set_weights([0.3 * generator.normal(size=each.shape).astype("float32") for each in model.get_weights()])
    return made
