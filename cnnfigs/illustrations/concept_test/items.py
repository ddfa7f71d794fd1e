"""The words of the items: thirty, in pairs by idea, one of each pair in form A and one in form B.

Each function puts the words around what was computed, and so makes both items of its pair or one of them. Which option
is right is not decided here: ``item.item`` compares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnfigs.illustrations.concept_test.item import IDEAS, Item, Option, item
from cnnfigs.runs.concept_test import Asked
from cnnfigs.words import as_percent, fixed, listed, percent, with_article, written_number

DEPTH, PARTS, SAME, ZEROS, HALVES, MOVED, TRANSPOSED, POOLING, CERTAIN, OVERFITTING, HEAT, TRAINING = IDEAS


def sizes(asked: Asked, which: str) -> list[int]:
    """Return the sizes that a rule gives."""
    return [int(value) for name, value in asked.given.items() if name.rpartition(" ")[0] == which]


def numbers(asked: Asked, decimals: int = 0) -> Mapping[str, str]:
    """Write all numbers of what was computed."""
    return {name: f"{value:,.{decimals}f}" for name, value in asked.given.items()}


def filter_depth(name: str, asked: Asked, layer: str, reads: str) -> Item:
    """Ask how many weights a filter has."""
    n = numbers(asked)
    return item(
        name,
        DEPTH,
        asked,
        "How many weights does one of its filters have, its bias not counted?",
        [
            Option(
                "deep",
                n["deep"],
                "A filter has a slice for each channel that it reads, and its sum goes over all of them.",
            ),
            Option(
                "flat",
                n["flat"],
                "That is one slice. A filter has one for each channel of its input, as many as there are to read.",
                "A filter is one flat grid, however many channels it reads.",
            ),
            Option(
                "as deep as there are filters",
                n["as deep as there are filters"],
                "How many filters stand beside it makes no difference to a filter. What it reads does.",
                "A filter is as deep as the layer has filters.",
            ),
            Option(
                "the whole layer",
                n["the whole layer"],
                "That is the weights of all filters together.",
                "A layer’s weights all belong to one filter.",
            ),
        ],
        before=f"A layer `{layer}` reads {reads}.",
    )


def zeroed(name: str, asked: Asked, filters: int, channels: str, what: str) -> Item:
    """Ask how many maps change when slices of some filters are set to zero."""
    n = numbers(asked)

    def of_its(which: str) -> str:
        return f"{n[f'{which} a']} of its {n[f'{which} b']}"

    return item(
        name,
        PARTS,
        asked,
        "How many of the layer’s output maps change?",
        [
            Option(
                "own map",
                of_its("own map"),
                "A filter adds up what all its slices give, so it makes one map, and no other filter uses its weights.",
            ),
            Option(
                "a map for each slice",
                of_its("a map for each slice"),
                "The layer does not make so many maps: what the slices of a filter give is added up to one.",
                "Every slice makes a map of its own.",
            ),
            Option(
                "different maps",
                of_its("different maps"),
                "Slices of one filter are added up to one map, so several of them change no more than that one.",
                "The slices of a filter go into different maps.",
            ),
            Option(
                "no map",
                of_its("no map"),
                "What a slice gives is a part of the sum that the map shows: without it the map is another one.",
                "A map stays as it is while other slices of its filter find the pattern.",
            ),
            Option(
                "all maps",
                of_its("all maps"),
                "Filters share what they read, and not their weights. The other maps stay as they were.",
                "The filters of a layer make its maps together.",
            ),
        ],
        before=(
            f"A convolution with {filters} filters reads {channels}. Somebody sets {what} to zero, and changes "
            "nothing else."
        ),
    )


def read_size(name: str, asked: Asked) -> Item:
    """Ask of which sizes a convolution with strides makes a given one."""
    n = numbers(asked)
    made, kernel = n["made"], n["kernel_size"]

    def squares(which: str) -> str:
        return listed([f"{size}×{size}" for size in sizes(asked, which)], "or")

    return item(
        name,
        SAME,
        asked,
        "How large are the maps that it reads?",
        [
            Option(
                "rounded up",
                squares("rounded up"),
                'With "same", the size is divided by the strides and rounded up. Where the window hangs over, it meets '
                "zeros.",
            ),
            Option(
                "rounded down",
                squares("rounded down"),
                "So it is in a pooling of 2×2 without padding, which drops what fills no window. Here zeros fill it.",
                "What is left of half a size is dropped.",
            ),
            Option(
                "inside",
                squares("inside"),
                'So it would be with "valid". With "same", the window may hang over the edge, and fits in more places.',
                "A window stays inside what it reads, whatever the padding.",
            ),
            Option(
                "kept",
                squares("kept"),
                'The size stays with strides of 1 only. "Same" means: as large as the input’s size divided '
                "by the strides.",
                "“Same” keeps the size, whatever the strides.",
            ),
            Option(
                "two left out",
                squares("two left out"),
                "With strides of 2 the window moves on by 2: it stands in every second place, and not in every third.",
                "Strides of 2 leave out two places.",
            ),
        ],
        before=f'A layer `Conv2D(8, {kernel}, strides=2, padding="same")` makes maps of {made}×{made}.',
    )


def flat_image(name: str, asked: Asked, kernel: str, lines: str, other: str, sides: str) -> Item:
    """Ask where a kernel answers on an image in which nothing is to be found."""
    n = numbers(asked)
    size = n["size"]
    return item(
        name,
        ZEROS,
        asked,
        f'With `padding="same"`, the output has {size}×{size} numbers too. How many of them are not zero?',
        [
            Option(
                "two sides",
                n["two sides"],
                f"At the {sides} edge one {lines} of the kernel lies on zeros, and the other one does not: it sees a "
                "step that the image does not have.",
            ),
            Option(
                "nowhere",
                n["nowhere"],
                "That would be so without padding. The zeros are smaller than the numbers of the image, and the step "
                "down to them is an edge.",
                "Padding is neutral: the network does not see it.",
            ),
            Option(
                "border",
                n["border"],
                f"At the {other} edge as many zeros lie under one {lines} of the kernel as under the other.",
                "Wherever a window hangs over, its sum must change.",
            ),
            Option(
                "everywhere",
                n["everywhere"],
                "Inside, all numbers under the window are equal, and the weights add up to zero there.",
                "A kernel answers wherever there is ink or colour.",
            ),
        ],
        before=f"All pixels of an image of {size}×{size} are {asked.given['value']:g}. {kernel}",
    )


def halved(name: str, asked: Asked) -> Item:
    """Ask for the sizes that can be pooled several times without a rest."""
    texts = {which: listed(sizes(asked, which)) for which in ("whole", "sum", "cells", "even")}
    one, *_ = sizes(asked, "whole")
    steps = [one >> step for step in range(1, int(asked.given["poolings"]) + 1)]
    return item(
        name,
        HALVES,
        asked,
        "Which of these sizes would you allow?",
        [
            Option(
                "whole",
                texts["whole"],
                f"Three poolings divide by 2·2·2. Of {one} they make {listed(steps)}: nothing is left over at any of "
                "them, so none drops a row or a column.",
            ),
            Option(
                "sum",
                texts["sum"],
                "Poolings one behind the other multiply: three of them divide by 2·2·2.",
                "The factors of poolings add up.",
            ),
            Option(
                "cells",
                texts["cells"],
                "On each axis a window has two cells, and there are three poolings: they divide it by 2·2·2.",
                "A size fits if it is a multiple of the cells in a window.",
            ),
            Option(
                "even",
                texts["even"],
                "Half of an even number may be odd. Then the next pooling drops the row and the column that fill no "
                "window.",
                "An even size can be halved as often as one likes.",
            ),
        ],
        before=(
            f"A program is offered square images of {listed(sizes(asked, 'even'))} pixels a side. Three times they go "
            "through `MaxPooling2D(2)`, and no pixel shall be lost at the edge."
        ),
        chooses=True,
    )


def moved_map(name: str, asked: Asked, network: str) -> Item:
    """Ask where the strongest number of a pooled map is when the digit has moved."""
    given = {key: int(value) for key, value in asked.given.items()}
    strongest = f"{asked.given['strongest']:.2f}"

    def place(option: str) -> str:
        return f"row {given[f'{option} row']}, column {given[f'{option} column']}"

    return item(
        name,
        MOVED,
        asked,
        f"The digit is moved by {given['rows']} rows down and by {given['columns']} columns to the right; no ink is "
        f"lost. Where in this map is {strongest} now?",
        [
            Option(
                "moves along",
                f"In {place('moves along')}",
                "All places share the same weights, so the map moves as the digit does. Behind a pooling of 2×2 two "
                "pixels are one cell.",
            ),
            Option(
                "as many cells",
                f"In {place('as many cells')}",
                "The map does move with the digit. But it has been made half as large, so that two pixels are one "
                "cell of it.",
                "A map moves by as many cells as the image by pixels, however small it is.",
            ),
            Option(
                "stays",
                f"In {place('stays')}",
                "A pooling forgets where in its window the largest number was, and no more. The map still says where "
                "something is.",
                "A pooled map stays as it is when the image moves.",
            ),
            Option(
                "one cell",
                f"In {place('one cell')}",
                "Two pixels are one cell: the further the digit moves, the more cells it is in the map.",
                "A pooled map moves by one cell at most.",
            ),
        ],
        before=(
            f"{network} Its first convolution has strides of 1, and behind it comes a max pooling of 2×2. There the "
            f"strongest number of map {given['map']} is {strongest}, in {place('stays')}."
        ),
    )


def ends(name: str, asked: Asked) -> Item:
    """Ask which network to choose for digits in places where none was in training."""
    shares = {each: as_percent(asked.given[each]) for each in ("convnet", "convnet_global_max", "dense_512")}
    return item(
        name,
        MOVED,
        asked,
        "You may not train again. Which network would you choose to read these, and why?",
        [
            Option(
                "convnet_global_max",
                "The convnet with a global maximum at its end: it hands on how strong each map is, and not where",
                f"It reads {shares['convnet_global_max']} of them. That is not all, since what stands near the edge "
                "loses units there; but no weight behind its maps belongs to a place.",
            ),
            Option(
                "convnet",
                "The convnet with `Flatten` at its end: its filters are the same in all places, and maps move along",
                f"It reads {shares['convnet']} of them. Its maps move along, but behind `Flatten` each place has "
                "weights of its own.",
                "Since maps move along with the image, the answer stays the same.",
            ),
            Option(
                "dense_512",
                "The network of dense layers: each of its units sees the whole image, wherever the digit stands",
                f"It reads {shares['dense_512']} of them. A unit sees all pixels, but with another weight for each.",
                "Who sees all pixels does not mind where things are.",
            ),
            Option(
                "alike",
                "Any of the three: so short a step is taken away by the poolings, or seen whole by the dense layers",
                "Poolings soften a shift by a pixel or so. What is left of it reaches the end, and the three ends "
                "bear it very differently.",
                "Pooling makes networks invariant.",
            ),
        ],
        before=(
            "Three networks were trained on digits in the middle of their images. Now they are shown digits that are "
            f"moved by {asked.given['shift']:.0f} pixels."
        ),
        chooses=True,
    )


def far_corner(name: str, asked: Asked) -> Item:
    """Ask what a convnet with a dense end reads in a place where no digit was in training."""
    away, home, other = (as_percent(asked.given[each]) for each in ("away", "home", "other away"))
    measured = f"It reads {away} of them, of those in the lower right {home}."
    return item(
        name,
        MOVED,
        asked,
        "How many of them would you expect P to read, and why?",
        [
            Option(
                "guesses",
                "Hardly more than by guessing, because its last weights for that corner have met no digit",
                f"{measured} Its maps do show the digit there, but behind `Flatten` each place has weights of its own.",
            ),
            Option(
                "all",
                "Nearly all, because its filters are the same in all places, and its maps move along",
                f"{measured} Its maps move along. What reads them does not.",
                "Since maps move along with the image, the answer stays the same.",
            ),
            Option(
                "some",
                "A good part, because its poolings take away much of the way from corner to corner",
                f"{measured} Two poolings of 2×2 take away a few pixels of the way, and no more.",
                "Pooling makes networks invariant.",
            ),
            Option(
                "more",
                "More than Q, because `Flatten` keeps where everything is, and the maximum forgets it",
                f"{measured} Q reads {other}. To forget the place is what helps when the place is a new one.",
                "Who knows where everything is finds it anywhere.",
            ),
        ],
        before=(
            "Two convnets have the same convolutions and poolings. P ends with `Flatten` and a dense layer, Q with a "
            "global maximum and a dense layer. Both were trained on large sheets with a digit in the lower right "
            "corner. Now the digits stand in the upper left corner."
        ),
    )


def transposed(name: str, asked: Asked) -> Item:
    """Ask what a transposed convolution makes of what a convolution made."""

    def numbers_of(which: str) -> list[str]:
        return [f"{value:g}" for name, value in asked.given.items() if name.rpartition(" ")[0] == which]

    def written(which: str) -> str:
        return ", ".join(numbers_of(which))

    count = len(numbers_of("row"))
    return item(
        name,
        TRANSPOSED,
        asked,
        "These go through `Conv1DTranspose` with the same kernel and strides of 2. What comes out?",
        [
            Option(
                "spread",
                written("spread"),
                "Each number is multiplied by the kernel and laid over two cells. The number of cells is as "
                "before; the "
                "values are not.",
            ),
            Option(
                "undone",
                written("undone"),
                f"{count} numbers were made {count // 2}, and many other rows give the same {count // 2}. "
                "Nothing can tell which it was.",
                "A transposed convolution undoes a convolution.",
            ),
            Option(
                "shared",
                written("shared"),
                "Nothing is divided: the layer multiplies by its kernel, as every convolution does.",
                "It shares each number out over the cells that it came from.",
            ),
            Option(
                "gaps",
                written("gaps"),
                "So far one may think of zeros in between. But then the kernel is laid over them and fills the gaps.",
                "It only puts zeros in between.",
            ),
            Option(
                "turned",
                written("turned"),
                "What is transposed is the table of weights that leads from cells to cells. The kernel lies as it does "
                "in the convolution.",
                "It turns its kernel round.",
            ),
        ],
        before=(
            f"A convolution with the kernel {listed(numbers_of('kernel'))}, strides of 2 and no bias turns "
            f"{written('row')} into {written('small')}."
        ),
    )


#: What can be done in both items about pooling.
_POOLINGS = "You may put a max pooling of 2×2 behind each of the first two."


def less_work(name: str, asked: Asked) -> Item:
    """Ask whether poolings make a network faster."""
    times = f"{asked.given['times']:.0f}"
    measured = f"Without them there are {times} times as many multiply-adds for each answer."
    return item(
        name,
        POOLING,
        asked,
        "Would you, and why?",
        [
            Option(
                "smaller maps",
                "Yes, because the windows of the later convolutions then stand in fewer places",
                measured,
            ),
            Option(
                "learned",
                "Yes, because they learn in training which numbers are worth the work of the later layers",
                f"{measured} But a pooling has no weights, and learns nothing: it takes the largest number.",
                "Pooling learns what to keep.",
            ),
            Option(
                "more layers",
                "No, because they are two layers more, and each layer that is computed takes its time",
                f"They are more layers, and less work, since what follows works on smaller maps. {measured}",
                "More layers mean more work.",
            ),
            Option(
                "same weights",
                "No, because the convolutions keep as many weights as before, and so have as much work",
                f"They do keep their weights. But each is used once in every place, and there are fewer. {measured}",
                "The work of a layer is the number of its weights.",
            ),
        ],
        before=(
            "A convnet has three convolutions of 3×3 and a dense layer, and takes too long for each answer. "
            f"{_POOLINGS}"
        ),
        chooses=True,
    )


def wider_view(name: str, asked: Asked) -> Item:
    """Ask whether poolings let units see more."""
    n = numbers(asked)
    measured = f"They see {n['pooled field']} pixels in a row with the poolings, and {n['bare field']} without."
    moved, unmoved = (as_percent(asked.given[each]) for each in ("moved", "unmoved"))
    return item(
        name,
        POOLING,
        asked,
        "Would you, and why?",
        [
            Option(
                "wider steps",
                "Yes, because neighbours in what a later window reads then lie further apart in the image",
                measured,
            ),
            Option(
                "invariant",
                "Yes, because the answer is then the same wherever a digit stands, so that a small view will do",
                f"{measured} But the answer is not the same everywhere: with the poolings the network reads {moved} of "
                f"digits moved by 4 pixels, of unmoved ones {unmoved}.",
                "Pooling makes networks invariant.",
            ),
            Option(
                "smaller maps",
                "No, because the maps become smaller, and with them the part of the image that is seen",
                f"A smaller map shows the same image, with fewer numbers. {measured}",
                "Units see less where maps are smaller.",
            ),
            Option(
                "own kernel",
                "No, because a unit sees as many pixels as its own kernel has weights, whatever stands before",
                f"Each number under its kernel has been made from several pixels. {measured}",
                "Units of every layer see no more pixels than their own kernel has.",
            ),
        ],
        before=(
            "A convnet has three convolutions of 3×3 and a dense layer, and the units of its last convolution see too "
            f"little of the image. {_POOLINGS}"
        ),
        chooses=True,
    )


def far_ahead(name: str, asked: Asked, right: str, wrong: str, what: str) -> Item:
    """Ask which of two pictures gets the higher probability, by what softmax reads."""
    given = asked.given
    heads = ("Picture", "Largest", "Second", "Third", "Smallest")
    rows = tuple(
        (f"{letter}, {shown}", *(fixed(given[f"{letter} {place}"]) for place in (0, 1, 2, 9)))
        for letter, shown in (("P", "a digit"), ("Q", what))
    )
    p, q = (percent(given[letter]) for letter in "PQ")
    # By the numbers that are shown.
    ahead = {letter: fixed(round(given[f"{letter} 0"], 1) - round(given[f"{letter} 1"], 1)) for letter in "PQ"}
    measured = (
        f"The largest number is ahead of the second by {ahead['P']} in P and by {ahead['Q']} in Q. From the unrounded "
        f"numbers the probabilities are {p} and {q}."
    )
    compares = f"Softmax compares the ten numbers with each other, and nothing else. {measured}"
    options = {
        "ahead": Option(
            "ahead",
            "Q’s, because its largest number is further ahead of its other numbers",
            compares,
        ),
        "alike": Option(
            "alike",
            "Neither’s, because in both the largest number is ahead by much the same"
            if right == "alike"
            else "Neither’s, because the ten probabilities of each picture add up to 1",
            compares if right == "alike" else f"They do, and still one may have more of it than the other. {measured}",
            "" if right == "alike" else "Softmax makes all pictures alike.",
        ),
        "larger": Option(
            "larger",
            "P’s, because its largest number is larger, and so more speaks for that digit",
            f"How large it is by itself does not count: only how far it is ahead. {measured}",
            "A probability says how well a picture fits the digit.",
        ),
        "unsure": Option(
            "unsure",
            "P’s, because Q is like nothing that the network knows, and no number can win",
            f"A network does not know what it was never shown: some number is the largest for any picture. {measured}",
            "A network is unsure of what it was never trained on.",
        ),
        "below zero": Option(
            "below zero",
            "Q’s, because nearly all of its numbers are below zero, and the largest takes all",
            f"Numbers below zero get a share too: only the distances count. {measured}",
            "What is below zero gets no probability.",
        ),
    }
    return item(
        name,
        CERTAIN,
        asked,
        "Whose answer gets a clearly higher probability, and why?",
        [options[each] for each in (right, "larger", "unsure", wrong)],
        before=(
            "The last layer of a convnet makes ten numbers of a picture, one for each digit, and softmax turns them "
            "into probabilities. These are numbers of two pictures, before softmax."
        ),
        table=(heads, *rows),
    )


def sure_elsewhere(name: str, asked: Asked) -> Item:
    """Ask how to find out what a probability is worth on other images."""
    given = asked.given
    usual, there, surer, mean, accuracy = (
        as_percent(given[each], 1) for each in ("usual", "there", "surer", "mean", "accuracy")
    )
    return item(
        name,
        CERTAIN,
        asked,
        "You want to know what an answer with 99 % is worth on these. What would you do, and why?",
        [
            Option(
                "count",
                "Label some of the scanner’s digits and count on these, because it was trained on others",
                f"Among {given['shown']:,.0f} such digits the network is that sure of "
                f"{given['sure there']:,.0f}, and of these {there} are right.",
            ),
            Option(
                "the same",
                "Count on more of the test digits, because the more are counted, the surer is the number",
                "It is so for test digits as they are, however many are counted. Of the sure answers to the scanner’s "
                f"digits {there} are right.",
                "A probability means the same on all images.",
            ),
            Option(
                "higher",
                "Go by answers with 99.9 % or more instead, because what is wrong has a smaller probability",
                f"Of the answers with 99.9 % or more, {surer} are right here.",
                "Errors have low probabilities, so a high enough limit keeps them out.",
            ),
            Option(
                "mean",
                "Take the mean of its probabilities on the scanner’s digits, because that many will be right",
                f"The mean is {mean}, and {accuracy} of all its answers are right.",
                "A network notices by itself where it is wrong.",
            ),
        ],
        before=(
            f"A convnet is 99 % sure or more of {given['sure usual']:,.0f} test digits, and {usual} of these "
            f"answers are right. Your scanner gives digits that stand {given['amount']:.0f} pixels further to the "
            "right."
        ),
        chooses=True,
    )


def sure_here(name: str, asked: Asked) -> Item:
    """Ask which of the counted shares says what a sure answer is worth on other images."""
    given = asked.given
    shares = {each: as_percent(given[each], 1) for each in ("counted", "usual", "itself", "every answer", "there")}
    measured = f"Of the sure answers to as many other digits from the tablet {shares['there']} are right."
    return item(
        name,
        CERTAIN,
        asked,
        "One more digit from the tablet gets an answer with 99 %. By which number would you go, and why?",
        [
            Option(
                "counted",
                f"{shares['counted']}, because it was counted on sure answers to digits from the tablet",
                measured,
            ),
            Option(
                "usual",
                f"{shares['usual']}, because it was counted on the most answers that were as sure as this",
                f"More of them were counted there, on images of another kind. {measured}",
                "A probability means the same on all images.",
            ),
            Option(
                "itself",
                "99 %, because it was computed for this digit, and says how often it is right",
                f"It says so only where somebody has counted that it does. {measured}",
                "A network’s probability is the share of right answers.",
            ),
            Option(
                "every answer",
                f"{shares['every answer']}, because it was counted on all answers to digits from the tablet",
                f"Among these are answers that it was not sure of, and this one is another kind. {measured}",
                "How sure a network is says nothing about its answers.",
            ),
        ],
        before=(
            "A convnet was trained on black digits on white paper. Your tablet gives white ones on black, which you "
            f"pass on unchanged. {given['labelled']:,.0f} of them were labelled, to count the right answers."
        ),
        table=(
            ("Digits", "Answers with 99 % or more", "Right among these", "Right among all answers"),
            ("Black on white", f"{given['sure usual']:,.0f}", shares["usual"], as_percent(given["usual all"], 1)),
            ("White on black", f"{given['sure']:,.0f}", shares["counted"], shares["every answer"]),
        ),
        chooses=True,
    )


_TIMES = {2: "Twice", 3: "Three times"}


def remedy(name: str, asked: Asked, by_heart: bool) -> Item:
    """Ask what would help a network that makes too many errors: one that learned by heart, or one that cannot learn."""
    given = asked.given

    times = f"{_TIMES[int(given['more images'])]} as many images"
    measured = (
        f"With more images {fixed(given['images new'])} of 1,000 new digits are wrong, with {{}} parameters "
        f"{fixed(given['parameters new'])}."
    )
    options = _by_heart(given, times, measured) if by_heart else _too_little(given, times, measured)
    nothing = Option(
        "nothing",
        "No change, because with more parameters than images it learns by heart anyway",
        "It reads nearly all digits that it has never seen, which nobody does by heart.",
        "With more parameters than images, a network can only learn by heart.",
    )
    return item(
        name,
        OVERFITTING,
        asked,
        "You may change one thing and train again for as many steps. What would you choose, and why?",
        [*options, nothing],
        before=(
            f"A dense network with {given['as it is parameters']:,.0f} parameters was trained on "
            f"{given['as it is images']:,.0f} digits, several times. On average it gets "
            f"{fixed(given['as it is learned'])} of 1,000 of these wrong, and {fixed(given['as it is new'])} of 1,000 "
            "new ones."
        ),
        chooses=True,
    )


def _by_heart(given: Mapping[str, float], times: str, measured: str) -> list[Option]:
    measured = measured.format("fewer")
    fewer = given["as it is parameters"] / given["parameters parameters"]
    return [
        Option(
            "images",
            f"{times}, because it knows its own by heart, and others it does not",
            f"From images that it knows by heart it learns nothing more. {measured}",
        ),
        Option(
            "parameters",
            f"1/{fewer:.0f} of the parameters, because a network with fewer of them overfits less",
            f"The gap becomes smaller then, and the errors do not become fewer. {measured}",
            "Fewer parameters mean less overfitting, and so fewer errors.",
        ),
        Option(
            "as it is",
            "No change, because it makes hardly an error on what it was trained on",
            f"That shows how well it knows those images. {measured}",
            "Who knows the training images best has learned most.",
        ),
    ]


def _too_little(given: Mapping[str, float], times: str, measured: str) -> list[Option]:
    measured = measured.format("more")
    more = given["parameters parameters"] / given["as it is parameters"]
    return [
        Option(
            "parameters",
            f"{written_number(more)} times the parameters, because it does not even read its own images well",
            f"It makes many errors on what it learned from: it does not lack images. {measured}",
        ),
        Option(
            "images",
            f"{times}, because a network makes errors where it has seen too little",
            f"It does not even read those well that it has seen. {measured}",
            "More training images help, whatever is amiss.",
        ),
        Option(
            "as it is",
            "No change, because its errors on both kinds of images are close together",
            f"A small gap between two large numbers is no advantage. {measured}",
            "A network with a small gap is a good one.",
        ),
    ]


def two_places(name: str, asked: Asked, letters: tuple[str, str]) -> Item:
    """Ask which place an answer needs more.

    Parameters
    ----------
    name, asked
        What it is called, and what was computed.
    letters
        What the hot square is called, and the other one.
    """
    given = asked.given

    def answer(which: str) -> str:
        return f"{given[f'{which} answer']:.0f}, {percent(given[f'{which} sure'])}"

    rows = [
        (letter, percent(given[f"{kind} heat"]), answer(f"{kind} covered"), answer(f"{kind} alone"))
        for letter, kind in zip(letters, ("hot", "cold"), strict=True)
    ]
    digit = with_article(int(given["digit"]))
    hot, cold = letters
    return item(
        name,
        HEAT,
        asked,
        "Which of the two places does this answer need, and why?",
        [
            Option(
                "covered",
                f"{cold}, because it is another answer when {cold} is covered, and the same when {hot} is",
                "Only the network can say what it would answer without a place, and it was asked. The map says where "
                "its method finds what speaks for the answer, and that is another question.",
            ),
            Option(
                "hot",
                f"{hot}, because the map says that there is most of what the network saw of {digit}",
                f"Without {hot} it says {digit} all the same: what is left of the digit is enough.",
                "A heat map shows the reason of an answer.",
            ),
            Option(
                "enough",
                f"{hot}, because it is the same answer when all but {hot} is covered, and not with {cold}",
                f"So {hot} is enough. Without {hot} it says {digit} too, so other places are enough as well, and {hot} "
                "is not needed.",
                "What is enough for an answer is needed for it.",
            ),
            Option(
                "shares",
                f"Both, {hot} more than {cold}, because places have their shares of heat in an answer",
                f"Then to cover {hot} would cost more than to cover {cold}. It costs far less: shares of heat are not "
                "shares of an answer.",
                "Heat is the part that a place has in the answer.",
            ),
        ],
        before=(
            f"The convnet takes a test image for {digit}, with {percent(given['before'])}. A Grad-CAM map of this "
            "answer was made. Then two squares of the same size were filled with the colour of the background, one at "
            "a time, and after that all of the image but the square."
        ),
        table=(("Square", "Of all heat", "Answer when it is covered", "Answer when all else is"), *sorted(rows)),
        chooses=True,
    )


def one_training(name: str, asked: Asked) -> Item:
    """Ask what follows from one training of each of two networks."""
    given = asked.given
    ways = ["takes the maximum of each 2×2 of a map", "takes the mean of each 2×2 of a map"]
    if given["swapped"]:
        ways.reverse()
    few, many, images = (f"{given[each]:,.0f}" for each in ("few", "many", "images"))
    turned = (
        f"Both were trained with {given['seeds']:.0f} seeds: with {given['turned']:.0f} of them, Q made fewer errors "
        "than P."
    )
    return item(
        name,
        TRAINING,
        asked,
        "You will train a new network, with another seed. Which of the two ways will make fewer errors, and why?",
        [
            Option(
                "open",
                "These numbers do not decide it, because another seed may turn them round",
                f"So it was. {turned} One training says little about what comes out of the same code again.",
            ),
            Option(
                "better",
                f"P’s, because {given['many'] - given['few']:.0f} errors fewer among {images} images are too "
                "many for chance",
                f"Perhaps too many for the chance of the images. But there is chance in the training too. {turned}",
                "What one training gives is what the network can do.",
            ),
            Option(
                "equal",
                "Both make equally many, because the intervals of the two numbers overlap",
                "That intervals overlap does not show that two are equal: they may overlap although the difference is "
                "beyond chance.",
                "Overlapping intervals mean: no difference.",
            ),
            Option(
                "more images",
                "These two networks decide it, once they are asked about many more images",
                f"That would tell which of these two networks is better, and say little about the next ones. {turned}",
                "With enough test images, one training is enough.",
            ),
        ],
        before=f"Two convnets make their maps smaller in different ways, and are alike else: P {ways[0]}, Q {ways[1]}. "
        f"Each was trained once. Of {images} test digits P gets {few} wrong, and Q {many}.",
        chooses=True,
    )


def five_trainings(name: str, asked: Asked) -> Item:
    """Ask what follows from five trainings of each of two networks."""
    given = asked.given
    images = f"{given['images']:,.0f}"
    counts = {letter: [value for key, value in given.items() if key.startswith(f"{letter} ")] for letter in "PQ"}
    worst, best = max(counts["Q"]), min(counts["P"])
    measured = f"Q’s worst training made {worst:.0f} errors, P’s best {best:.0f}."
    heads = ("Way", *(f"Seed {place}" for place in range(1, len(counts["P"]) + 1)))
    return item(
        name,
        TRAINING,
        asked,
        "You will train a new network, with another seed. Which of the two ways will make fewer errors, and why?",
        [
            Option(
                "better",
                "Q’s, because the two differ by more than trainings of the same way do",
                f"{measured} So large a difference does not come from the seeds, nor from the choice of images.",
            ),
            Option(
                "open",
                "These numbers do not decide it, because another seed may turn them round",
                f"It may where seeds differ by as much as the ways do. {measured}",
                "What comes out of a training is chance.",
            ),
            Option(
                "images",
                f"These numbers do not decide it, because {images} images are too few for that",
                f"The chance of the images moves such counts by {given['chance']:.0f} or so. {measured}",
                "Differences of a percentage point are chance.",
            ),
            Option(
                "equal",
                "Both make equally many, because chance evens out over many trainings",
                f"Chance evens out, and what is left is how the two ways differ. {measured}",
                "Over many trainings all ways are equally good.",
            ),
        ],
        before=(
            "Two ways of building a network were tried, P and Q. Each was trained with five seeds and asked about the "
            f"same {images} test digits. These are the numbers of errors."
        ),
        table=(heads, *((letter, *(f"{count:.0f}" for count in each)) for letter, each in counts.items())),
        chooses=True,
    )


def what_to_buy(name: str, asked: Asked, right: str) -> Item:
    """Ask whether more trainings or more test images make a number surer."""
    n = numbers(asked)
    after = {kind: f"{asked.given[f'after {kind}']:.1f}" for kind in ("trainings", "images")}
    have = (
        "trained a convnet once"
        if n["have trainings"] == "1"
        else f"trained a convnet {n['have trainings']} times, with other seeds,"
    )
    now = f"{asked.given['now']:.1f}"
    measured = (
        f"By our records, the standard error is {now} errors in a thousand now; {after['trainings']} with the "
        "trainings, "
        f"{after['images']} with the images."
    )
    texts = {
        "trainings": f"{n['more trainings']} more trainings with other seeds",
        "images": f"{n['more images']} more test images",
    }
    reasons = {
        "trainings": "because the chance in the training is the larger one here",
        "images": "because the chance in the choice of images is the larger one here",
    }
    beliefs = {
        "trainings": "More trainings remove every kind of chance.",
        "images": "More test images remove every kind of chance.",
    }
    wrong = "images" if right == "trainings" else "trainings"
    return item(
        name,
        TRAINING,
        asked,
        "You can pay for one thing more. Which would you choose, and why?",
        [
            Option(
                right,
                f"{texts[right]}, {reasons[right]}",
                f"There are two kinds of chance, and this is the larger one here. {measured}",
            ),
            Option(
                wrong,
                f"{texts[wrong]}, {reasons[wrong]}",
                f"That makes one kind of chance smaller, here the smaller one. {measured}",
                beliefs[wrong],
            ),
            Option(
                "either",
                "Either of them, because what counts is the number of answers, and that is the same",
                f"Answers of one training share its luck, and answers about one image share that image. {measured}",
                "A thousand answers are worth the same, wherever they come from.",
            ),
            Option(
                "neither",
                "Neither, because a network that is trained in the same way gives the same number again",
                "It does with the same seed. A seed is no part of what you want to know about, and another "
                f"one gives another network. {measured}",
                "The same code trains the same network.",
            ),
        ],
        before=(
            f"You {have} and asked about {n['have images']} test digits. You want to know how many of 1,000 new "
            "digits this way of training gets wrong, on average."
        ),
        chooses=True,
    )


def form(asked: Mapping[str, Asked], letter: str) -> tuple[Item, ...]:
    """Return the fifteen items of a form, in order."""
    first = letter == "A"

    def made(key: str, write: Callable[..., Item], *arguments: Any) -> Item:
        return write(f"{key}-{letter.lower()}", asked[key], *arguments)

    return (
        made(
            "filter-depth",
            filter_depth,
            *(
                ("Conv2D(24, kernel_size=3)", "16 feature maps")
                if first
                else ("Conv2D(12, kernel_size=5)", "20 feature maps")
            ),
        ),
        made(
            "zeroed",
            zeroed,
            *(
                (8, "a colour image, which has 3 channels", "two slices of one filter and one slice of another")
                if first
                else (6, "4 feature maps", "three slices of one filter and one slice each of two others")
            ),
        ),
        made("read-size", read_size),
        made(
            "flat-image",
            flat_image,
            *(
                (
                    "A kernel of 3×3 has 1 in its left column, 0 in the middle one, and −1 in the right one.",
                    *("column", "upper and the lower", "left and the right"),
                )
                if first
                else (
                    "A kernel of 3×3 has 1 in its upper row, 0 in the middle one, and −1 in the lower one.",
                    *("row", "left and the right", "upper and the lower"),
                )
            ),
        ),
        made("halved", halved),
        made("moved-map", moved_map, f"A convnet is shown {with_article(int(asked['moved-map'].given['digit']))}."),
        made("ends", ends if first else far_corner),
        made("transposed", transposed),
        made("pooling", less_work if first else wider_view),
        made(
            "no-digit",
            far_ahead,
            *(("ahead", "alike", "a scribble") if first else ("alike", "below zero", "a digit upside down")),
        ),
        made("sure-elsewhere", sure_elsewhere if first else sure_here),
        made("gaps", remedy, first),
        made("two-places", two_places, ("S", "T") if first else ("T", "S")),
        made("one-training", one_training if first else five_trainings),
        made("what-to-buy", what_to_buy, "trainings" if first else "images"),
    )
