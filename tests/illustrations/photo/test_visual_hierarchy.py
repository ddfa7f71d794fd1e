"""Units, peaks, boxes and links are what the network gives, recomputed another way; and bad parameters are refused."""

import numpy as np
import pytest
from svg_numbers import PERCENT, texts

from cnnfigs.arithmetic.receptive import receptive_region
from cnnfigs.data import cat_photo, imagenet_classes
from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.errors import ParameterError
from cnnfigs.illustrations.photo.parts_only import PartsOnly, PartsTable, TogetherTable
from cnnfigs.illustrations.photo.photo_answers import PhotoAnswers
from cnnfigs.illustrations.photo.random_boxes import RandomBoxes
from cnnfigs.illustrations.photo.scrambled import TILE_SIZES, ScrambledCat
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree, VisualHierarchy
from cnnfigs.models.imagenet import CATS, SHORT, fitted, mobilenet_v2, network_input
from cnnfigs.models.records import layer_records
from cnnfigs.runs.photo.photo_answers import PARTS, random_boxes, shuffled
from cnnfigs.runs.photo.visual_hierarchy import contributions, gradients, smallest_box, strongest
from cnnfigs.words import percent

PHOTO = fitted(cat_photo())


@pytest.fixture(scope="module")
def model():
    return mobilenet_v2(225, 353)


@pytest.fixture(scope="module")
def sheet():
    return VisualHierarchy().result


@pytest.fixture(scope="module")
def tree():
    return HierarchyTree().result


def logits(model, photo=PHOTO):
    return np.asarray(model(network_input(photo[np.newaxis])))[0].astype(float)


def sums_of(model, layer):
    """A function from inputs to the sums before a ReLU layer."""
    import keras

    return keras.Model(model.inputs, model.get_layer(layer).input)


# The answers


def test_answers_are_the_softmax_of_the_logits(model):
    scores = logits(model)
    shares = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    best = shares.argsort()[::-1][:8]
    names = imagenet_classes()
    for phone in (False, True):
        shown = texts(PhotoAnswers(), phone)
        assert [text for text in shown if text in names] == [names[index] for index in best]
        assert [text for text in shown if text.endswith("%")] == [percent(shares[index]) for index in best]
    run = PhotoAnswers().result
    assert run.answer.cats == pytest.approx(shares[list(CATS)].sum(), abs=1e-5)
    np.testing.assert_array_equal(run.photo, PHOTO)


# Units


def test_units_stand_where_their_maps_contribute_most(sheet):
    for level in sheet.levels:
        values = contributions(PHOTO, CATS, [level.layer])[0]
        assert values.shape == level.shape
        channels = values.sum(axis=(0, 1))
        for unit in level.units:
            assert values[(*unit.place, unit.channel)] == values[..., unit.channel].max() > 0
            assert unit.share == pytest.approx(channels[unit.channel] / channels[channels > 0].sum(), rel=1e-4)
            assert unit.own == pytest.approx(values[..., unit.channel].max() / channels[channels > 0].sum(), rel=1e-4)


def test_own_contribution_is_what_switching_off_one_unit_of_the_last_maps_takes_away(model, sheet):
    """Behind the last maps all is linear, so that the scores fall by exactly as much."""
    import keras

    level = sheet.levels[-1]
    maps = np.asarray(keras.Model(model.inputs, model.get_layer("out_relu").output)(network_input(PHOTO[np.newaxis])))[
        0
    ].astype(float)
    weights = model.get_layer("predictions").get_weights()[0][:, list(CATS)].sum(axis=1).astype(float)
    whole = maps.mean(axis=(0, 1)) * weights
    for unit in level.units:
        without = maps.copy()
        without[(*unit.place, unit.channel)] = 0
        lost = whole.sum() - (without.mean(axis=(0, 1)) * weights).sum()
        assert unit.own == pytest.approx(lost / whole[whole > 0].sum(), rel=1e-3)


def test_shares_of_the_last_maps_are_weight_times_mean(model, sheet):
    """Behind the last maps there are only a mean and a dense layer, so that gradients can be had without any."""
    import keras

    level = sheet.levels[-1]
    assert level.layer == "out_relu"
    maps = np.asarray(keras.Model(model.inputs, model.get_layer("out_relu").output)(network_input(PHOTO[np.newaxis])))[
        0
    ]
    weights, _ = model.get_layer("predictions").get_weights()
    contributed = maps.mean(axis=(0, 1)) * weights[:, list(CATS)].sum(axis=1)
    order = np.argsort(-contributed)[: len(level.units)]
    assert [unit.channel for unit in level.units] == order.tolist()
    shares = contributed / contributed[contributed > 0].sum()
    np.testing.assert_allclose([unit.share for unit in level.units], shares[order], rtol=1e-4)


def test_contribution_of_a_channel_is_what_a_finite_difference_gives(model):
    """Scale one map by a little more or less than 1: the logits change by contribution times difference."""
    import keras

    layer, skipped = "block_12_expand_relu", "block_11_add"  # block 12 adds its result to what it began with
    values = contributions(PHOTO, CATS, [layer])[0]
    between = [model.get_layer(name).output for name in (layer, skipped)]
    maps, begun = (np.asarray(each) for each in keras.Model(model.inputs, between)([network_input(PHOTO[np.newaxis])]))
    behind = keras.Model(between, model.output)
    for channel, _, _ in strongest(values, 3):
        step = 0.02
        scaled = np.repeat(maps, 2, axis=0)
        scaled[0, ..., channel] *= 1 + step
        scaled[1, ..., channel] *= 1 - step
        more, less = np.asarray(behind([scaled, np.repeat(begun, 2, axis=0)]))[:, list(CATS)].sum(axis=1)
        assert (more - less) / (2 * step) == pytest.approx(values[..., channel].sum(), rel=0.03)


@pytest.mark.parametrize("layer", ["block_1_expand_relu", "block_4_expand_relu", "block_8_expand_relu"])
def test_gradient_of_a_unit_is_what_finite_differences_give(model, layer):
    channel, place = 5, (7, 9)
    seen, _ = gradients(PHOTO, layer, [(channel, place, 0.0)])
    pixels = network_input(PHOTO[np.newaxis])
    reader = sums_of(model, layer)
    chosen = np.argwhere(seen[0] >= np.sort(seen[0].ravel())[-3])
    step = 1e-2
    for row, column in chosen:
        slopes = 0.0
        for color in range(3):
            copies = np.repeat(pixels, 2, axis=0)
            copies[0, row, column, color] += step
            copies[1, row, column, color] -= step
            more, less = np.asarray(reader([copies]))[(slice(None), *place, channel)]
            slopes += abs(float(more - less)) / (2 * step)
        assert slopes == pytest.approx(float(seen[0, row, column]), rel=0.05)


def test_several_units_have_the_gradients_that_each_has_alone():
    units = [(5, (3, 4), 0.0), (5, (9, 9), 0.0), (7, (3, 4), 0.0)]
    together, driven = gradients(PHOTO, "block_4_expand_relu", units, "block_1_expand_relu")
    for number, unit in enumerate(units):
        alone, alone_driven = gradients(PHOTO, "block_4_expand_relu", [unit], "block_1_expand_relu")
        np.testing.assert_allclose(together[number], alone[0], atol=1e-5)
        np.testing.assert_allclose(driven[number], alone_driven[0], atol=1e-5)


# Boxes


def test_smallest_box_is_the_smallest_of_all_squares():
    gradient = np.random.default_rng(3).random((9, 14)).astype(np.float32) ** 6

    def most(side):
        rows, columns = min(side, 9), min(side, 14)
        return max(
            gradient[row : row + rows, column : column + columns].sum(dtype=float)
            for row in range(9 - rows + 1)
            for column in range(14 - columns + 1)
        )

    row, column, height, width = smallest_box(gradient, 0.7)
    side = max(height, width)
    assert gradient[row : row + height, column : column + width].sum(dtype=float) == pytest.approx(most(side))
    assert most(side) >= 0.7 * gradient.sum(dtype=float) > most(side - 1)


def test_boxes_hold_nine_tenths_and_lie_in_the_theoretical_field(model, sheet):
    records = layer_records(model)
    for level in sheet.levels:
        seen, _ = gradients(PHOTO, level.layer, [(unit.channel, unit.place, 0.0) for unit in level.units])
        for unit, gradient in zip(level.units, seen, strict=True):
            top, left, height, width = unit.box
            held = gradient[top : top + height, left : left + width].sum()
            assert held >= 0.899 * gradient.sum()
            assert height == width
            rows, columns = receptive_region(records, unit.place, level.layer)
            outside = gradient.copy()
            outside[rows.start : rows.stop, columns.start : columns.stop] = 0
            assert not outside.any()


@pytest.mark.parametrize("made", [VisualHierarchy, HierarchyTree])
def test_boxes_grow_with_depth(made):
    levels = made().result.levels
    fields = {level.field_size: np.median([max(unit.box[2:]) for unit in level.units]) for level in levels}
    sizes = [fields[size] for size in sorted(fields)]
    assert sizes == sorted(sizes)
    assert sizes[-1] > 20 * sizes[0]
    assert all(size <= field for field, size in fields.items())


def test_small_crops_are_the_pixels_of_the_photo(sheet):
    for unit in sheet.levels[0].units + sheet.levels[1].units:
        top, left, height, width = unit.box
        np.testing.assert_array_equal(unit.crop, PHOTO[top : top + height, left : left + width])


def test_parts_are_named_where_the_box_holds_half_of_one(sheet):
    for level in sheet.levels:
        for unit in level.units:
            inside = np.zeros(PHOTO.shape[:2], dtype=bool)
            top, left, height, width = unit.box
            inside[top : top + height, left : left + width] = True
            expected = tuple(
                name
                for name, places in PARTS.items()
                if any(
                    inside[row : row + rows, column : column + columns].mean() >= 0.5
                    for row, column, rows, columns in places
                )
            )
            assert unit.parts == expected


@pytest.mark.parametrize("phone", [False, True])
def test_sheet_writes_the_sizes(phone):
    sides = [f"{unit.box[2]} px" for level in VisualHierarchy().result.levels for unit in level.units]
    shown = texts(VisualHierarchy(), phone)
    assert [text for text in shown if text.endswith(" px")] == sides
    maps = [int(text.split()[1]) for text in shown if text.startswith("map ")]
    assert maps == [unit.channel for level in VisualHierarchy().result.levels for unit in level.units]


# The tree


def test_units_of_the_tree_are_proposed_by_those_above(tree):
    """The strongest channel below each unit, by the same gradients one by one, is in the tree and linked to it."""
    for upper, lower, links in zip(tree.levels[:2], tree.levels[1:], tree.links, strict=False):
        for number, unit in enumerate(upper.units):
            _, driven = gradients(PHOTO, upper.layer, [(unit.channel, unit.place, 0.0)], lower.layer)
            channels = driven[0].sum(axis=(0, 1))
            strongest_channel = int(channels.argmax())
            linked = {lower.units[link.lower].channel: link.share for link in links if link.upper == number}
            for link in links:
                if link.upper == number:
                    below = lower.units[link.lower]
                    own = driven[0][(*below.place, below.channel)] / channels[channels > 0].sum()
                    assert link.own == pytest.approx(own, rel=1e-3)
            assert linked[strongest_channel] == pytest.approx(
                channels[strongest_channel] / channels[channels > 0].sum(), rel=1e-3
            )


def test_tree_is_joined_and_within_its_limits(tree):
    assert len(tree.links) == len(tree.levels) - 1
    for upper, lower, links in zip(tree.levels, tree.levels[1:], tree.links, strict=False):
        assert {link.upper for link in links} <= set(range(len(upper.units)))
        assert {link.lower for link in links} == set(range(len(lower.units)))
        assert len(lower.units) <= min(len(upper.units) + 3, 12)
        assert all(0 < link.share <= 1 for link in links)


def test_tree_without_any_parts_for_another_photo():
    noise = np.random.default_rng(4).integers(0, 256, (60, 40, 4), dtype=np.uint8)
    run = HierarchyTree(noise, classes=(0,), layers=("Conv1_relu", "block_2_expand_relu"), top=1, children=1).result
    assert run.shown.photo.shape == (353, 225, 3)
    assert all(unit.parts == () for level in run.levels for unit in level.units)


def widths(tree, width=WIDTH):
    return [line.get_linewidth() for line in tree.drawn(width).axes[0].lines]


def test_lines_of_the_tree_are_as_thick_as_their_shares_in_all_rows():
    tree = HierarchyTree()
    top, *_ = tree.result.levels
    shares = [unit.share for unit in top.units] + [link.share for joined in tree.result.links for link in joined]
    key = [
        float(text.split()[0]) / 100 for text in texts(tree) if text in (f"2{PERCENT}", f"10{PERCENT}", f"25{PERCENT}")
    ]
    assert len(key) == 3
    expected, lines = np.array([*shares, *key]), np.array(widths(tree))
    np.testing.assert_allclose(lines / lines[0], expected / expected[0], rtol=1e-6)


def test_tree_on_a_phone_has_the_strongest_line_down_from_each_unit():
    tree = HierarchyTree()
    top, *_ = tree.result.levels
    everything, phone = np.array(widths(tree)), np.array(widths(tree, PHONE))
    assert len(phone) == len(tree.result.levels) * len(top.units) + 3
    assert {*phone.round(6)} <= {*everything.round(6)}
    for joined, row in zip(tree.result.links, phone[len(top.units) :].reshape(-1, len(top.units)), strict=False):
        strongest = [max(link.share for link in joined if link.upper == each.upper) for each in joined]
        assert {*(row / everything[0] * top.units[0].share).round(6)} <= {*np.round(strongest, 6)}


# The tests of the story


@pytest.mark.parametrize(("rest", "hidden"), [("grey", None), ("blurred", "smooth")])
def test_parts_are_asked_as_told(model, rest, hidden):
    """The photo with the eyes alone, made by hand, gets the probability that the picture writes."""
    from PIL import Image, ImageFilter

    made = np.full_like(PHOTO, 124)
    if hidden:
        made = np.array(Image.fromarray(PHOTO).filter(ImageFilter.GaussianBlur(12)))
    for top, left, height, width in ((60, 98, 56, 74), (76, 222, 54, 56)):
        made[top - 8 : top + height + 8, left - 8 : left + width + 8] = PHOTO[
            top - 8 : top + height + 8, left - 8 : left + width + 8
        ]
    scores = np.exp(logits(model, made))
    cats = scores[list(CATS)].sum() / scores.sum()
    run = PartsTable(rest).result
    assert run.margins[1].margin == 8
    assert run.margins[1].answers[run.shown.index("eyes")].cats == pytest.approx(cats, abs=1e-4)


@pytest.mark.parametrize("phone", [False, True])
def test_parts_picture_writes_the_answers(phone):
    shown = texts(PartsOnly(), phone)
    (parts,) = PartsOnly().result.margins
    assert [text for text in shown if text.startswith("a cat: ")] == [
        f"a cat: {percent(each.cats)}" for each in parts.answers
    ]


def test_random_boxes_are_as_large_as_those_of_the_parts_and_asked_as_told(model):
    """One draw, hidden by hand; no two boxes of a draw overlap, so that a draw shows as much as the parts do."""
    run = RandomBoxes((0, 16), draws=4).result
    sizes = [place[2:] for places in PARTS.values() for place in places]
    photos = []
    for seed in range(4):
        boxes = random_boxes(seed)
        assert [each[2:] for each in boxes] == sizes
        covered = np.zeros(PHOTO.shape[:2], dtype=int)
        made = PHOTO.copy()
        for top, left, height, width in boxes:
            assert 0 <= top <= 225 - height
            assert 0 <= left <= 353 - width
            covered[top : top + height, left : left + width] += 1
            made[top : top + height, left : left + width] = 124
        assert covered.max() == 1
        photos.append(made)
    (control,) = [each for each in run.controls if (each.rest, each.boxed, each.margin) == ("grey", "hidden", 0)]
    assert control.area == pytest.approx(control.other_area) == pytest.approx(sum(h * w for h, w in sizes) / 225 / 353)
    for share, made in zip(control.others, photos, strict=True):
        scores = np.exp(logits(model, made))
        assert share == pytest.approx(scores[list(CATS)].sum() / scores.sum(), abs=1e-4)
    table = {each.margin: each for each in PartsTable("grey").result.margins}
    for each in run.controls:
        if (each.rest, each.boxed) == ("grey", "left"):
            assert each.parts == pytest.approx(table[each.margin].answers[-2].cats, abs=1e-4)


@pytest.mark.parametrize("width", [WIDTH, PHONE])
def test_no_mark_of_the_control_covers_another(width):
    axes = RandomBoxes().drawn(width).axes[0]
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    dots = np.concatenate([np.column_stack(line.get_data()) for line in axes.lines if line.get_marker() == "o"])
    assert len(diamonds) == 16 + 2  # with those of the keys
    for line in diamonds:
        reach = (line.get_markersize() * 2**0.5 + 4.5) / 2
        (x,), (y,) = line.get_data()
        assert (np.abs(dots[:, 0] - x) + np.abs(dots[:, 1] - y) > reach).all()


def test_evidence_that_adds_up_multiplies_the_odds():
    def odds(share):
        return share / (1 - share)

    run = PartsTable("blurred").result
    alone = dict(zip(run.shown, run.margins[2].answers, strict=True))
    nothing = odds(run.nothing.cats)
    cases = {
        each.shown: each for each in TogetherTable().result.together if (each.rest, each.margin) == ("blurred", 16)
    }
    for shown, names in (("eyes + ears", ("eyes", "ears")), ("all three", tuple(PARTS))):
        together = nothing * np.prod([odds(alone[name].cats) / nothing for name in names])
        assert cases[shown].added == pytest.approx(together / (1 + together), abs=1e-4)
        assert cases[shown].measured == pytest.approx(alone[shown].cats, abs=1e-4)


def test_shuffled_tiles_are_all_the_pixels_tile_by_tile():
    photo = np.random.default_rng(5).integers(0, 256, (225, 225, 3), dtype=np.uint8)
    mixed = shuffled(photo, 75, seed=1)

    def tiles(picture):
        return sorted(
            picture[row : row + 75, column : column + 75].tobytes()
            for row in range(0, 225, 75)
            for column in range(0, 225, 75)
        )

    assert tiles(mixed) == tiles(photo)
    assert not np.array_equal(mixed, photo)
    assert not np.array_equal(mixed, shuffled(photo, 75, seed=2))


def test_scrambled_photos_are_asked_as_told():
    square = mobilenet_v2(225, 225)
    changes = {change.change: change for change in ScrambledCat().result.changes}
    from PIL import Image

    crop = Image.fromarray(cat_photo()[:300, 75:375]).resize((225, 225), Image.Resampling.BILINEAR)
    photo = np.asarray(crop)
    for name, made in (
        ("as it is", photo),
        ("mirrored", np.fliplr(photo)),
        ("upside down", np.flipud(photo)),
        ("tiles of 25", shuffled(photo, 25, seed=0)),
    ):
        scores = np.exp(logits(square, made))
        assert changes[name].answers[0].cats == pytest.approx(scores[list(CATS)].sum() / scores.sum(), abs=1e-4)
    assert [len(changes[f"tiles of {size}"].answers) for size in (75, 45, 25, 15)] == [20] * 4


# Bad parameters


@pytest.mark.parametrize("made", [PhotoAnswers, VisualHierarchy, HierarchyTree])
@pytest.mark.parametrize("image", ["cat.png", 3, np.zeros((0, 4)), np.zeros((4, 4, 7)), np.full((3, 3), -1)], ids=repr)
def test_no_image_is_refused(made, image):
    with pytest.raises(ParameterError, match=r"^image: expected an array of .+, got ") as caught:
        made(image=image)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("layers", "near"),
    [
        (("block_3_expand", "out_relu"), "block_3_expand_relu"),
        (("Conv1", "out_relu"), "Conv1_relu"),
        (("block_17_expand_relu", "out_relu"), "block_1_expand_relu"),
        (("out", "Conv1_relu"), "out_relu"),
    ],
)
@pytest.mark.parametrize("made", [VisualHierarchy, HierarchyTree])
def test_unknown_layer_is_refused_with_near_names(made, layers, near):
    with pytest.raises(ParameterError, match=rf"^layers: expected .*\b{near}\b.*, got '"):
        made(layers=layers)


def test_a_margin_that_is_not_counted_is_refused():
    with pytest.raises(ParameterError, match=r"^margin: expected 0, 8, 16 or 24, got 5$"):
        TogetherTable(margin=5)


def test_tiles_are_those_that_fill_the_photo():
    assert tuple(size for size in range(1, SHORT) if SHORT % size == 0) == TILE_SIZES


def test_any_image_gives_a_picture():
    """A tall grey image of odd size, whose field boxes are cut off, can be drawn too."""
    grey = np.linspace(0, 1, 70 * 41).reshape(70, 41)
    sheet = VisualHierarchy(grey, classes=(0, 999), layers=("Conv1_relu", "out_relu"), units=2)
    assert len(texts(sheet)) == len(texts(sheet, phone=True)) > 4
    assert sheet.result.shown.photo.shape == (353, 225, 3)
