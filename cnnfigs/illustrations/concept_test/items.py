"""The words of the items: thirty, in pairs by idea, one of each pair in form A and one in form B.

Each function puts the words around what was computed, and so makes both items of its pair or one of them. Which option
is right is not decided here: ``item.item`` compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnfigs.illustrations.concept_test.item import IDEAS, Item, Option, item
from cnnfigs.runs.concept_test import Asked
from cnnfigs.words import as_percent, counted, listed, percent, with_article

DEPTH, PARTS, SAME, ZEROS, HALVES, MOVED, TRANSPOSED, POOLING, CERTAIN, OVERFITTING, HEAT, TRAINING = IDEAS


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
    """Ask which maps change when a filter, or a slice, is set to zero."""
    n = numbers(asked)
    return item(
        name,
        PARTS,
        asked,
        "How many of the layer’s output maps change?",
        [
            Option(
                "own map",
                f"{n['own map a']} of its {n['own map b']}",
                "A filter adds up what all its slices give, so it makes one map, and no other filter uses its weights.",
            ),
            Option(
                "a map for each slice",
                f"{n['a map for each slice a']} of its {n['a map for each slice b']}",
                "The layer does not make so many maps: what the slices of a filter give is added up to one.",
                "Every slice makes a map of its own.",
            ),
            Option(
                "all maps",
                f"All {n['all maps b']}",
                "Filters share what they read, and not their weights. The other maps stay as they were.",
                "The filters of a layer make its maps together.",
            ),
        ],
        before=(
            f"A convolution with {filters} filters reads {channels}. Somebody sets {what} to zero, and changes "
            "nothing else."
        ),
    )


def layer_for(name: str, asked: Asked) -> Item:
    """Ask for the layer that makes maps of a wanted size."""
    n = numbers(asked)
    size, wanted, kernel = n["size"], n["wanted"], n["kernel_size"]
    return item(
        name,
        SAME,
        asked,
        "Which layer makes them so?",
        [
            Option(
                "same",
                f'`Conv2D(8, {kernel}, strides=2, padding="same")`',
                f'That is what "same" promises: {size} / 2, rounded up, is {wanted}.',
            ),
            Option(
                "valid",
                f'`Conv2D(8, {kernel}, strides=2, padding="valid")`',
                "Without zeros the window has to stay inside, and fits in fewer places: it makes "
                f"{n['valid']}×{n['valid']}.",
                "Without padding, strides of 2 leave exactly half.",
            ),
            Option(
                "pooling",
                "`MaxPooling2D(2)`",
                f"By default Keras drops what fills no window, so that {n['pooling']}×{n['pooling']} are left.",
                "Pooling rounds up.",
            ),
            Option(
                "none",
                "None of these",
                'The size stays with strides of 1 only. "Same" means: as large as the input’s size divided '
                "by the strides.",
                "“Same” keeps the size, whatever the strides.",
            ),
        ],
        before=f"Maps of {size}×{size} are to become maps of {wanted}×{wanted}.",
    )


def flat_image(name: str, asked: Asked, kernel: str, right: str, *wrong: str) -> Item:
    """Ask where a kernel answers on an image in which nothing is to be found."""
    n = numbers(asked)
    size = n["size"]
    said = {
        "nowhere": (
            "That would be so without padding. The zeros are smaller than the numbers of the image, and the step "
            "down to them is an edge.",
            "Padding is neutral: the network does not see it.",
        ),
        "corners": (
            "In the corners the window hangs over most, but it hangs over along the whole border.",
            "Zeros matter only where two borders meet.",
        ),
        "border": (
            "At the left and the right as many zeros lie under the upper row of the kernel as under the lower one.",
            "Wherever a window hangs over, its sum must change.",
        ),
        "everywhere": (
            "Inside, all numbers under the window are equal, and the weights add up to zero there.",
            "A kernel answers wherever there is ink or colour.",
        ),
    }
    reasons = {
        "border": "Each window that hangs over has zeros under it, and sees a step that the image does not have.",
        "first and last row": "In the first and the last row of the output one row of the kernel lies on zeros, and "
        "the other one does not.",
    }
    options = [Option(right, n[right], reasons[right])]
    options += [Option(each, n[each], *said[each]) for each in wrong]
    return item(
        name,
        ZEROS,
        asked,
        f'With `padding="same"`, the output has {size}×{size} numbers too. How many of them are not zero?',
        options,
        before=f"All pixels of an image of {size}×{size} are {asked.given['value']:g}. {kernel}",
    )


def halved(name: str, asked: Asked) -> Item:
    """Ask for a size that can be pooled several times without a rest."""
    n = numbers(asked)
    whole, even, multiple = (n[each] for each in ("whole", "even", "multiple"))
    steps = [int(asked.given["whole"]) >> step for step in range(1, int(asked.given["poolings"]) + 1)]
    return item(
        name,
        HALVES,
        asked,
        "Which would you choose?",
        [
            Option(
                "whole",
                whole,
                f"{listed(steps)} are whole numbers: nothing is left over at any of the poolings, so none of them "
                "drops a row or a column.",
            ),
            Option(
                "even",
                even,
                f"{int(even) // 2} is whole. But by the third pooling an odd number has come, and a row and a column "
                "are dropped.",
                "An even size can be halved as often as one likes.",
            ),
            Option(
                "multiple",
                multiple,
                "Poolings one behind the other multiply: three of them divide by 2·2·2.",
                "The factors of poolings add up.",
            ),
            Option(
                "any",
                "Any of these",
                "Half of an odd number is not whole. Keras drops the row and the column that fill no window.",
                "Pooling halves exactly, whatever the size.",
            ),
        ],
        before=(
            "You may choose the side length of square images, in pixels. Three times they go through "
            "`MaxPooling2D(2)`, and no pixel shall be lost at the edge."
        ),
    )


def moved_map(name: str, asked: Asked, network: str) -> Item:
    """Ask where the strongest number of a map is when the digit has moved."""
    given = {key: int(value) for key, value in asked.given.items()}
    strongest = f"{asked.given['strongest']:.2f}"
    old = f"row {given['row']}, column {given['column']}"
    new = f"row {given['row'] + given['rows']}, column {given['column'] + given['columns']}"
    return item(
        name,
        MOVED,
        asked,
        f"The digit is moved by {counted(given['rows'], 'row')} down and by "
        f"{counted(given['columns'], 'column')} to the "
        "right; no ink is lost. What is so now?",
        [
            Option(
                "moves along",
                f"In map {given['map']}, {strongest} stands in {new}: the map has moved as the digit has",
                "The same weights are used in every place, so the map moves exactly as the digit does: it is "
                "equivariant.",
            ),
            Option(
                "stays",
                f"In map {given['map']}, {strongest} stands where it stood: a filter finds its pattern anywhere",
                "It does find the pattern anywhere, and the map says where: its numbers move along.",
                "A convolution is invariant: its maps stay as they are.",
            ),
            Option(
                "weaker",
                f"In map {given['map']}, the strongest number stands in {new}, and is smaller than {strongest}, since "
                "digits in training stood in the middle",
                "Weights that all places share have not been trained for one place more than for another.",
                "A filter works best in the places where it was trained.",
            ),
            Option(
                "another map",
                f"The pattern is no longer found in map {given['map']}. Another map has it, since other places have "
                "other filters",
                "Every filter stands in all places. A filter for each place is what a dense layer would have.",
                "Every place has filters of its own.",
            ),
        ],
        before=(
            f"{network} The strongest number in map {given['map']} of its first convolution (strides of 1) is "
            f"{strongest}, in {old}."
        ),
    )


def ends(name: str, asked: Asked, before: str, alike: str, alike_said: str) -> Item:
    """Ask which network to choose for digits in places where none was in training."""
    shares = {each: as_percent(asked.given[each]) for each in ("convnet", "convnet_global_max", "dense_512")}
    return item(
        name,
        MOVED,
        asked,
        "You may not train again. Which network would you expect to read most of these, and why?",
        [
            Option(
                "convnet_global_max",
                "The convnet with a global maximum at its end: no weight behind its maps belongs to a place",
                f"It reads {shares['convnet_global_max']} of them. That is not all, since what stands near the edge "
                "loses units there; but no weight behind its maps belongs to a place.",
            ),
            Option(
                "convnet",
                "The convnet that ends with `Flatten` and a dense layer: its filters are the same in all places, "
                "and so its answer does not depend on where the digit is",
                f"It reads {shares['convnet']} of them. Its maps move along, but behind `Flatten` each place "
                "has weights "
                "of its own.",
                "Since maps move along with the image, the answer stays the same.",
            ),
            Option(
                "dense_512",
                "The network of dense layers: each of its units sees the whole image at once",
                f"It reads {shares['dense_512']} of them. A unit sees all pixels, but with another weight for each.",
                "Who sees all pixels does not mind where things are.",
            ),
            Option(
                "alike",
                alike,
                alike_said,
                "Pooling makes networks invariant."
                if "pool" in alike
                else "What was not in training can never be read.",
            ),
        ],
        before=before,
        chooses=True,
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
        ],
        before=(
            f"A convolution with the kernel {listed(numbers_of('kernel'))}, strides of 2 and no bias turns "
            f"{written('row')} into {written('small')}."
        ),
    )


def without_pooling(name: str, asked: Asked) -> Item:
    """Ask what becomes worse without poolings."""
    given = asked.given
    return item(
        name,
        POOLING,
        asked,
        "Before you train it, what can you be sure of?",
        [
            Option(
                "work",
                "It multiplies far more for each answer, and the units of its last convolution see fewer pixels",
                f"{given['times']:.0f} times as many multiply-adds, and {given['bare field']:.0f} pixels in a "
                "row instead "
                f"of {given['pooled field']:.0f}. That can be counted; what it does to the errors must be measured.",
            ),
            Option(
                "invariant",
                "Its answer will change when a digit moves by a few pixels, which it did not before",
                f"With its poolings too it reads only {as_percent(given['moved'])} of digits moved by 4 "
                "pixels, of unmoved "
                f"ones {as_percent(given['unmoved'])}.",
                "Pooling makes networks invariant.",
            ),
            Option(
                "weights",
                "It lacks the weights of the poolings, by which the strongest patterns were chosen",
                "A pooling has no weights, and learns nothing: it takes the largest number.",
                "Pooling learns what to keep.",
            ),
            Option(
                "errors",
                f"It will make more errors on new images, since it has {given['bare parameters']:,.0f} "
                "parameters instead "
                f"of {given['pooled parameters']:,.0f}",
                f"It may, but you cannot be sure. Measured, it is {given['bare errors']:.1f} errors in a thousand "
                f"instead of {given['pooled errors']:.1f}, "
                "and with other seeds and images it may be the other way round.",
                "Pooling is there against overfitting.",
            ),
        ],
        before=(
            "A convnet has three convolutions of 3×3, a max pooling of 2×2 behind each of the first two, and a dense "
            "layer. You take both poolings out, and nothing else."
        ),
    )


def growing_view(name: str, asked: Asked) -> Item:
    """Ask why one would put poolings between convolutions."""
    n = numbers(asked)
    return item(
        name,
        POOLING,
        asked,
        "Why would you choose the second way?",
        [
            Option(
                "faster",
                "Behind a pooling each step of a window is twice as wide, and so fewer convolutions are needed",
                f"{n['few']} convolutions see {n['seen']} pixels, for which it takes {n['many']} without poolings. And "
                "smaller maps cost less.",
            ),
            Option(
                "own windows",
                "The windows of the poolings are what the view gets most of its size from",
                f"They add only {n['by pooling']} of the {n['seen']} pixels. The convolutions behind them add "
                "most, in wider steps.",
                "Pooling widens the view by its own windows.",
            ),
            Option(
                "only pooling",
                "Convolutions alone never see more than their 3×3 pixels",
                f"Each one more lets units see two pixels more: {n['many']} of them are enough, though that is many.",
                "Units of every layer see no more pixels than their own kernel has.",
            ),
            Option(
                "joins maps",
                "A pooling joins several maps, so that a unit sees what all of them have found",
                "A pooling works on each map by itself. A convolution joins maps.",
                "Pooling mixes maps.",
            ),
        ],
        before=(
            f"Units have to see at least {n['wanted']} pixels in a row. You may stack convolutions of 3×3 alone, "
            "or put a max pooling "
            "of 2×2 behind each but the last."
        ),
        chooses=True,
    )


def scribbles(name: str, asked: Asked) -> Item:
    """Ask what is true of a network’s probabilities for pictures that show nothing."""
    count, sure = (f"{asked.given[each]:,.0f}" for each in ("count", "sure"))
    return item(
        name,
        CERTAIN,
        asked,
        "Which of these is true of every one of them?",
        [
            Option(
                "add up",
                "The ten probabilities add up to 1",
                "Softmax sees to that. They compare ten answers with each other, and nobody asked whether it "
                "is a digit at all.",
            ),
            Option(
                "low",
                "No probability is above 99 %, as it would be for a digit",
                f"{sure} of the {count} scribbles get an answer with 99 % or more.",
                "A network is unsure of what it was never trained on.",
            ),
            Option(
                "even",
                "Nothing speaks for any digit, and so each probability is about a tenth",
                "It is so for none of them: some answer is always ahead, since any ink looks more like one "
                "digit than like another.",
                "What is no digit gets equal probabilities.",
            ),
            Option(
                "less in all",
                "Taken together, the ten probabilities are clearly less than 1, and the rest says how likely "
                "it is that this is no digit",
                "There is no rest: softmax divides by the sum of all ten.",
                "What is missing from 1 says that it is none of the classes.",
            ),
        ],
        before=(
            f"A convnet was trained on digits, and ends with a softmax of ten. It is shown {count} scribbles, "
            "none of which is a digit."
        ),
    )


def upside_down(name: str, asked: Asked) -> Item:
    """Ask what a network says to digits that stand on their heads."""
    count, sure = (f"{asked.given[each]:,.0f}" for each in ("count", "sure"))
    return item(
        name,
        CERTAIN,
        asked,
        "Which of these would you expect?",
        [
            Option(
                "many sure",
                "For hundreds of them, one of the ten probabilities is 99 % or more",
                f"It is so for {sure} of {count}. A network that must choose among ten answers can be sure of "
                "the one that is least wrong.",
            ),
            Option(
                "none sure",
                "The probabilities are spread over several digits, so that none reaches 50 %",
                f"It does not know that it has not seen such a thing: {sure} of {count} get 99 % or more.",
                "A network is unsure of what it was never trained on.",
            ),
            Option(
                "right",
                "Most often the digit that it is comes first, with less than it would get upright",
                f"The right digit comes first in {as_percent(asked.given['right'])} of the cases. Nothing "
                "taught this network to turn images.",
                "A network recognises what it knows, however it is turned.",
            ),
            Option(
                "less in all",
                "All ten probabilities are small, and together they are much less than 1",
                "Softmax makes ten numbers that add up to 1, whatever the picture shows.",
                "What is missing from 1 says that it is none of the classes.",
            ),
        ],
        before=(
            f"A convnet was trained on upright digits, and ends with a softmax of ten. It is shown {count} "
            "threes, fours and sevens, each turned by 180°."
        ),
    )


def sure_elsewhere(name: str, asked: Asked, where: str) -> Item:
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
                "Label some of them and count, because it was trained on other images",
                f"Among {given['shown']:,.0f} such digits the network is that sure of "
                f"{given['sure there']:,.0f}, and of these {there} are right.",
            ),
            Option(
                "the same",
                f"Nothing more, because it was counted, on {given['sure usual']:,.0f} digits",
                f"It was so for test digits as they are. Here {there} of the sure answers are right.",
                "A probability means the same on all images.",
            ),
            Option(
                "higher",
                "Ask for 99.9 % instead, because errors have smaller probabilities",
                f"Of the answers with 99.9 % or more, {surer} are right here.",
                "Errors have low probabilities, so a high enough limit keeps them out.",
            ),
            Option(
                "mean",
                "Take the mean of its probabilities on these images: that is the share that it gets right",
                f"The mean is {mean}, and {accuracy} of all its answers are right.",
                "A network notices by itself where it is wrong.",
            ),
        ],
        before=(
            f"A convnet is 99 % sure or more of {given['sure usual']:,.0f} test digits, and {usual} of these "
            f"answers are right. {where}"
        ),
        chooses=True,
    )


def gaps(name: str, asked: Asked, kinds: tuple[str, str, str], reasons: dict[str, str], said: dict[str, str]) -> Item:
    """Ask which of three trained networks to choose for new digits."""
    letters = dict(zip(("best", "fewest", "by heart"), "PQR", strict=True))
    rows = tuple(
        (
            f"{letter}, {kind}",
            f"{asked.given[f'{key} parameters']:,.0f}",
            f"{asked.given[f'{key} images']:,.0f}",
            f"{asked.given[f'{key} learned']:.1f}",
            f"{asked.given[f'{key} new']:.1f}",
        )
        for (key, letter), kind in zip(letters.items(), kinds, strict=True)
    )
    heads = ("Network", "Parameters", "Training images", "Errors on its training images", "Errors on test images")
    beliefs = {
        "fewest": "Fewer parameters mean less overfitting, and so fewer errors.",
        "by heart": "Who knows the training images best has learned most.",
        "none": "With more parameters than images, a network can only learn by heart.",
    }
    return item(
        name,
        OVERFITTING,
        asked,
        "Which one would you choose to read new digits, and why?",
        [
            Option("best", f"{letters['best']}, {reasons['best']}", said["best"]),
            *(
                Option(each, f"{letters[each]}, {reasons[each]}", said[each], beliefs[each])
                for each in ("fewest", "by heart")
            ),
            Option("none", reasons["none"], said["none"], beliefs["none"]),
        ],
        before=(
            "Three networks were trained for the same number of steps, each several times. Errors are means, in "
            "a thousand images."
        ),
        table=(heads, *rows),
        chooses=True,
    )


def two_places(name: str, asked: Asked) -> Item:
    """Ask which place an answer needs more."""
    given = asked.given
    digit = with_article(int(given["digit"]))
    rows = tuple(
        (letter, *(percent(given[f"{kind} {what}"]) for what in ("heat", "ink", "left")))
        for letter, kind in (("S", "hot"), ("T", "cold"))
    )
    heads = ("Square", "Of all heat", "Of all ink", f"Probability of {digit} without it")
    return item(
        name,
        HEAT,
        asked,
        "Which of the two places could this answer not do without, and why?",
        [
            Option(
                "covered",
                f"T, because without it the network no longer says {digit}, and without S it does",
                "Only the network can say what it would answer without a place, and it was asked. The map "
                "says where its method "
                "finds what speaks for the answer, and that is another question.",
            ),
            Option(
                "hot",
                f"S, because a heat map shows what the network looked at to say {digit}",
                f"Without S it says {digit} all the same: what is left of the digit is enough.",
                "A heat map shows the reason of an answer.",
            ),
            Option(
                "shares",
                "Both, each by its share of the heat, because the shares add up to the whole answer",
                "Then without S most of the probability would be lost. It is not, and shares of heat are not "
                "shares of an answer.",
                "Heat is the part that a place has in the answer.",
            ),
            Option(
                "neither",
                "Neither, because such a network always sees the whole digit",
                "It does see all of it. But one place is missed and the other is not, as the last column says.",
                "What looks at everything needs nothing in particular.",
            ),
        ],
        before=(
            f"The convnet takes a test image for {digit}, with {percent(given['before'])}. A Grad-CAM map of this "
            "answer was made. Then two "
            "squares of the same size were filled with the colour of the background, one at a time."
        ),
        table=(heads, *rows),
        chooses=True,
    )


def one_training(name: str, asked: Asked, ways: tuple[str, str]) -> Item:
    """Ask what follows from one training of each of two networks."""
    given = asked.given
    if given["swapped"]:
        ways = ways[::-1]
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
                "Both make equally many, because their intervals overlap",
                "That intervals overlap does not show that two are equal: they may overlap although the difference is "
                "beyond chance.",
                "Overlapping intervals mean: no difference.",
            ),
            Option(
                "more images",
                "The way of the one that makes fewer errors when these two networks are asked about many more images",
                f"That would tell which of these two networks is better, and say little about the next ones. {turned}",
                "With enough test images, one training is enough.",
            ),
        ],
        before=f"Two convnets make their maps smaller in different ways, and are alike else: P {ways[0]}, Q {ways[1]}. "
        f"Each was trained once. Of {images} test digits P gets {few} wrong, and Q {many}.",
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
    because = {
        "images": "because the more images are asked about, the surer is every number",
        "trainings": "because the more trainings there are, the surer is every mean",
    }
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
                f"{texts[wrong]}, {because[wrong]}",
                f"That makes one kind of chance smaller, here the smaller one. {measured}",
                beliefs[wrong],
            ),
            Option(
                "either",
                "Either of them: what counts is how many answers there are in all",
                f"Answers of one training share its luck, and answers about one image share that image. {measured}",
                "A thousand answers are worth the same, wherever they come from.",
            ),
            Option(
                "neither",
                "Neither: trained in the same way, a network gives the same number again",
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

    def made(write: Any, *arguments: Any) -> Item:
        name = write.__name__.replace("_", "-")
        key = pairs.get(name, name)
        return write(f"{key}-{letter.lower()}", asked[key], *arguments)  # type: ignore[no-any-return]

    pairs = {
        "scribbles": "no-digit",
        "upside-down": "no-digit",
        "without-pooling": "pooling",
        "growing-view": "pooling",
    }
    given = asked["moved-map"].given
    return (
        made(
            filter_depth,
            *(
                ("Conv2D(24, kernel_size=3)", "16 feature maps")
                if first
                else ("Conv2D(20, kernel_size=5)", "12 feature maps")
            ),
        ),
        made(
            zeroed,
            *(
                (8, "a colour image, which has 3 channels", "all weights and the bias of one filter")
                if first
                else (6, "4 feature maps", "one slice of one filter")
            ),
        ),
        made(layer_for),
        made(
            flat_image,
            *(
                (
                    "A kernel has 8 in its middle, and −1 in the eight cells around it.",
                    "border",
                    "nowhere",
                    "corners",
                    "everywhere",
                )
                if first
                else (
                    "A kernel of 3×3 has 1 in its upper row, 0 in the middle one, and −1 in the lower one.",
                    "first and last row",
                    "nowhere",
                    "border",
                    "everywhere",
                )
            ),
        ),
        made(halved),
        made(moved_map, f"A convnet is shown {with_article(int(given['digit']))}."),
        made(
            ends,
            *(
                (
                    "Three networks were trained on digits in the middle of their images. Now they are shown "
                    "digits that are moved by "
                    f"{asked['ends'].given['shift']:.0f} pixels.",
                    "It makes no difference: a few pixels are taken away by the poolings, or by the dense layers",
                    "Poolings soften a shift by a pixel or so. What is left of it reaches the end, and the "
                    "three ends bear it very differently.",
                )
                if first
                else (
                    "Three networks were trained on digits in the lower right corner of a large sheet, and "
                    "only there. Now the digits "
                    "stand in the upper left corner.",
                    "It makes no difference: no network can read digits in a place where it was never shown any",
                    "With weights that all places share, something can be read where it never was: "
                    f"{as_percent(asked['ends'].given['convnet_global_max'])} by one of the three, where "
                    "guessing gives a tenth.",
                )
            ),
        ),
        made(transposed),
        made(without_pooling if first else growing_view),
        made(scribbles if first else upside_down),
        made(
            sure_elsewhere,
            f"Your scanner gives digits that stand {asked['sure-elsewhere'].given['amount']:.0f} pixels "
            "further to the right."
            if first
            else "Your tablet gives digits in white on black, where the network was trained on black on white, and "
            "you pass them on unchanged.",
        ),
        made(
            gaps,
            *(
                (
                    ("dense", "dense", "dense"),
                    {
                        "best": "because of new digits it gets the fewest wrong",
                        "fewest": (
                            "because it has the fewest parameters, and its two counts of errors lie close together"
                        ),
                        "by heart": "because it knows its training images nearly without an error",
                        "none": "None of them, because each has more parameters than training images",
                    },
                    {
                        "best": (
                            "That is what it is for. P has more parameters than Q and a larger gap, and reads "
                            "new digits better all the same."
                        ),
                        "fewest": (
                            "A small gap between two large numbers is no advantage. Q gets more of the new "
                            "digits wrong than P."
                        ),
                        "by heart": (
                            "That shows how well it knows those images. Of new digits R gets more wrong than P."
                        ),
                        "none": (
                            "All three read nearly all new digits. The number of parameters does not decide what "
                            "a network learns."
                        ),
                    },
                )
                if first
                else (
                    ("convnet", "dense", "convnet"),
                    {
                        "best": "because it makes the fewest errors on images that it did not learn from",
                        "fewest": "because P has as many parameters, so that both overfit alike, and Q has a few less",
                        "by heart": "because an error on its own images happens to P and Q, and never to R",
                        "none": "None of them, because with so many parameters each can only know its images by heart",
                    },
                    {
                        "best": (
                            "New images are what counts. P and Q have about as many parameters, and read them "
                            "very differently."
                        ),
                        "fewest": (
                            "How the parameters are used matters: Q makes several times the errors of P, on both "
                            "kinds of images."
                        ),
                        "by heart": "R learned fewer images by heart. On new ones it makes more errors than P.",
                        "none": "They read nearly all images that they have never seen, which nobody does by heart.",
                    },
                )
            ),
        ),
        made(two_places),
        made(
            one_training,
            ("takes the maximum of each 2×2 of a map", "takes the mean of each 2×2 of a map")
            if first
            else ("keeps one number of each 2×2 of a map", "has convolutions with strides of 2 instead"),
        ),
        made(what_to_buy, "trainings" if first else "images"),
    )
