"""What items of the concept test ask about records of trainings: which option is so, read off the records."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from cnnfigs.arithmetic import multiply_adds
from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.experiments.catalog import FIVE, by_recipe
from cnnfigs.experiments.chances import chances
from cnnfigs.experiments.comparisons import EQUAL, compare
from cnnfigs.experiments.findings import downsampling, fewer_examples, moved_digits, other_corner
from cnnfigs.experiments.results import results
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


def far_corner() -> Told:
    """Look how a convnet that was trained with digits in one corner reads them in another, beside another end."""
    found = {each.network: each for each in other_corner().corners}
    flat, largest = (found[name] for name in ("convnet", "convnet_global_max"))
    away = flat.away
    return (
        {
            # To guess is right once in ten.
            "guesses": bool(away.max() < 0.15),
            "all": bool(away.min() > flat.home_mean - ALIKE),
            "some": bool(away.min() > 0.3 and away.max() < flat.home_mean - ALIKE),
            "more": bool(away.min() > largest.away.max()),
        },
        {"away": flat.away_mean, "home": flat.home_mean, "other away": largest.away_mean},
    )


def _ahead(shares: dict[str, np.ndarray]) -> dict[str, bool]:
    """Return which network is ahead of all others with every training."""
    return {
        name: all(each.min() > other.max() for key, other in shares.items() if key != name)
        for name, each in shares.items()
    }


def remedy(network: str, images: int, *, other: str, more: int) -> Told:
    """Compare what helps a network: more training images, or another number of parameters.

    Parameters
    ----------
    network, images
        What was trained, and on how many images.
    other
        The network with another number of parameters, trained on as many.
    more
        On how many images the same network was trained too.
    """
    findings = fewer_examples().findings
    tried = {"as it is": (network, images), "images": (network, more), "parameters": (other, images)}
    measured = {name: findings.of(*each) for name, each in tried.items()}
    errors = {name: 1 - each.accuracy for name, each in measured.items()}
    best = {
        name: all(each.max() < others.min() for key, others in errors.items() if key != name)
        for name, each in errors.items()
    }
    # To guess is right once in ten.
    useless = all(each.min() > 0.8 for each in errors.values())
    given: dict[str, float] = {"more images": more / images}
    for name, each in measured.items():
        given |= {
            f"{name} parameters": each.parameters,
            f"{name} images": each.images,
            f"{name} learned": 1000 * (1 - each.training_mean),
            f"{name} new": 1000 * (1 - each.mean),
        }
    return ({**best, "nothing": useless}, given)


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


def five_trainings(one: str, other: str) -> Told:
    """Compare two networks that were trained with the same seeds, so often that more than chance can be seen."""
    trained = [results(partial(by_recipe, name), FIVE) for name in (one, other)]
    wrong = [(~each.right).sum(axis=1) for each in trained]
    comparison = compare(other, trained[1], trained[0])
    assert comparison.interval is not None  # with so many seeds there is one
    return (
        {
            "better": comparison.is_shown,
            "open": not comparison.is_shown,
            "equal": max(map(abs, comparison.interval)) < EQUAL,
            # As if there were no chance but that of the images.
            "images": comparison.difference < 2 * comparison.images_error,
        },
        {
            "images": trained[0].right.shape[1],
            "chance": trained[0].right.shape[1] * comparison.images_error,
            **{
                f"{letter} {seed}": float(count)
                for letter, each in zip("PQ", wrong, strict=True)
                for seed, count in zip(FIVE, each, strict=True)
            },
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


def less_work() -> Told:
    """Compare the work of the convnet with that of the same convolutions without poolings; this needs Keras."""
    pooled, bare = _work("convnet"), _work("unpooled")
    return (
        {
            "smaller maps": bare > 2 * pooled,
            "more layers": pooled > bare,
            "same weights": abs(pooled / bare - 1) < 0.1,
            "learned": _pooling().count_params() > 0,
        },
        {"times": bare / pooled},
    )


def wider_view() -> Told:
    """Compare how far units see in the convnet and in the same convolutions without poolings; this needs Keras."""
    pooled, bare = (_last_field(name) for name in ("convnet", "unpooled"))
    line = next(each for each in moved_digits().usual if each.network == "convnet")
    kernel_size = TRAINABLE["convnet"]().layers[0].kernel_size[0]
    return (
        {
            "wider steps": pooled > bare,
            "smaller maps": pooled < bare,
            "own kernel": pooled == bare == kernel_size,
            "invariant": float(line.mean[4]) > float(line.mean[0]) - ALIKE,
        },
        {
            "pooled field": pooled,
            "bare field": bare,
            "moved": float(line.mean[4]),
            "unmoved": float(line.mean[0]),
        },
    )


def _work(network: str) -> int:
    return sum(multiply_adds(layer) for layer in layer_records(TRAINABLE[network]()))


def _pooling() -> Any:
    return next(each for each in TRAINABLE["convnet"]().layers if "pooling" in each.name)


def _last_field(network: str) -> int:
    """Return how far a unit of the last convolution sees along one axis."""
    model = TRAINABLE[network]()
    last = [each.name for each in model.layers if "conv2d" in each.name][-1]
    return int(receptive_fields(layer_records(model))[last].size[0])
