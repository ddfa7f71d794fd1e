"""The experiments: each a question, and the trials that answer it.

Trials that several experiments ask for are the same objects, and made once. Most are trained in the *usual way*: 1,000
steps on 10,000 balanced images, the same for every network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from cnnfigs.experiments.designs import Designed, grid
from cnnfigs.experiments.images import Shuffle
from cnnfigs.experiments.transfer import WAYS, Transfer
from cnnfigs.experiments.trials import Training, Trial
from cnnfigs.models.variants import WINDOWS
from cnnfigs.parameters import require

THREE, FIVE = (1, 2, 3), (1, 2, 3, 4, 5)

BASIC = ("convnet", "dense_512", "dense_131")
SHUFFLES: tuple[Shuffle, ...] = ("pixels", "within blocks", "blocks")
#: Numbers of training images, each with the seeds that it is tried with.
AMOUNTS: Mapping[int, tuple[int, ...]] = MappingProxyType(
    {100: FIVE, 300: FIVE, 1_000: FIVE, 3_000: FIVE, 10_000: FIVE, 30_000: THREE, 60_000: THREE}
)
#: Numbers of crops of blood smears with a platelet, and as many without: the last is all that the training part has.
CROPS = (10, 30, 100, 209)
#: The seeds that these are tried with.
CROP_SEEDS = FIVE
#: So many are left when no photo shows a place that a test photo shows.
CROPS_APART = 195
#: The seed that every small design is trained with.
DESIGN_SEED = 1
#: An image of this side can be moved by 8 pixels in a canvas of that side, and nothing is cut.
CANVAS, LOWER_RIGHT = 44, (16, 16)


@dataclass(frozen=True)
class Experiment:
    """A question and its trials.

    Attributes
    ----------
    name
        What it is called on the command line.
    question
        What it answers.
    trials
        All of them; no two are equal.
    """

    name: str
    question: str
    trials: tuple[Trial, ...]


def usual(network: str, seed: int) -> Training:
    """Describe a network trained in the usual way and asked about shifted digits: what three experiments share."""
    return Training(seed, network, asked=("shifts", "shifts and back"))


def by_recipe(network: str, seed: int) -> Training:
    """Describe a network trained as the tutorial's are: all images, until the held-out ones say stop."""
    return Training(seed, network, images=60_000, steps=None)


def unstopped(seed: int) -> Training:
    """Describe the network without pooling, trained for as many steps as the others, whatever it learns by heart."""
    return Training(seed, "unpooled")


def with_images(network: str, images: int, seed: int) -> Training:
    """Describe a network trained on so many images, for as many steps as on any other number."""
    return usual(network, seed) if images == 10_000 else Training(seed, network, images=images)


def on_canvas(network: str, seed: int) -> Training:
    """Describe a network of images so large that shifts cut nothing."""
    return Training(seed, network, canvas=CANVAS, asked=("shifts",))


def in_the_corner(network: str, seed: int) -> Training:
    """Describe a network that is trained in the lower right of the canvas and asked in its upper left."""
    return Training(seed, network, canvas=CANVAS, place=LOWER_RIGHT, asked=("upper left",))


def padded(seed: int) -> Training:
    """Describe the network that loses no unit; each step takes eight times as long, so there are fewer."""
    asked = ("shifts", "upper left")
    return Training(seed, "convnet_global_max_padded", steps=400, canvas=CANVAS, asked=asked, test_images=2_000)


def shifted(network: str, seed: int) -> Training:
    """Describe a network that sees each digit at another place each time."""
    return Training(seed, network, images=60_000, random_shift=8, asked=("shifts",))


def shuffled(network: str, shuffle: Shuffle, seed: int) -> Training:
    """Describe a network of images whose pixels are in another order."""
    return usual(network, seed) if shuffle == "none" else Training(seed, network, shuffle=shuffle)


@dataclass(frozen=True)
class Hole:
    """A square window through which a network sees the digit, at each place of the image.

    Attributes
    ----------
    size
        Height and width in pixels.
    inked
        Whether only windows with ink vote, not all.
    """

    size: int
    inked: bool = False

    def __str__(self) -> str:
        return f"{self.size} inked" if self.inked else f"{self.size}"

    @property
    def network(self) -> str:
        """Name of the network."""
        return f"peephole_{self.size}_inked" if self.inked else f"peephole_{self.size}"


HOLES = tuple(Hole(size, inked) for inked in (False, True) for size in WINDOWS)


def through_a_hole(hole: Hole, seed: int) -> Training:
    """Describe a network that sees the digit through a hole; a mean over windows learns slowly, so steps are larger."""
    return Training(seed, hole.network, images=60_000, steps=1_500, learning_rate=0.01)


def _in_turn(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Leave out what comes twice, and put the first seeds first: so an interruption leaves pairs to compare."""
    return tuple(sorted(dict.fromkeys(trials), key=lambda trial: trial.seed))


EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType(
    {
        experiment.name: experiment
        for experiment in (
            Experiment(
                "convolution",
                "Does a convnet make fewer errors than dense networks, even than one with as many parameters?",
                _in_turn(by_recipe(network, seed) for seed in FIVE for network in BASIC),
            ),
            Experiment(
                "examples",
                "Does a convnet need fewer examples?",
                _in_turn(
                    with_images(network, images, seed)
                    for images, seeds in AMOUNTS.items()
                    for seed in seeds
                    for network in BASIC
                ),
            ),
            Experiment(
                "anywhere",
                "Is a digit recognized anywhere in the picture?",
                _in_turn(
                    [
                        *(usual(each, seed) for seed in FIVE for each in BASIC),
                        *(usual(f"convnet_global_{each}", seed) for seed in FIVE for each in ("average", "max")),
                        *(
                            how(network, seed)
                            for seed in THREE
                            for how in (on_canvas, in_the_corner)
                            for network in ("convnet", "convnet_global_max", "dense_512")
                        ),
                        *(padded(seed) for seed in THREE),
                        *(shifted(network, seed) for seed in THREE for network in ("convnet", "dense_512")),
                    ]
                ),
            ),
            Experiment(
                "neighborhood",
                "Does a convnet use which pixels are neighbours?",
                _in_turn(
                    shuffled(network, shuffle, seed)
                    for seed in FIVE
                    for shuffle in ("none", *SHUFFLES)
                    for network in ("convnet", "dense_512")
                ),
            ),
            Experiment(
                "downsampling",
                "Is the maximum the best of each 2×2?",
                _in_turn(
                    [
                        *(
                            by_recipe(network, seed)
                            for seed in FIVE
                            for network in ("convnet", "convnet_mean_pooling", "convnet_pick_one", "convnet_strided")
                        ),
                        *(by_recipe("unpooled", seed) for seed in THREE),
                    ]
                ),
            ),
            Experiment(
                "overfitting",
                "Does a network without pooling learn more by heart, where nothing stops it early?",
                _in_turn(how(seed) for seed in THREE for how in (partial(usual, "convnet"), unstopped)),
            ),
            Experiment(
                "history",
                "How many errors does LeNet-5 make, trained as the tutorial's networks are?",
                _in_turn(by_recipe("lenet5", seed) for seed in FIVE),
            ),
            Experiment(
                "peephole",
                "How much of a digit must be seen at once?",
                _in_turn(through_a_hole(hole, seed) for seed in THREE for hole in HOLES),
            ),
            Experiment(
                "transfer",
                "How many photos does a network need that has learned from others?",
                _in_turn(
                    [
                        *(Transfer(seed, way, each) for seed in CROP_SEEDS for each in CROPS for way in WAYS),
                        *(Transfer(seed, way, CROPS_APART, apart=True) for seed in CROP_SEEDS for way in WAYS),
                    ]
                ),
            ),
            Experiment(
                "designs",
                "Which small design reads most digits for what it costs?",
                _in_turn(Designed(DESIGN_SEED, design) for design in grid()),
            ),
        )
    }
)


def all_trials(names: Iterable[str] = EXPERIMENTS) -> tuple[Trial, ...]:
    """Return the trials of some experiments, or of all, each once, the first seeds first.

    Raises
    ------
    ParameterError
        If there is no experiment of a name.
    """
    chosen = tuple(names)
    for name in chosen:
        require(name in EXPERIMENTS, "experiment", name, ", ".join(EXPERIMENTS))
    return _in_turn(trial for name in chosen for trial in EXPERIMENTS[name].trials)
