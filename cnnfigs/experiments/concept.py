"""What items of the concept test ask about records of trainings: which option is so, read off the records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnfigs.experiments.chances import chances
from cnnfigs.experiments.findings import (
    downsampling,
    downsampling_costs,
    fewer_examples,
    moved_digits,
    other_corner,
)
from cnnfigs.models.records import layer_records
from cnnfigs.models.variants import TRAINABLE

#: Which options of an item are so, and the numbers that its words need.
Told = tuple[dict[str, bool], dict[str, float]]
#: Shares that differ by less are told apart by nobody.
ALIKE = 0.03


def ends(shift: int) -> Told:
    """Compare networks with different ends on digits that are moved, which they never were in training."""
    lines = {each.network: each for each in moved_digits().usual}
    shares = {name: lines[name].accuracy[:, shift] for name in ("convnet", "convnet_global_max", "dense_512")}
    unmoved = {name: float(lines[name].mean[0]) for name in shares}
    alike = float(np.ptp([each.mean() for each in shares.values()])) < ALIKE
    # Every training of the best is ahead of every training of the others.
    return (
        {**_ahead(shares), "alike": alike},
        {**{name: float(each.mean()) for name, each in shares.items()}, "shift": shift}
        | {f"{name} unmoved": share for name, share in unmoved.items()},
    )


def corners() -> Told:
    """Compare networks with different ends that were trained with digits in one corner, in another corner."""
    away = {each.network: each.away for each in other_corner().corners}
    shares = {name: away[name] for name in ("convnet", "convnet_global_max", "dense_512")}
    return (
        {**_ahead(shares), "alike": all(each.max() < 0.15 for each in shares.values())},
        {name: float(each.mean()) for name, each in shares.items()},
    )


def _ahead(shares: dict[str, np.ndarray]) -> dict[str, bool]:
    """Return which network is ahead of all others with every training."""
    return {
        name: all(each.min() > other.max() for key, other in shares.items() if key != name)
        for name, each in shares.items()
    }


def gaps(trained: Sequence[tuple[str, int]]) -> Told:
    """Compare errors on images that networks learned from with those on others.

    Parameters
    ----------
    trained
        Network and number of training images: first the one that is best on new images, then the one that rules on
        parameters or gaps would choose, then the one that is best on its own images.
    """
    findings = fewer_examples().findings
    measured = [findings.of(*each) for each in trained]
    errors = [1 - each.accuracy for each in measured]
    best = [
        all(each.max() < other.min() for place, other in enumerate(errors) if place != number)
        for number, each in enumerate(errors)
    ]
    names = ("best", "fewest", "by heart")
    given: dict[str, float] = {}
    for name, each in zip(names, measured, strict=True):
        given |= {
            f"{name} parameters": each.parameters,
            f"{name} images": each.images,
            f"{name} learned": 1000 * (1 - each.training_mean),
            f"{name} new": 1000 * (1 - each.mean),
        }
    # To guess is right once in ten.
    useless = all(each.accuracy.max() < 0.2 for each in measured)
    return ({**dict(zip(names, best, strict=True)), "none": useless}, given)


def one_training(first: str, second: str) -> Told:
    """Take the seed with which two networks differ most, and look whether others agree with it."""
    findings = downsampling()
    one, other = (findings.of(name) for name in (first, second))
    shared = sorted({*one.seeds} & {*other.seeds})
    counts = [
        np.array([round(each.test_images * float(1 - each.accuracy[each.seeds.index(s)])) for s in shared])
        for each in (one, other)
    ]
    difference = counts[1] - counts[0]
    at = int(np.abs(difference).argmax())
    swapped = bool(difference[at] < 0)
    if swapped:
        counts, difference, one, other = counts[::-1], -difference, other, one
    turned = int((difference < 0).sum())
    place = [each.seeds.index(shared[at]) for each in (one, other)]
    overlap = bool(one.low[place[0]] <= other.high[place[1]])
    return (
        {
            "open": turned > 0,
            "better": turned == 0,
            "equal": bool((difference == 0).all()),
            # More images fix this pair of networks; with other seeds the answer is another one all the same.
            "more images": turned == 0,
        },
        {
            "few": int(counts[0][at]),
            "many": int(counts[1][at]),
            "images": one.test_images,
            "turned": turned,
            "seeds": len(shared),
            "overlap": float(overlap),
            "swapped": float(swapped),
        },
    )


def what_to_buy(trainings: int, images: int, more_trainings: int, more_images: int) -> Told:
    """Compare the two kinds of chance: what is left of them after more trainings, and after more test images.

    A recipe's mean error over `trainings` is known to ``sqrt(v/t + w/n)``: v is the variance between trainings, w that
    between images, which all trainings are asked about.
    """
    found = chances("convnet", 10)
    rate = float(found.by_seed.mean())
    of_images = rate * (1 - rate)
    between = max(float(found.by_seed.var(ddof=1)), 0.0)

    def left(trained: int, asked: int) -> float:
        return float(np.sqrt(between / trained + of_images / asked))

    now = left(trainings, images)
    more = {"trainings": left(trainings + more_trainings, images), "images": left(trainings, images + more_images)}
    return (
        {
            "trainings": more["trainings"] < 0.9 * more["images"],
            "images": more["images"] < 0.9 * more["trainings"],
            "either": abs(more["trainings"] - more["images"]) < 0.1 * max(more.values()),
            "neither": min(more.values()) > 0.95 * now,
        },
        {
            "now": 1000 * now,
            "after trainings": 1000 * more["trainings"],
            "after images": 1000 * more["images"],
            "have trainings": trainings,
            "have images": images,
            "more trainings": more_trainings,
            "more images": more_images,
        },
    )


def without_pooling() -> Told:
    """Compare the convnet with the same convolutions without poolings; this needs Keras."""
    found = downsampling_costs()
    costs = {each.network: each for each in found.costs}
    comparison = next(each for each in found.findings.comparisons if each.name == "unpooled")
    model = TRAINABLE["convnet"]()
    fields = {name: _last_field(name) for name in ("convnet", "unpooled")}
    pooling = next(each for each in model.layers if "pooling" in each.name)
    line = next(each for each in moved_digits().usual if each.network == "convnet")
    pooled, bare = costs["convnet"], costs["unpooled"]
    errors = {name: 1000 * (1 - found.findings.of(name).mean) for name in ("convnet", "unpooled")}
    return (
        {
            "work": bare.multiply_adds > 2 * pooled.multiply_adds and fields["unpooled"] < fields["convnet"],
            "invariant": float(line.mean[4]) > float(line.mean[0]) - ALIKE,
            "weights": pooling.count_params() > 0,
            "errors": comparison.is_shown,
        },
        {
            "times": bare.multiply_adds / pooled.multiply_adds,
            "pooled field": fields["convnet"],
            "bare field": fields["unpooled"],
            "moved": float(line.mean[4]),
            "unmoved": float(line.mean[0]),
            "pooled parameters": pooled.parameters,
            "bare parameters": bare.parameters,
            "pooled errors": errors["convnet"],
            "bare errors": errors["unpooled"],
        },
    )


def _last_field(network: str) -> int:
    """Return how far a unit of the last convolution sees along one axis."""
    from cnnfigs.arithmetic.receptive import receptive_fields

    model = TRAINABLE[network]()
    last = [each.name for each in model.layers if "conv2d" in each.name][-1]
    return int(receptive_fields(layer_records(model))[last].size[0])
