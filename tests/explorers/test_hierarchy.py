"""The hierarchy explorer, operated as readers do."""

import re

import numpy as np
import pytest
from checks import PHONE

from cnnfigs.data import cat_photo
from cnnfigs.illustrations.photo.scrambled import ScrambledCat
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree
from cnnfigs.images import resized
from cnnfigs.runs.photo.photo_answers import SQUARE, shuffled


def plain(layer):
    """What a layer is called where Keras' name for it says too much."""
    return "the last maps" if layer == "out_relu" else " ".join(layer.split("_")[:2])


def units(opened, panel):
    """Labels of the units that a panel shows."""
    buttons = opened.element.locator(f".panel:has(> .heading:has-text('{panel}')) button:visible")
    return buttons.evaluate_all("all => all.map(each => each.getAttribute('aria-label'))")


def test_each_depth_shows_the_units_of_the_tree(open_explorer):
    opened = open_explorer("hierarchy")
    tree = HierarchyTree().result
    for depth, level in enumerate(tree.levels[::-1], 1):
        opened.set(f"depth={depth}")
        heading = plain(level.layer)[0].upper() + plain(level.layer)[1:]
        assert units(opened, heading) == [
            f"{unit.box[2]} px: unit {number} of {plain(level.layer)}" for number, unit in enumerate(level.units)
        ]
        frames = opened.element.locator(".where .window").evaluate_all(
            "all => all.map(each => ['y', 'x', 'height', 'width'].map(name => Number(each.getAttribute(name))))"
        )
        assert sorted(map(tuple, frames)) == sorted(unit.box for unit in level.units)
        behind = opened.element.locator(".where .halo + .window").count()
        assert behind == len(level.units), "each stands out from the photo, whatever is there"


def test_units_lead_to_those_that_drive_them_and_back(open_explorer):
    opened = open_explorer("hierarchy", "depth=5&unit=1")
    tree = HierarchyTree().result
    driving = [link for link in tree.links[0] if link.upper == 1]
    found = units(opened, "It is driven by")
    assert [int(re.search(r"unit (\d+) of", label)[1]) for label in found] == sorted(link.lower for link in driving)
    shares = {int(re.search(r"unit (\d+)", label)[1]): re.search(r", ([\d.]+)", label)[1] for label in found}
    for link in driving:
        assert float(shares[link.lower]) == pytest.approx(100 * link.share, abs=0.5)
    opened.element.get_by_role("button", name=found[0]).click()
    assert (opened.state["depth"], opened.state["unit"]) == (4, sorted(link.lower for link in driving)[0])
    assert any("unit 1 of the last maps" in label for label in units(opened, "It drives"))


def test_one_button_goes_down_to_what_drives_most_and_begins_again(open_explorer):
    opened = open_explorer("hierarchy", "depth=5&unit=1")
    tree = HierarchyTree().result
    apart = opened.element.locator("button.primary")
    above, unit = 0, 1
    while driving := [link for link in tree.links[above] if link.upper == unit] if above < len(tree.links) else []:
        assert apart.inner_text() == "Take it apart"
        apart.click()
        unit = max(driving, key=lambda link: link.share).lower
        above += 1
        assert (opened.state["depth"], opened.state["unit"]) == (len(tree.levels) - above, unit)
    assert above >= 2
    assert apart.inner_text() == "Begin at the top"
    apart.click()
    assert (opened.state["depth"], opened.state["unit"]) == (len(tree.levels), 0)


def test_what_is_told_is_true_of_every_unit(open_explorer):
    """Map, place and size; and of whole maps and of single units the shares, as the run has them for that unit."""
    opened = open_explorer("hierarchy")
    tree = HierarchyTree().result

    def near(told, share):
        return float(told.replace("−", "-")) == pytest.approx(100 * share, abs=0.51 if share >= 0.0995 else 0.051)

    for depth, level in enumerate(tree.levels[::-1], 1):
        above = len(tree.levels) - 1 - depth
        for number, unit in enumerate(level.units):
            opened.set(f"depth={depth}&unit={number}")
            row, column = unit.place
            assert opened.told.startswith(
                f"Unit {number}: map {unit.channel:,} of {plain(level.layer)} (in Keras {level.layer}), "
                f"row {row}, column {column}. "
                f"It sees {unit.box[2]}×{unit.box[3]} pixels. "
            )
            told = re.findall(r"map gives ([\d.]+)\s% of (.*?), this unit alone ([−\d.]+)\s%\.", opened.told)
            if above < 0:
                expected = [(unit.share, "all that speaks for a cat", unit.own)]
            else:
                expected = [
                    (link.share, f"what drives unit {link.upper} above", link.own)
                    for link in tree.links[above]
                    if link.lower == number
                ]
            assert [whole for _, whole, _ in told] == [whole for _, whole, _ in expected]
            for (of_map, _, of_unit), (share, _, own) in zip(told, expected, strict=True):
                assert near(of_map, share)
                assert near(of_unit, own)


def test_by_mouse_alone(open_explorer):
    opened = open_explorer("hierarchy", "depth=1")
    levels = HierarchyTree().result.levels[::-1]
    slider = opened.element.get_by_role("slider", name="Depth, from the photo to the answer")
    slider.click(position={"x": slider.bounding_box()["width"] - 8, "y": slider.bounding_box()["height"] / 2})
    assert opened.state["depth"] == 5
    # Frames on the photo are chosen where no other covers them, and what is said of one stands below the photo.
    opened.set("depth=3")
    units = levels[2].units
    photo = opened.element.locator(".where svg")
    photo.scroll_into_view_if_needed()
    box = photo.bounding_box()
    for number, unit in enumerate(units):
        top, left, height, width = unit.box
        others = [each.box for each in units if each is not unit]
        free = [
            (row, column)
            for row in range(top + 5, top + height - 5)
            for column in range(left + 5, left + width - 5)
            if all(
                not (y - 5 <= row <= y + down + 5 and x - 5 <= column <= x + right + 5) for y, x, down, right in others
            )
        ]
        if not free:
            continue
        row, column = free[len(free) // 2]
        opened.page.mouse.click(box["x"] + column * box["width"] / 353, box["y"] + row * box["height"] / 225)
        assert opened.state["unit"] == number
        assert opened.told.startswith(f"Unit {number}: map {unit.channel:,} of {plain(levels[2].layer)} (")
    assert opened.state["unit"] > 0
    told = opened.element.locator(".told").bounding_box()
    assert box["y"] + box["height"] <= told["y"] < box["y"] + box["height"] + 40
    # From crop to crop, down and up again.
    opened.element.locator(".panel:has(> .heading:has-text('It drives')) button:visible").first.click()
    assert opened.state["depth"] == 4
    opened.element.locator(".panel:has(> .heading:has-text('It is driven by')) button:visible").first.click()
    assert opened.state["depth"] == 3
    # The tiles are told where they are, and what is said of the unit stays.
    said, answer = opened.told, opened.element.locator(".said p")
    order = opened.control("Order of the tiles")
    assert order.is_disabled()
    tiles = opened.element.get_by_role("slider", name="Tiles, from one to many")
    tiles.click(position={"x": tiles.bounding_box()["width"] - 8, "y": tiles.bounding_box()["height"] / 2})
    before = answer.inner_text()
    assert before.startswith("In 225 tiles: ")
    order.select_option("7")
    assert answer.inner_text() != before
    assert opened.told == said


def test_only_what_has_changed_is_heard(open_explorer):
    opened = open_explorer("hierarchy", "tiles=2")
    opened.element.evaluate(
        """({shadowRoot}) => {
            window.heard = [];
            for (const region of shadowRoot.querySelectorAll("[role=status]")) {
                new MutationObserver(() => heard.push(region.textContent)).observe(region, {childList: true});
            }
        }"""
    )
    opened.element.get_by_role("button", name=re.compile("unit 1 of block 8")).click()
    opened.control("Order of the tiles").select_option("7")
    map_sentence, tiles_sentence = opened.page.evaluate("heard")
    assert map_sentence == opened.told
    assert tiles_sentence.startswith("In 25 tiles: ")


def test_by_keyboard_alone(open_explorer):
    opened = open_explorer("hierarchy", "depth=1")
    keyboard = opened.page.keyboard
    slider = opened.element.get_by_role("slider", name="Depth, from the photo to the answer")
    slider.focus()
    for depth in range(2, 6):
        keyboard.press("ArrowRight")
        assert opened.state["depth"] == depth
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert opened.state["unit"] == 1
    opened.element.get_by_role("slider", name="Tiles, from one to many").focus()
    keyboard.press("ArrowRight")
    assert opened.element.locator(".said p").inner_text().startswith("In 9 tiles: a cat, with ")
    opened.control("Order of the tiles").focus()
    keyboard.press("ArrowDown")
    assert opened.state["order"] == 1


def test_tiles_and_answers_are_those_of_the_run(open_explorer):
    opened = open_explorer("hierarchy")
    photo = resized(cat_photo()[SQUARE], 225, 225)
    opened.page.wait_for_function("([element]) => element.square.complete", arg=[opened.element.element_handle()])
    changes = [change for change in ScrambledCat().result.changes if change.tile_size]
    for number, change in enumerate(changes, 1):
        for order in (0, 19):
            opened.set(f"tiles={number}&order={order}")
            answer = change.answers[order]
            told = opened.element.locator(".said p").inner_text()
            cats, probability = re.findall(r"([\d.]+)\s%", told)
            assert float(cats) == pytest.approx(100 * answer.cats, abs=0.51)
            assert float(probability) == pytest.approx(100 * answer.probabilities[0], abs=0.51)
            assert f"“{answer.names[0]}”" in told
            shown = opened.element.locator("canvas").evaluate(
                """canvas => {
                    const copy = new OffscreenCanvas(225, 225).getContext("2d");
                    copy.drawImage(canvas, 0, 0);
                    const {data} = copy.getImageData(0, 0, 225, 225);
                    return Array.from({length: 225 * 225}, (_, at) =>
                        (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3);
                }"""
            )
            expected = shuffled(photo, change.tile_size, order).mean(axis=-1)
            # JPEG is not exact; a tile in another place would be far off.
            assert np.abs(np.reshape(shown, (225, 225)) - expected).mean() < 5


def test_by_touch_on_a_phone(open_explorer):
    opened = open_explorer("hierarchy", "depth=4", viewport=PHONE, has_touch=True, is_mobile=True)
    opened.element.get_by_role("button", name=re.compile("unit 2 of block 12")).tap()
    opened.page.wait_for_function("([element]) => element.state.unit === 2", arg=[opened.element.element_handle()])


def test_a_unit_that_is_not_there_is_refused(open_explorer):
    opened = open_explorer("hierarchy", "depth=5&unit=1")
    opened.set("depth=5&unit=9")
    assert opened.complaint == "At depth 5 there are units 0 to 2: there is no unit 9."
    assert opened.state["unit"] == 1


def test_names_of_keras_stand_only_where_they_are_explained(open_explorer):
    opened = open_explorer("hierarchy")
    for depth in range(1, 6):
        opened.set(f"depth={depth}")
        texts = opened.element.locator(".heading, button, summary, label").all_inner_texts()
        assert [text for text in texts if "_" in text] == []
        assert opened.told.count("_") == opened.told.partition("(in Keras ")[2].partition(")")[0].count("_")
