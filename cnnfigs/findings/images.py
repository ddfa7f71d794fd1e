"""Rules about what a network made of images."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from cnnfigs.findings.observed import Floats, Observed
from cnnfigs.findings.rules import Found, Severity, image_rule
from cnnfigs.words import as_percent, counted

#: A share of channels from which on it matters; how much of all two channels that are alike may differ.
MANY, ALIKE = 0.25, 1e-5
#: Of so many images what is never seen is no chance.
ENOUGH = 8
#: An answer that is surer than this has no room left; one that changes more by a shift is sensitive to it, and another
#: class counts if it changes more than the last: two that are nearly as sure change places by less.
SURE, SENSITIVE, TURNED = 0.999, 0.1, 0.05


@image_rule(
    "dead-channels",
    Severity.HINT,
    why="A map that is zero everywhere passes nothing on, and behind ReLU no gradient comes back to revive it.",
    change="Show more images first; if it stays silent, lower the learning rate, or leave so many filters out.",
    page="what-convnets-learn",
)
def dead(observed: Observed) -> Iterator[Found]:
    """Find channels that are zero everywhere, in all images."""
    for name, maps in observed.maps.items():
        silent = np.flatnonzero(np.abs(maps).max(axis=(0, 1, 2)) == 0)
        if silent.size:
            yield _told(name, silent.size, maps, "zero everywhere", silent[:5].tolist())


def _told(name: str, count: int, maps: Floats, what: str, which: list[int]) -> Found:
    images, channels = maps.shape[0], maps.shape[-1]
    share = count / channels
    message = (
        f"{count:,} of its {channels:,} maps are {what} in {counted(images, 'image')}, such as "
        f"{', '.join(map(str, which))}"
    )
    # A few images need not have what a filter looks for.
    severity = Severity.INFO if images < ENOUGH else Severity.WARNING if share > MANY else None
    return Found(name, share, message, severity)


@image_rule(
    "duplicate-channels",
    Severity.HINT,
    why="Two filters that give the same map do the work of one: half of their parameters and time is lost.",
    change="Leave so many filters out, or begin training from weights that differ.",
    page="where-answers-come-from",
)
def duplicate(observed: Observed) -> Iterator[Found]:
    """Find channels that are the same as another one, but for rounding, in all images."""
    for name, maps in observed.maps.items():
        rows = np.moveaxis(maps, -1, 0).reshape(maps.shape[-1], -1).astype(np.float64)
        alive = np.flatnonzero(np.abs(rows).max(axis=1) > 0)
        tolerance = ALIKE * float(np.abs(rows).max(initial=0))
        same: list[int] = []
        # Those that are alike stand side by side in the order of any sum with weights of its own.
        weights = np.random.default_rng(0).normal(size=rows.shape[1])
        order = alive[np.argsort(rows[alive] @ weights, kind="stable")]
        for one, other in pairwise(order):
            if np.abs(rows[one] - rows[other]).max() <= tolerance:
                same.append(int(max(one, other)))
        if same:
            yield _told(name, len(same), maps, "the same as another", sorted(same)[:5])


@image_rule(
    "shift-sensitive",
    Severity.HINT,
    why="The same picture a pixel further on is the same picture: an answer that changes with that rests on where the "
    "windows happen to stand, as strides and pooling make it (A. Azulay and Y. Weiss, Journal of Machine Learning "
    "Research 20, 2019).",
    change="Train with shifted images, or smooth before each step (R. Zhang, Making convolutional networks "
    "shift-invariant again, ICML 2019).",
    page="measured",
)
def shift(observed: Observed) -> Iterator[Found]:
    """Find answers that change when the image is shifted by a pixel or two."""
    if observed.answers is None or observed.shifted is None or not observed.shifts:
        return
    before, after = observed.answers[:, np.newaxis], observed.shifted
    # Of logits the size has no meaning: they are compared with how far they spread.
    sure = observed.activation in ("softmax", "sigmoid")
    scale = 1.0 if sure else float(np.ptp(observed.answers)) or 1.0
    change = np.abs(after - before).max(axis=-1) / scale
    others = (after.argmax(axis=-1) != before.argmax(axis=-1)) & (change > TURNED)
    turned = others.sum() if before.shape[-1] > 1 else 0
    largest = float(change.max())
    if turned or largest > SENSITIVE:
        down, right = observed.shifts[int(change.argmax()) % len(observed.shifts)]
        message = (
            f"shifted by {down} down and {right} to the right, an answer changes by up to {as_percent(largest)}"
            f"{'' if sure else ' of how far the answers lie apart'}; {turned} of {change.size} shifted images get "
            "another class"
        )
        yield Found("", largest, message)


@image_rule(
    "saturated-answer",
    Severity.HINT,
    why="An answer next to 0 or 1 tells no more how sure the network is, and its gradient is so small that neither "
    "training nor a map of what counts can use it.",
    change="Check the range of the values that it is shown; compare how sure it is with how often it is right.",
    page="how-far-to-trust-it",
)
def saturated(observed: Observed) -> Iterator[Found]:
    """Find answers that are as sure as they can be for every image."""
    if observed.answers is None or observed.activation not in ("softmax", "sigmoid"):
        return
    values = observed.answers
    surest = values.max(axis=-1) if values.shape[-1] > 1 else np.maximum(values, 1 - values)[:, 0]
    if (surest > SURE).all():
        least = float(surest.min())
        message = f"the surest answer is over {as_percent(SURE, 1)} for {counted(surest.size, 'image')}"
        # Of a few images a network may well be sure.
        yield Found("", least, message, Severity.INFO if surest.size < ENOUGH else None)
