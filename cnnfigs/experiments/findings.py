"""What the experiments found: the records as comparisons and curves, ready to be drawn.

All comparisons are paired: the same images, the same seeds. Networks that have no record yet are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import multiply_adds
from cnnfigs.experiments.catalog import (
    AMOUNTS,
    BASIC,
    FIVE,
    SHUFFLES,
    THREE,
    by_recipe,
    in_the_corner,
    on_canvas,
    padded,
    shifted,
    shuffled,
    through_a_hole,
    unstopped,
    usual,
    with_images,
)
from cnnfigs.experiments.comparisons import (
    ENOUGH,
    EQUAL,
    Comparison,
    Findings,
    Measured,
    Pair,
    compare,
    compare_counts,
    compare_values,
    largest_error,
    measured,
    recorded,
)
from cnnfigs.experiments.conditions import conditions
from cnnfigs.experiments.records import RECORDS, RecordError, path_of
from cnnfigs.experiments.results import Results
from cnnfigs.experiments.training import ASKED_AGAIN, DIRECTIONS, LENGTHS, SKIP
from cnnfigs.experiments.trials import Training
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import RECIPE
from cnnfigs.models.variants import TRAINABLE, WINDOWS
from cnnfigs.statistics import amount_for, around_mean, mcnemar, standard_error, wilson, with_both_chances

#: The convnet with other ways of making its maps smaller.
DOWNSAMPLING = ("convnet", "convnet_mean_pooling", "convnet_pick_one", "convnet_strided", "unpooled")
#: The networks that are asked about moved digits.
MOVED = ("convnet", "convnet_global_average", "convnet_global_max", "dense_512", "dense_131")


@dataclass(frozen=True)
class Disagreement:
    """Two networks with the same seed, image by image.

    Attributes
    ----------
    other
        What the convnet is compared with.
    seed
        The seed.
    only_convnet, only_other
        How many images only one of the two answered rightly.
    probability
        Of so uneven a count, or a more uneven one, if both were equally good; McNemar's exact test.
    """

    other: str
    seed: int
    only_convnet: int
    only_other: int
    probability: float


@dataclass(frozen=True)
class AgainstDense:
    """The convnet and two dense networks, trained by the tutorial's recipe."""

    findings: Findings
    disagreements: tuple[Disagreement, ...]


@dataclass(frozen=True)
class Reading:
    """A curve read sideways: how many images a dense network needs to be as good as the convnet.

    Attributes
    ----------
    network
        The dense network.
    amounts
        Images needed with each seed that reaches the mark, shape (n,).
    mean
        Their mean on a logarithmic scale; read off the mean curve if a seed does not reach the mark.
    over_seeds
        Where that mean would lie with other seeds; None with a single one, or if a seed does not reach the mark.
    seeds
        The seeds that were tried with enough images.
    """

    network: str
    amounts: NDArray[np.float64]
    mean: float
    over_seeds: Pair | None
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Examples:
    """Accuracy with more and more training images; conditions are the amounts.

    Attributes
    ----------
    wanted
        With how many images the convnet sets the mark.
    amounts
        Numbers of images of which there are records.
    findings
        Each network with each amount, and the convnet minus each dense network.
    readings
        For each dense network that reaches the mark.
    needed
        For each amount, how many images `dense_512` needs to equal the convnet with that amount, shape (amounts,);
        not a number if not even the largest amount is enough.
    """

    wanted: int
    amounts: tuple[int, ...]
    findings: Findings
    readings: tuple[Reading, ...]
    needed: NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """Accuracy by how far the digits are moved, as a mean over the four directions.

    Attributes
    ----------
    network
        Its name.
    seeds
        The seeds.
    accuracy
        Shape (seeds, 9), for shifts by 0 to 8 pixels.
    asked
        How many images were asked about in each place.
    """

    network: str
    seeds: tuple[int, ...]
    accuracy: NDArray[np.float64]
    asked: int

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over the seeds, shape (9,)."""
        means: NDArray[np.float64] = self.accuracy.mean(axis=0)
        return means


@dataclass(frozen=True)
class Shifts:
    """Moved digits, and the controls.

    Attributes
    ----------
    usual
        Images of 28×28: what moves out is cut off.
    back
        The same networks, digits moved out and back again, by 0, 4 and 8 pixels: only what is cut counts.
    canvas
        Images so large that nothing is cut.
    padded
        There, with so many zeros around that no unit is lost.
    remedy
        Trained on digits that were moved at random.
    exact
        Of the padded network, for each shift from 0: the largest difference of a probability to the unmoved digit.
    better, small, helped
        Comparisons: the convnet minus the dense network; moved by a little minus unmoved; the remedy minus the usual.
    missing
        What has no record yet.
    conditions
        What the networks were trained on and asked about, by the names above.
    """

    usual: tuple[Line, ...]
    back: tuple[Line, ...]
    canvas: tuple[Line, ...]
    padded: tuple[Line, ...]
    remedy: tuple[Line, ...]
    exact: NDArray[np.float64]
    better: tuple[Comparison, ...]
    small: tuple[Comparison, ...]
    helped: tuple[Comparison, ...]
    missing: tuple[str, ...]
    conditions: dict[str, str]


@dataclass(frozen=True)
class Corner:
    """Where a network was trained, and how it does at the other end of the canvas.

    Attributes
    ----------
    network
        Its name.
    home
        Accuracy where it was trained, shape (seeds,).
    away
        Accuracy in the upper left corner, shape (seeds,).
    seeds
        The seeds.
    comparison
        Away minus home.
    """

    network: str
    home: NDArray[np.float64]
    away: NDArray[np.float64]
    seeds: tuple[int, ...]
    comparison: Comparison

    @property
    def home_mean(self) -> float:
        """Mean accuracy where it was trained."""
        return float(self.home.mean())

    @property
    def away_mean(self) -> float:
        """Mean accuracy in the upper left corner."""
        return float(self.away.mean())


@dataclass(frozen=True)
class Corners:
    """Networks trained in one corner and asked in another, what has no record yet, and the conditions."""

    corners: tuple[Corner, ...]
    missing: tuple[str, ...]
    conditions: str


@dataclass(frozen=True)
class Neighborhood:
    """Shuffled images; conditions are the shuffles.

    Attributes
    ----------
    findings
        Each network with each shuffle, and shuffled minus not.
    against
        For each shuffle the convnet minus the dense network.
    """

    findings: Findings
    against: tuple[Comparison, ...]


@dataclass(frozen=True)
class Cost:
    """What a network costs.

    Attributes
    ----------
    network
        Its name.
    parameters
        Numbers that training changes.
    multiply_adds
        Multiplications with weights for one image.
    """

    network: str
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Downsampling:
    """The ways of making maps smaller, and what each costs."""

    findings: Findings
    costs: tuple[Cost, ...]


def against_dense(folder: Path = RECORDS) -> AgainstDense:
    """Compare the convnet with dense networks, all trained by the tutorial's recipe."""
    found, missing = recorded("convolution", {each: partial(by_recipe, each) for each in BASIC}, FIVE, folder)
    convnet, *others = found
    disagreements = []
    for other in others:
        seed = min({*found[convnet].seeds} & {*found[other].seeds})
        (one,), (two,) = found[convnet].only([seed]), found[other].only([seed])
        disagreements.append(
            Disagreement(other, seed, int((one & ~two).sum()), int((two & ~one).sum()), mcnemar(one, two))
        )
    findings = Findings(
        tuple(measured(name, each) for name, each in found.items()),
        tuple(compare(other, found[convnet], found[other]) for other in others),
        missing,
        conditions(found.values()),
    )
    return AgainstDense(findings, tuple(disagreements))


def fewer_examples(wanted: int = 1_000, folder: Path = RECORDS) -> Examples:
    """Compare the networks with more and more images, and read the curves sideways.

    Parameters
    ----------
    wanted
        One of :data:`cnnfigs.experiments.catalog.AMOUNTS`: with so many images the convnet sets the mark.
    folder
        Where the records are.
    """
    table: dict[int, dict[str, Results]] = {}
    missing: list[str] = []
    for amount in [wanted, *(each for each in AMOUNTS if each != wanted)]:
        described = {network: partial(with_images, network, amount) for network in BASIC}
        try:
            table[amount], absent = recorded("examples", described, AMOUNTS[amount], folder)
        except RecordError:
            if amount == wanted or any(path_of(described["convnet"](seed), folder).exists() for seed in FIVE):
                raise
            absent = ("convnet",)
        missing += [f"{network} with {amount:,} images" for network in absent]
    amounts = sorted(table)
    comparisons = [
        compare(f"{network} with {amount:,}", table[amount]["convnet"], table[amount][network])
        for network in BASIC[1:]
        for amount in amounts
        if network in table[amount]
    ]
    found = tuple(
        measured(network, table[amount][network], str(amount))
        for network in BASIC
        for amount in amounts
        if network in table[amount]
    )
    readings = (_read_sideways(network, wanted, table) for network in BASIC[1:])
    worth = [_read_sideways("dense_512", amount, table) for amount in amounts]
    return Examples(
        wanted,
        tuple(amounts),
        Findings(
            found,
            tuple(comparisons),
            tuple(missing),
            conditions(each for row in table.values() for each in row.values()),
        ),
        tuple(each for each in readings if each is not None),
        np.array([np.nan if each is None else each.mean for each in worth]),
    )


def _read_sideways(network: str, wanted: int, table: Mapping[int, Mapping[str, Results]]) -> Reading | None:
    """Read a dense network's curve at the convnet's accuracy: on the means, and with each seed that gets as far."""
    convnet = table[wanted]["convnet"]
    curves = {amount: found[network] for amount, found in sorted(table.items()) if network in found}
    on_means = amount_for(
        [*curves], np.array([each.accuracy.mean() for each in curves.values()]), float(convnet.accuracy.mean())
    )
    if on_means is None:
        return None
    # The seeds that have the amounts on both sides of the reading: fewer were tried with the largest amounts.
    around = [curve for amount, curve in curves.items() if amount <= min(each for each in curves if each >= on_means)]
    seeds = [seed for seed in convnet.seeds if all(seed in curve.seeds for curve in around)]
    needed = [
        amount_for(
            [amount for amount, curve in curves.items() if seed in curve.seeds],
            np.array([curve.accuracy[curve.seeds.index(seed)] for curve in curves.values() if seed in curve.seeds]),
            float(convnet.accuracy[convnet.seeds.index(seed)]),
        )
        for seed in seeds
    ]
    reached = np.array([amount for amount in needed if amount is not None])
    spread = around_mean(np.log10(reached)) if len(reached) == len(seeds) else None
    return Reading(
        network,
        reached,
        on_means if spread is None else float(10 ** np.log10(reached).mean()),
        None if spread is None else (10**spread.low, 10**spread.high),
        tuple(seeds),
    )


def moved_digits(folder: Path = RECORDS) -> Shifts:
    """Ask about moved digits, with all controls."""
    found, missing = recorded("anywhere", {each: partial(usual, each) for each in MOVED}, FIVE, folder)
    settings: dict[str, dict[str, Results]] = {}
    described: dict[str, dict[str, Callable[[int], Training]]] = {
        "canvas": {each: partial(on_canvas, each) for each in ("convnet", "convnet_global_max", "dense_512")},
        "padded": {"convnet_global_max_padded": padded},
        "remedy": {each: partial(shifted, each) for each in ("convnet", "dense_512")},
    }
    for setting, hows in described.items():
        there = {name: how for name, how in hows.items() if any(path_of(how(seed), folder).exists() for seed in THREE)}
        settings[setting] = recorded("anywhere", there, THREE, folder)[0] if there else {}
        missing += tuple(f"{name} ({setting})" for name in hows if name not in settings[setting])
    usually = {name: line(name, each) for name, each in found.items()}
    remedied = {name: line(name, each) for name, each in settings["remedy"].items()}
    exact = [
        np.array([0.0, *(max(each.difference[f"{way} {length}"].max() for way in DIRECTIONS) for length in LENGTHS)])
        for each in settings["padded"].values()
    ]
    return Shifts(
        usual=tuple(usually.values()),
        back=tuple(there_and_back(name, each) for name, each in found.items()),
        canvas=tuple(line(name, each) for name, each in settings["canvas"].items()),
        padded=tuple(line(name, each) for name, each in settings["padded"].items()),
        remedy=tuple(remedied.values()),
        exact=exact[0] if exact else np.zeros(0),
        better=tuple(
            _between(f"at {length} pixel{'s' * (length > 1)}", usually["convnet"], usually["dense_512"], length)
            for length in (LENGTHS if "dense_512" in usually else ())
        ),
        small=tuple(
            compare_counts(
                f"moved by {length}",
                usually["convnet"].seeds,
                usually["convnet"].accuracy[:, length],
                usually["convnet"].accuracy[:, 0],
                usually["convnet"].asked,
                -EQUAL,
                1 - np.mean([found["convnet"].same[f"{way} {length}"] for way in DIRECTIONS], axis=0),
            )
            for length in (1, 2)
        ),
        helped=tuple(
            _between(f"{name} at {length} pixels", remedied[name], usually[name], length)
            for name in remedied
            if name in usually
            for length in (4, 8)
        ),
        missing=missing,
        conditions={
            "usual": conditions(found.values(), "shifts"),
            "back": conditions(found.values(), "shifts and back"),
            **{name: conditions(each.values(), "shifts") for name, each in settings.items() if each},
        },
    )


def line(network: str, found: Results) -> Line:
    """Take the mean over the four directions, for each length of the shift."""
    moved = [np.mean([found.elsewhere[f"{way} {length}"] for way in DIRECTIONS], axis=0) for length in LENGTHS]
    return Line(network, found.seeds, np.stack([_at_home(found), *moved], axis=1), found.asked_elsewhere)


def there_and_back(network: str, found: Results) -> Line:
    """Take the mean over the four directions of digits that were moved by 0, 4 and 8 pixels, and back."""
    moved = [np.mean([found.elsewhere[f"{way} {length} and back"] for way in DIRECTIONS], axis=0) for length in (4, 8)]
    return Line(network, found.seeds, np.stack([_at_home(found), *moved], axis=1), found.asked_elsewhere)


def _at_home(found: Results) -> NDArray[np.float64]:
    """Return the accuracy on those test images that are also asked about elsewhere, shape (seeds,)."""
    shares: NDArray[np.float64] = found.right[:, ::SKIP].mean(axis=1)
    return shares


def _between(name: str, one: Line, other: Line, length: int) -> Comparison:
    """Compare two lines at one shift, with the seeds that both have."""
    shared = tuple(sorted({*one.seeds} & {*other.seeds}))
    first, second = (each.accuracy[[each.seeds.index(seed) for seed in shared], length] for each in (one, other))
    return compare_counts(name, shared, first, second, min(one.asked, other.asked))


def other_corner(folder: Path = RECORDS) -> Corners:
    """Ask in the upper left corner what was learned in the lower right, or for the padded network in the middle."""
    described: dict[str, Callable[[int], Training]] = {
        **{each: partial(in_the_corner, each) for each in ("convnet", "dense_512", "convnet_global_max")},
        "convnet_global_max_padded": padded,
    }
    found, missing = recorded("anywhere", described, THREE, folder)
    corners = []
    for name, each in found.items():
        home, away = _at_home(each), each.elsewhere["upper left"]
        changed = 1 - each.same["upper left"]
        compared = compare_counts(name, each.seeds, away, home, each.asked_elsewhere, -EQUAL, changed)
        corners.append(Corner(name, home, away, each.seeds, compared))
    cornered = [each for each in found.values() if each.trials[0].place]
    return Corners(tuple(corners), missing, conditions(cornered, "upper left"))


def neighborhood(folder: Path = RECORDS) -> Neighborhood:
    """Compare networks of shuffled images with those of images as they are, and with each other."""
    described = {
        f"{network}, {shuffle}": partial(shuffled, network, shuffle)
        for network in ("convnet", "dense_512")
        for shuffle in ("none", *SHUFFLES)
    }
    found, missing = recorded("neighborhood", described, FIVE, folder)
    told = [name.split(", ") for name in found]
    findings = Findings(
        tuple(measured(network, found[f"{network}, {shuffle}"], shuffle) for network, shuffle in told),
        tuple(
            compare(f"{network}, {shuffle}", found[f"{network}, {shuffle}"], found[f"{network}, none"], -EQUAL)
            for network, shuffle in told
            if shuffle != "none" and f"{network}, none" in found
        ),
        missing,
        conditions(found.values()),
    )
    against = (
        compare(shuffle, found[f"convnet, {shuffle}"], found[f"dense_512, {shuffle}"])
        for shuffle in ("none", *SHUFFLES)
        if {f"convnet, {shuffle}", f"dense_512, {shuffle}"} <= {*found}
    )
    return Neighborhood(findings, tuple(against))


def downsampling(folder: Path = RECORDS) -> Findings:
    """Compare the ways of making maps smaller; each comparison is the maximum minus the other way."""
    found, missing = recorded("downsampling", {each: partial(by_recipe, each) for each in DOWNSAMPLING}, FIVE, folder)
    return Findings(
        tuple(measured(name, each) for name, each in found.items()),
        tuple(compare(name, found["convnet"], found[name]) for name in found if name != "convnet"),
        missing,
        conditions(found.values()),
    )


def overfitting(folder: Path = RECORDS) -> Findings:
    """Compare how much better networks are on images that they learned from, where nothing stopped them early.

    Each comparison is the gap between training and test accuracy, the other network's minus the convnet's.
    """
    described: dict[str, Callable[[int], Training]] = {"convnet": partial(usual, "convnet"), "unpooled": unstopped}
    found, missing = recorded("overfitting", described, THREE, folder)
    networks = tuple(measured(name, each) for name, each in found.items())
    tested = tuple(compare(name, found["convnet"], found[name]) for name in found if name != "convnet")
    return Findings(networks, gaps(networks, tested), missing, conditions(found.values()))


def gaps(networks: Sequence[Measured], comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Compare how much better each network is on images that it learned from; each is the other minus the first.

    `comparisons` has the accuracies on test images, of the first minus each other. Two sets of images have their
    chance, those of the training and those of the test, and both count.
    """
    first, *others = networks
    compared = []
    for other, tested in zip(others, comparisons, strict=True):
        shared = tested.seeds
        rows = [[each.seeds.index(seed) for seed in shared] for each in (other, first)]
        learned = [each.training_accuracy[row] for each, row in zip((other, first), rows, strict=True)]
        error = np.hypot(tested.images_error, largest_error(learned[0], learned[1], ASKED_AGAIN))
        gap = learned[0] - learned[1] + tested.each
        compared.append(compare_values(other.network, shared, gap, images_error=float(error)))
    return tuple(compared)


def downsampling_costs(folder: Path = RECORDS) -> Downsampling:
    """Count what the ways of making maps smaller cost; this needs Keras."""
    found = downsampling(folder)
    costs = []
    for each in found.measured:
        work = sum(multiply_adds(layer) for layer in layer_records(TRAINABLE[each.network]()))
        costs.append(Cost(each.network, each.parameters, work))
    return Downsampling(found, tuple(costs))


@dataclass(frozen=True)
class Peephole:
    """Networks that see the digit through windows of one size.

    Attributes
    ----------
    findings
        What was measured of each; each comparison is a window minus the next smaller one.
    gains
        For each window: voting by windows with ink only, minus voting by all of them.
    """

    findings: Findings
    gains: tuple[Comparison, ...]


def peephole(folder: Path = RECORDS) -> Peephole:
    """Compare networks that see the digit through holes.

    Conditions are the windows, "7" if all windows vote and "7 inked" if only those with ink do.
    """
    described = {
        f"{size}{kind}": partial(through_a_hole, f"peephole_{size}{kind.replace(' ', '_')}")
        for kind in ("", " inked")
        for size in WINDOWS
    }
    found, missing = recorded("peephole", described, THREE, folder)
    compared = []
    for kind in ("", " inked"):
        names = [f"{size}{kind}" for size in WINDOWS if f"{size}{kind}" in found]
        compared += [
            compare(f"{larger} against {smaller}", found[larger], found[smaller]) for smaller, larger in pairwise(names)
        ]
    every = [size for size in WINDOWS if {f"{size}", f"{size} inked"} <= found.keys()]
    return Peephole(
        Findings(
            tuple(measured("peephole", each, name) for name, each in found.items()),
            tuple(compared),
            missing,
            conditions(found.values()),
        ),
        tuple(compare(f"{size}", found[f"{size} inked"], found[f"{size}"]) for size in every),
    )


@dataclass(frozen=True)
class Published:
    """A count of errors that a paper reports.

    Attributes
    ----------
    errors, asked
        How many, of how many test images.
    low, high
        The 95 % Wilson interval of the share of errors.
    """

    errors: int
    asked: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of errors."""
        return self.errors / self.asked


@dataclass(frozen=True)
class LeNet5Errors:
    """LeNet-5 and the convnet, trained by the tutorial's recipe, and what the paper reports.

    Attributes
    ----------
    findings
        Both networks, and the accuracy of the convnet minus that of LeNet-5.
    paper
        The paper's count.
    around
        Where the mean error of each network would lie with other seeds, by Student's t; None with too few.
    behind
        Mean error of LeNet-5 here minus that of the paper.
    behind_interval
        Where that difference would lie with other images and other seeds on both sides; None with fewer than three
        seeds here.
    cut_off
        How many of its trainings ended by the recipe's limit, not by the loss.
    """

    findings: Findings
    paper: Published
    around: tuple[Pair | None, ...]
    behind: float
    behind_interval: Pair | None
    cut_off: int


#: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition", Proceedings
#: of the IEEE 86 (1998), 2278-2324, section III.B: errors of LeNet-5 trained without distorted digits, in per cent.
PAPER_ERRORS, PAPER_ASKED = 95, 10_000


def lenet5_errors(folder: Path = RECORDS) -> LeNet5Errors:
    """Compare LeNet-5 with what its paper reports, and with the convnet.

    Which images the paper's network missed is not known, nor how much its errors vary with the seed. So the two counts
    are taken as unpaired, which is the wider choice, and its seeds as varying like those here.
    """
    names = ("lenet5", "convnet")
    found, missing = recorded("history", {each: partial(by_recipe, each) for each in names}, FIVE, folder)
    findings = Findings(
        tuple(measured(name, each) for name, each in found.items()),
        tuple(compare(name, found[name], found["lenet5"]) for name in found if name != "lenet5"),
        missing,
        conditions(found.values()),
    )
    wrong = 1 - found["lenet5"].right.astype(np.float64)
    each = wrong.mean(axis=1)
    paper = Published(PAPER_ERRORS, PAPER_ASKED, *wilson(PAPER_ERRORS, PAPER_ASKED))
    around = tuple(_around(1 - network.accuracy) for network in findings.measured)
    behind = float(each.mean()) - paper.share
    limit = RECIPE.epochs * -(-(60_000 - RECIPE.validation_images) // RECIPE.batch_size)
    cut_off = int((found["lenet5"].steps >= limit).sum())
    if len(each) < ENOUGH:
        return LeNet5Errors(findings, paper, around, behind, None, cut_off)
    images = standard_error(wrong.mean(axis=0)) ** 2 + paper.share * (1 - paper.share) / paper.asked
    seeds = each.var(ddof=1) * (1 / len(each) + 1)
    low, high = with_both_chances(behind, images**0.5, float(seeds**0.5), len(each))
    return LeNet5Errors(findings, paper, around, behind, (low, high), cut_off)


def _around(values: NDArray[np.float64]) -> Pair | None:
    """Say where the mean over many seeds would lie; of too few seeds the interval would be of no use."""
    found = around_mean(values) if len(values) >= ENOUGH else None
    return None if found is None else (float(found.low), float(found.high))
