"""Transfer learning, and networks that slide over photos."""

from __future__ import annotations

from cnnfigs.models.backend import load_keras
from cnnfigs.models.imagenet import mobilenet_v2
from cnnfigs.models.transfer import ENLARGED, as_convolution, small_convnet
from cnnfigs.runs.exercises.prediction import Mistake, Prediction
from cnnfigs.runs.photo.platelets import STRIDE, Found


def new_head(classes: int) -> Prediction:
    """Count what is trained when MobileNetV2 gets a new head and all else is frozen."""
    keras = load_keras()
    whole = mobilenet_v2(ENLARGED, ENLARGED)
    features = int(whole.layers[-2].output.shape[-1])
    head = keras.Sequential([keras.Input((features,)), keras.layers.Dense(classes)])
    body = whole.count_params() - whole.layers[-1].count_params()
    return Prediction(
        right=(head.count_params(),),
        wrong=(
            Mistake("the units had no bias", (features * classes,), f"{classes}·{features:,}"),
            Mistake("all classes shared one unit", (features + 1,), f"{features:,} + 1"),
            Mistake(
                "frozen layers were trained too",
                (body + head.count_params(),),
                f"{body:,} + {classes}·({features:,} + 1)",
            ),
        ),
        given={"features": features, "body": body},
    )


def answers_on_a_photo(height: int, width: int) -> Prediction:
    """Count the places at which a classifier of crops answers when it reads a whole photo."""
    classifier = small_convnet()
    side = classifier.input_shape[1]
    rows, columns, _ = as_convolution(classifier, height, width).output_shape[1:]
    return Prediction(
        right=(rows, columns),
        wrong=(
            Mistake(
                "a crop could begin at the last pixel",
                (height // STRIDE, width // STRIDE),
                f"{height} / {STRIDE} and {width} / {STRIDE}",
            ),
            Mistake(
                "the first place did not count",
                ((height - side) // STRIDE, (width - side) // STRIDE),
                f"({height} − {side}) / {STRIDE} and ({width} − {side}) / {STRIDE}",
            ),
            Mistake(
                "crops lay side by side",
                (height // side, width // side),
                f"{height} / {side} and {width} / {side}",
            ),
        ),
        given={"side": side, "stride": STRIDE},
    )


def both_shares(right: int, wrong: int, missed: int) -> Prediction:
    """Calculate precision and recall of places found."""
    found = Found(0.0, right, wrong, missed)
    marked, there = right + wrong, right + missed
    return Prediction(
        right=(found.precision, found.recall),
        wrong=(
            Mistake(
                "the two words were swapped",
                (found.recall, found.precision),
                f"{right} / {there} and {right} / {marked}",
            ),
            Mistake(
                "what was missed counted among the places, and what was wrong among the platelets",
                (right / (marked + missed), right / (there + wrong)),
                f"{right} / ({marked} + {missed}) and {right} / ({there} + {wrong})",
            ),
            Mistake(
                "precision told of what was missed",
                (1 - missed / there, 1 - wrong / marked),
                f"1 − {missed} / {there} and 1 − {wrong} / {marked}",
            ),
        ),
        given={"marked": marked, "there": there, "right": right},
    )
