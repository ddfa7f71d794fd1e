"""What the experiments found: the records as comparisons and curves, ready to be drawn.

All comparisons are paired: the same images, the same seeds. Networks that have no record yet are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, pairwise, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnfigs.arithmetic import multiply_adds
from cnnfigs.experiments.catalog import (
    AMOUNTS,
    BASIC,
    FIVE,
    HOLES,
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
    reverse,
)
from cnnfigs.experiments.conditions import conditions
from cnnfigs.experiments.records import RECORDS, RecordError, path_of
from cnnfigs.experiments.results import Results, moved_by
from cnnfigs.experiments.training import ASKED_AGAIN, LENGTHS
from cnnfigs.experiments.trials import Training
from cnnfigs.models.records import layer_records
from cnnfigs.models.training import RECIPE
from cnnfigs.models.variants import TRAINABLE
from cnnfigs.statistics import amount_for, around_mean, mcnemar, standard_error, wilson, with_both_chances
from cnnfigs.words import counted

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
    """Accuracy with more and more training images.

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
    test_images
        How many test images the network was asked about in each place.
    """

    network: str
    seeds: tuple[int, ...]
    accuracy: NDArray[np.float64]
    test_images: int

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
    """Shuffled images.

    Attributes
    ----------
    findings
        Each network with each shuffle, and shuffled minus not.
    shuffled
        These comparisons by network.
    against
        For each shuffle the convnet minus the dense network.
    """

    findings: Findings
    shuffled: dict[str, tuple[Comparison, ...]]
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
    answers, missing = recorded("convolution", {each: partial(by_recipe, each) for each in BASIC}, FIVE, folder)
    convnet, *others = answers
    disagreements = []
    for other in others:
        seed = min({*answers[convnet].seeds} & {*answers[other].seeds})
        (one,), (two,) = answers[convnet].only([seed]), answers[other].only([seed])
        disagreements.append(
            Disagreement(other, seed, int((one & ~two).sum()), int((two & ~one).sum()), mcnemar(one, two))
        )
    return AgainstDense(_against_first(answers, missing), tuple(disagreements))


def _against_first(answers: Mapping[str, Results], missing: tuple[str, ...]) -> Findings:
    """Measure networks, and compare the first of them with each other one: the first minus the other."""
    first, *others = answers
    return Findings(
        tuple(map(measured, answers.values())),
        tuple(compare(other, answers[first], answers[other]) for other in others),
        missing,
        conditions(answers.values()),
    )


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
        trainings = {network: partial(with_images, network, amount) for network in BASIC}
        try:
            table[amount], absent = recorded("examples", trainings, AMOUNTS[amount], folder)
        except RecordError:
            if amount == wanted or any(path_of(trainings["convnet"](seed), folder).exists() for seed in FIVE):
                raise
            absent = ("convnet",)
        missing += [f"{network} with {amount:,} images" for network in absent]
    amounts = sorted(table)
    comparisons = (
        compare(
            f"{network} with {amount:,}",
            table[amount]["convnet"],
            table[amount][network],
            words=f"{network} with {amount:,} images",
        )
        for network, amount in product(BASIC[1:], amounts)
        if network in table[amount]
    )
    readings = (_read_sideways(network, wanted, table) for network in BASIC[1:])
    worth = [_read_sideways("dense_512", amount, table) for amount in amounts]
    return Examples(
        wanted,
        tuple(amounts),
        Findings(
            tuple(
                measured(table[amount][network])
                for network, amount in product(BASIC, amounts)
                if network in table[amount]
            ),
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
    curves = {amount: row[network] for amount, row in sorted(table.items()) if network in row}
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
    answers, missing = recorded("anywhere", {each: partial(usual, each) for each in MOVED}, FIVE, folder)
    settings: dict[str, dict[str, Results]] = {}
    trainings: dict[str, dict[str, Callable[[int], Training]]] = {
        "canvas": {each: partial(on_canvas, each) for each in ("convnet", "convnet_global_max", "dense_512")},
        "padded": {"convnet_global_max_padded": padded},
        "remedy": {each: partial(shifted, each) for each in ("convnet", "dense_512")},
    }
    for setting, hows in trainings.items():
        there = {name: how for name, how in hows.items() if any(path_of(how(seed), folder).exists() for seed in THREE)}
        settings[setting] = recorded("anywhere", there, THREE, folder)[0] if there else {}
        missing += tuple(f"{name} ({setting})" for name in hows if name not in settings[setting])
    usually = {name: line(name, each) for name, each in answers.items()}
    remedied = {name: line(name, each) for name, each in settings["remedy"].items()}
    exact = [
        np.array([0.0, *(max(each.difference[place].max() for place in moved_by(length)) for length in LENGTHS)])
        for each in settings["padded"].values()
    ]
    return Shifts(
        usual=tuple(usually.values()),
        back=tuple(line(name, each, (4, 8), back=True) for name, each in answers.items()),
        canvas=tuple(line(name, each) for name, each in settings["canvas"].items()),
        padded=tuple(line(name, each) for name, each in settings["padded"].items()),
        remedy=tuple(remedied.values()),
        exact=exact[0] if exact else np.zeros(0),
        better=tuple(
            _between(f"at {counted(length, 'pixel')}", usually["convnet"], usually["dense_512"], length)
            for length in (LENGTHS if "dense_512" in usually else ())
        ),
        small=tuple(
            compare_counts(
                f"moved by {length}",
                usually["convnet"].seeds,
                usually["convnet"].accuracy[:, length],
                usually["convnet"].accuracy[:, 0],
                usually["convnet"].test_images,
                -EQUAL,
                1 - np.mean([answers["convnet"].same[place] for place in moved_by(length)], axis=0),
                f"moved by {counted(length, 'pixel')}",
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
            "usual": conditions(answers.values(), "shifts"),
            "back": conditions(answers.values(), "shifts and back"),
            **{name: conditions(each.values(), "shifts") for name, each in settings.items() if each},
        },
    )


def line(network: str, answers: Results, lengths: Iterable[int] = LENGTHS, back: bool = False) -> Line:
    """Take the mean over the four directions, for each length of the shift; perhaps of digits that were moved back."""
    moved = [np.mean([answers.elsewhere[place] for place in moved_by(length, back)], axis=0) for length in lengths]
    return Line(network, answers.seeds, np.stack([answers.at_home, *moved], axis=1), answers.images_elsewhere)


def _between(name: str, one: Line, other: Line, length: int) -> Comparison:
    """Compare two lines at one shift, with the seeds that both have."""
    shared = tuple(sorted({*one.seeds} & {*other.seeds}))
    first, second = (each.accuracy[[each.seeds.index(seed) for seed in shared], length] for each in (one, other))
    return compare_counts(name, shared, first, second, min(one.test_images, other.test_images))


def other_corner(folder: Path = RECORDS) -> Corners:
    """Ask in the upper left corner what was learned in the lower right, or for the padded network in the middle."""
    trainings: dict[str, Callable[[int], Training]] = {
        **{each: partial(in_the_corner, each) for each in ("convnet", "dense_512", "convnet_global_max")},
        "convnet_global_max_padded": padded,
    }
    answers, missing = recorded("anywhere", trainings, THREE, folder)
    corners = []
    for name, each in answers.items():
        home, away = each.at_home, each.elsewhere["upper left"]
        changed = 1 - each.same["upper left"]
        difference = compare_counts(name, each.seeds, away, home, each.images_elsewhere, -EQUAL, changed)
        corners.append(Corner(name, home, away, each.seeds, difference))
    cornered = [each for each in answers.values() if each.trials[0].place]
    return Corners(tuple(corners), missing, conditions(cornered, "upper left"))


def neighborhood(folder: Path = RECORDS) -> Neighborhood:
    """Compare networks of shuffled images with those of images as they are, and with each other."""
    networks, shuffles = ("convnet", "dense_512"), ("none", *SHUFFLES)
    trainings = {each: partial(shuffled, *each) for each in product(networks, shuffles)}
    answers, missing = recorded("neighborhood", trainings, FIVE, folder)
    by_network = {
        network: tuple(
            compare(f"{network}, {shuffle}", answers[network, shuffle], answers[network, "none"], -EQUAL)
            for shuffle in SHUFFLES
            if {(network, shuffle), (network, "none")} <= answers.keys()
        )
        for network in networks
    }
    findings = Findings(
        tuple(map(measured, answers.values())),
        tuple(chain(*by_network.values())),
        tuple(map(", ".join, missing)),
        conditions(answers.values()),
    )
    against = (
        compare(shuffle, answers["convnet", shuffle], answers["dense_512", shuffle])
        for shuffle in shuffles
        if {("convnet", shuffle), ("dense_512", shuffle)} <= answers.keys()
    )
    return Neighborhood(findings, by_network, tuple(against))


def downsampling(folder: Path = RECORDS) -> Findings:
    """Compare the ways of making maps smaller; each comparison is the maximum minus the other way."""
    trainings = {each: partial(by_recipe, each) for each in DOWNSAMPLING}
    return _against_first(*recorded("downsampling", trainings, FIVE, folder))


def overfitting(folder: Path = RECORDS) -> Findings:
    """Compare how much better networks are on images that they learned from, where nothing stopped them early.

    Each comparison is the gap between training and test accuracy, the other network's minus the convnet's.
    """
    trainings: dict[str, Callable[[int], Training]] = {"convnet": partial(usual, "convnet"), "unpooled": unstopped}
    tested = _against_first(*recorded("overfitting", trainings, THREE, folder))
    return replace(tested, comparisons=gaps(tested.measured, tested.comparisons))


def gaps(networks: Sequence[Measured], comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Compare how much better each network is on images that it learned from; each is the other minus the first.

    `comparisons` has the accuracies on test images, of the first minus each other. Two sets of images have their
    chance, those of the training and those of the test, and both count.
    """
    first, *others = networks
    differences = []
    for other, tested in zip(others, comparisons, strict=True):
        shared = tested.seeds
        rows = [[each.seeds.index(seed) for seed in shared] for each in (other, first)]
        learned = [each.training_accuracy[row] for each, row in zip((other, first), rows, strict=True)]
        error = np.hypot(tested.images_error, largest_error(learned[0], learned[1], ASKED_AGAIN))
        gap = learned[0] - learned[1] + tested.each
        differences.append(compare_values(other.network, shared, gap, images_error=float(error)))
    return tuple(differences)


def downsampling_costs(folder: Path = RECORDS) -> Downsampling:
    """Count what the ways of making maps smaller cost; this needs Keras."""
    findings = downsampling(folder)
    costs = []
    for each in findings.measured:
        work = sum(multiply_adds(layer) for layer in layer_records(TRAINABLE[each.network]()))
        costs.append(Cost(each.network, each.parameters, work))
    return Downsampling(findings, tuple(costs))


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
    """Compare networks that see the digit through holes."""
    trainings = {hole: partial(through_a_hole, hole) for hole in HOLES}
    answers, missing = recorded("peephole", trainings, THREE, folder)
    comparisons = (
        compare(
            f"{larger} against {smaller}",
            answers[larger],
            answers[smaller],
            words=f"windows of {larger.size}×{larger.size} against {smaller.size}×{smaller.size}, "
            + ("only those with ink vote" if larger.inked else "all vote"),
        )
        for smaller, larger in pairwise(answers)
        if smaller.inked == larger.inked
    )
    gains = (
        compare(f"{hole}", answers[inked], answers[hole])
        for hole in answers
        if not hole.inked and (inked := replace(hole, inked=True)) in answers
    )
    return Peephole(
        Findings(
            tuple(measured(each, hole) for hole, each in answers.items()),
            tuple(comparisons),
            tuple(map(str, missing)),
            conditions(answers.values()),
        ),
        tuple(gains),
    )


@dataclass(frozen=True)
class Published:
    """A count of errors that a paper reports.

    Attributes
    ----------
    errors, test_images
        How many, of how many.
    low, high
        The 95 % Wilson interval of the share of errors.
    """

    errors: int
    test_images: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of errors."""
        return self.errors / self.test_images


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
PAPER_ERRORS, PAPER_IMAGES = 95, 10_000


def lenet5_errors(folder: Path = RECORDS) -> LeNet5Errors:
    """Compare LeNet-5 with what its paper reports, and with the convnet.

    Which images the paper's network missed is not known, nor how much its errors vary with the seed. So the two counts
    are taken as unpaired, which is the wider choice, and its seeds as varying like those here.
    """
    names = ("lenet5", "convnet")
    answers, missing = recorded("history", {each: partial(by_recipe, each) for each in names}, FIVE, folder)
    findings = _against_first(answers, missing)
    findings = replace(findings, comparisons=tuple(map(reverse, findings.comparisons)))
    wrong = 1 - answers["lenet5"].right.astype(np.float64)
    each = wrong.mean(axis=1)
    paper = Published(PAPER_ERRORS, PAPER_IMAGES, *wilson(PAPER_ERRORS, PAPER_IMAGES))
    around = tuple(_around(1 - network.accuracy) for network in findings.measured)
    behind = float(each.mean()) - paper.share
    limit = RECIPE.epochs * -(-(60_000 - RECIPE.validation_images) // RECIPE.batch_size)
    cut_off = int((answers["lenet5"].steps >= limit).sum())
    if len(each) < ENOUGH:
        return LeNet5Errors(findings, paper, around, behind, None, cut_off)
    images = standard_error(wrong.mean(axis=0)) ** 2 + paper.share * (1 - paper.share) / paper.test_images
    seeds = each.var(ddof=1) * (1 / len(each) + 1)
    low, high = with_both_chances(behind, images**0.5, float(seeds**0.5), len(each))
    return LeNet5Errors(findings, paper, around, behind, (low, high), cut_off)


def _around(values: NDArray[np.float64]) -> Pair | None:
    """Calculate where the mean over many seeds would lie; of too few seeds the interval would be of no use."""
    interval = around_mean(values) if len(values) >= ENOUGH else None
    return None if interval is None else (float(interval.low), float(interval.high))
