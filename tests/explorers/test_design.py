"""The explorer of designs: its counts against Keras and the arithmetic, its records, and how it is used."""

import json
import random
import re

import keras
import pytest
from checks import PHONE

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.errors import ParameterError
from cnnfigs.experiments.designed import CHALLENGES
from cnnfigs.experiments.designs import ENDS, grid
from cnnfigs.experiments.records import RECORDS
from cnnfigs.explorers.assets import SCRIPTS
from cnnfigs.explorers.designs import SPELLED, designs_script
from cnnfigs.models.designs import LETTERS, Block, Design, build
from cnnfigs.models.records import layer_records
from cnnfigs.statistics import wilson

#: A design as the browser counts it, or null where it is refused in a sentence.
COUNT = """all => all.map(settings => {
    try {
        return cnn.design(settings);
    } catch (error) {
        if (!(error instanceof cnn.Refusal)) throw error;
        return null;
    }
})"""


@pytest.fixture
def scripts(tab):
    """A page with nothing but the explorer's scripts and data."""
    tab.goto("about:blank")
    for name in ("explorer.js", "arithmetic.js", "design.js"):
        tab.add_script_tag(path=SCRIPTS / name)
    tab.add_script_tag(content=designs_script())
    return tab


def drawn(count):
    """Draw designs, as their blocks, last and dense; some do not fit on a digit."""
    chance = random.Random(21)
    for _ in range(count):
        blocks = [
            Block(chance.choice([2, 4, 8, 16, 32, 64]), chance.choice([1, 3, 5, 7]), chance.choice([*LETTERS]))
            for _ in range(chance.randint(1, 4))
        ]
        yield tuple(blocks), chance.choice(["flatten", "global max"]), chance.choice([0, 16, 32, 64, 128])


def settings_of(blocks, last, dense):
    return {"blocks": ",".join(map(str, blocks)), "last": last, "dense": str(dense)}


def test_sizes_counts_and_fields_are_those_of_the_arithmetic_and_of_keras(scripts):
    cases = [*drawn(400)]
    answers = scripts.evaluate(COUNT, [settings_of(*case) for case in cases])
    refused = built = 0
    for case, answer in zip(cases, answers, strict=True):
        try:
            design = Design(*case)
        except ParameterError:
            assert answer is None, case
            refused += 1
            continue
        assert (answer["parameters"], answer["multiplyAdds"]) == (design.parameters, design.multiply_adds), case
        if built < 25:
            built += 1
            model = build(design)
            assert model.count_params() == design.parameters, case
            made = layer_records(model)
            assert [each.name for each in made[1:]] == [each.name for each in design.layers[1:]]
            assert [each.output_shape for each in made] == [each.output_shape for each in design.layers]
            fields = receptive_fields(made)
            ends = [layer for layer in made if layer.class_name.startswith(("Conv", "Max", "Average"))]
            for number, part in enumerate(answer["parts"], start=1):
                last = [layer for layer in ends if layer.name.endswith(f"_{number}")][-1]
                assert (part["size"], part["size"], part["channels"]) == last.output_shape
                assert (part["field"],) * 2 == fields[last.name].size
            assert answer["units"] == [layer.units for layer in made if layer.units]
    assert refused > 20
    assert built == 25


def recorded():
    """Every design of the grid off its record: its costs and how many images it read right."""
    found = {}
    for path in RECORDS.glob("design-*-seed_1-*.json"):
        record = json.loads(path.read_text("utf-8"))
        fields, outcome = record["trial"]["design"], record["outcome"]
        design = Design(tuple(Block(**block) for block in fields["blocks"]), fields["last"], fields["dense"])
        found[design] = {
            "parameters": outcome["parameters"],
            "multiplyAdds": sum(layer["output"] * layer["reads"] for layer in multiplications(design)),
            "home": outcome["test"]["right"],
            "moved": outcome["elsewhere"]["moved 4"]["right"],
        }
    return found


def multiplications(design):
    """How many numbers each layer with weights makes, and how many each of them is the sum of; on paper."""
    side, channels = 28, 1
    for block in design.blocks:
        side = (side - block.kernel_size) // block.strides + 1
        yield {"output": side * side * block.filters, "reads": block.kernel_size**2 * channels}
        channels = block.filters
        if "pooling" in block.downsampling:
            side //= 2
    inputs = channels * (side * side if design.last == "flatten" else 1)
    for units in [*[design.dense] * bool(design.dense), 10]:
        yield {"output": units, "reads": inputs}
        inputs = units


def test_par_and_front_are_what_a_search_of_the_records_finds(scripts):
    found = recorded()
    assert {*grid()} == {*found}
    for name, challenge in CHALLENGES.items():
        par = scripts.evaluate("name => cnn.par(cnn.designs.challenges[name])", name)
        best = SPELLED[challenge.best]
        upwards = best in ("home", "moved")
        ranked = sorted((numbers[best] for numbers in found.values()), reverse=upwards)
        limits = [(SPELLED[each], limit) for each, limit in challenge.most.items()]
        floors = [(SPELLED[each], limit) for each, limit in challenge.least.items()]
        for value in ranked:  # the first that some design within the limits has
            holders = [numbers for numbers in found.values() if numbers[best] == value]
            if any(all(n[k] <= v for k, v in limits) and all(n[k] >= v for k, v in floors) for n in holders):
                break
        assert par[best] == value, name
    for cost in ("parameters", "multiplyAdds"):
        for right in ("home", "moved"):
            front = scripts.evaluate("([cost, right]) => cnn.front(cost, right)", [cost, right])
            told = {(each[cost], each[right]) for each in front}
            every = {(numbers[cost], numbers[right]) for numbers in found.values()}
            beaten = {one for one in every if any(o != one and o[0] <= one[0] and o[1] >= one[1] for o in every)}
            assert told == every - beaten
            assert [each[cost] for each in front] == sorted(each[cost] for each in front)


def test_intervals_are_those_of_scipy(scripts):
    for right in (0, 1, 5_000, 9_712, 10_000):
        assert scripts.evaluate("right => cnn.wilson(right, 10000)", right) == pytest.approx(
            wilson(right, 10_000), abs=1e-7
        )


def test_the_code_to_copy_runs_in_keras_and_has_the_counts_shown(scripts, capsys):
    fitting = []
    for case in drawn(60):
        try:
            fitting.append((case, Design(*case)))
        except ParameterError:
            continue
    for case, design in fitting[:12]:
        code = scripts.evaluate("settings => cnn.designCode(settings)", settings_of(*case))
        names = {}
        exec(code, names)
        assert f"Total params: {design.parameters:,}" in capsys.readouterr().out
        shapes = [(type(each).__name__, each.output.shape) for each in names["model"].layers]
        assert shapes == [(type(each).__name__, each.output.shape) for each in build(design).layers]
        assert isinstance(names["model"].optimizer, keras.optimizers.Adam)
        assert max(map(len, code.splitlines())) <= 88


def test_on_the_page_the_code_is_copied_line_by_line_and_that_is_told_for_a_moment(open_explorer, capsys):
    """What the site has is minified: the scripts as they were written say nothing of it."""
    opened = open_explorer("design", "blocks=8k3p,16k3s&dense=32", load=True)
    opened.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.element.get_by_text("The code in Keras").click()
    told = opened.element.locator("details [role=status]")
    for _ in range(2):  # whoever copies it again hears it again
        opened.element.get_by_role("button", name="Copy the code").click()
        told.filter(has_text="Copied").wait_for()
        told.filter(has_not_text="Copied").wait_for(state="attached")
    code = opened.page.evaluate("navigator.clipboard.readText()")
    assert code == opened.element.locator("pre").text_content()
    exec(code, {})
    design = Design((Block(8, 3, "max pooling"), Block(16, 3, "strides")), "flatten", 32)
    assert f"Total params: {design.parameters:,}" in capsys.readouterr().out


def leftmost(opened):
    """The dot of the design that costs least."""
    dots = opened.element.locator("circle.best")
    places = dots.evaluate_all("all => all.map(dot => dot.cx.baseVal.value)")
    return dots.nth(places.index(min(places)))


def numbers(text):
    return [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?= parameters| multiply-adds)", text)]


def test_a_design_is_put_together_with_the_mouse(open_explorer):
    opened, alone = open_explorer("design", "blocks=8k3p"), Design((Block(8, 3, "max pooling"),))
    assert numbers(opened.told) == [alone.parameters, alone.multiply_adds]
    group = opened.element.get_by_role("group", name="Block 1")
    group.get_by_role("combobox", name="Filters").select_option("32")
    assert opened.state["blocks"] == "32k3p"
    assert "Not trained" in opened.told
    assert "%" not in opened.told
    opened.element.get_by_role("button", name="Go to the nearest trained design").click()
    assert re.search(r"it reads", opened.told)
    assert opened.state["blocks"] in ("4k3p", "8k3p", "16k3p")
    opened.element.get_by_role("button", name="Add a block").click()
    assert opened.state["blocks"].count("k") == 2
    assert opened.element.get_by_role("group", name="Block 2").is_visible()
    opened.element.get_by_role("button", name="Remove the last").click()
    opened.choose("Dense units", "32")
    assert opened.state["dense"] == "32"
    # A dot far from all others, that of the fewest parameters, is pressed.
    dot = leftmost(opened)
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    least = min(grid(), key=lambda design: design.parameters)
    assert numbers(opened.told)[0] == least.parameters


def test_challenges_say_par_and_how_the_design_does(open_explorer):
    opened = open_explorer("design", "blocks=4k3&dense=32")
    task = opened.element.locator(".task")
    opened.control("Challenge").select_option("small")
    assert (opened.state["cost"], opened.state["right"]) == ("parameters", "in place")
    assert CHALLENGES["small"].words in task.inner_text()
    assert "breaks the rule" in task.inner_text()
    for name in CHALLENGES:
        opened.control("Challenge").select_option(name)
        par = opened.element.evaluate("(_, name) => cnn.par(cnn.designs.challenges[name]).settings", name)
        opened.element.evaluate("(element, settings) => element.change(settings)", par)
        assert task.inner_text().endswith("Yours reaches par.")
    assert opened.state["right"] == "moved"


def test_a_block_that_does_not_fit_is_refused_by_its_number(open_explorer):
    opened = open_explorer("design", "blocks=8k3p,8k3p,8k5")
    before = opened.state
    opened.element.get_by_role("group", name="Block 3").get_by_role("combobox", name="Kernel").select_option("7")
    assert opened.complaint.startswith("Block 3: A window that spans 7 cells does not fit on 5")
    assert opened.state == before


def test_the_chart_by_keyboard_and_on_a_phone(open_explorer):
    opened = open_explorer("design", viewport=PHONE, has_touch=True, is_mobile=True)
    chart = opened.element.get_by_role("img", name=re.compile(r"^\d+ trained designs by their parameters"))
    chosen = opened.control("The best for their costs")
    chosen.focus()
    texts = chosen.locator("option").all_inner_texts()
    opened.page.keyboard.press("End")
    opened.page.wait_for_function(
        "([element, told]) => element.shadowRoot.querySelector('.told').textContent.includes(told)",
        arg=[opened.element.element_handle(), texts[-1].partition(":")[0]],
    )
    assert f"Yours: {texts[-1]}" in chart.get_attribute("aria-label")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    dot = leftmost(opened)
    dot.scroll_into_view_if_needed()
    box = dot.bounding_box()
    opened.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert numbers(opened.told)[0] == min(design.parameters for design in grid())


def test_every_end_of_the_grid_can_be_chosen(open_explorer):
    opened = open_explorer("design", "blocks=8k3p,8k3p")
    for last, dense in ENDS:
        opened.element.evaluate("(element, wanted) => element.change(wanted)", {"last": last, "dense": str(dense)})
        assert "it reads" in opened.told
