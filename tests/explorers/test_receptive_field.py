"""The explorer of receptive fields, operated as readers do."""

import re

import keras
import numpy as np
import pytest
from checks import PHONE

from cnnfigs.arithmetic.receptive import receptive_fields
from cnnfigs.explorers.stacks import KNOWN, OURS
from cnnfigs.models.networks import build
from cnnfigs.models.records import layer_records
from cnnfigs.runs.windows.published_fields import PUBLISHED


def rows(opened):
    """Read the table: what stands in each row behind the layer's name."""
    cells = opened.element.get_by_role("table", name="Layers").evaluate(
        "table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return [
        (name, int(places.split("×")[0]), int(sees.split("×")[0]), int(jump), int(start.replace("−", "-")))
        for name, places, sees, jump, start in cells
    ]


def windows_of(model):
    """Give the map's size and the field behind each layer of a Keras model that has a window wider than one cell."""
    records = layer_records(model)
    fields = receptive_fields(records)
    return [
        (record.output_shape[0], fields[record.name].size[0], fields[record.name].jump[0], fields[record.name].start[0])
        for record in records
        if record.kernel_size and max(*record.kernel_size, *record.strides) > 1
    ]


def lenet5():
    """The windows of LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998, figure 2) as plain layers."""
    layers = keras.layers
    first, second, third = (layers.Conv2D(filters, 5) for filters in (6, 16, 120))
    stack = [layers.ZeroPadding2D(2), first, layers.AveragePooling2D(2), second, layers.AveragePooling2D(2), third]
    return keras.Sequential([keras.Input((28, 28, 1)), *stack])


@pytest.mark.parametrize("name", OURS)
def test_the_tutorials_networks_see_what_python_says(open_explorer, name):
    opened = open_explorer("receptive-field")
    opened.control("Network").select_option(name)
    assert [row[1:] for row in rows(opened)] == windows_of(lenet5() if name == "lenet5" else build(name))


def test_vgg16_sees_layer_by_layer_what_keras_own_model_does(open_explorer):
    opened = open_explorer("receptive-field")
    opened.control("Network").select_option("VGG16")
    model = keras.applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
    assert [row[1:] for row in rows(opened)] == windows_of(model)


def test_well_known_networks_see_what_is_published(open_explorer):
    """The last sizes are those of Araujo, Norris and Sim (2019)."""
    published = {"AlexNet": 195, "VGG16": PUBLISHED["VGG16"], "ResNet50": 483, "MobileNet": PUBLISHED["MobileNet"]}
    assert published.keys() == KNOWN.keys()
    opened = open_explorer("receptive-field")
    found = {}
    for name in published:
        opened.control("Network").select_option(name)
        assert opened.complaint == ""
        found[name] = rows(opened)[-1][2]
    assert found == published


def test_a_stack_is_built_and_taken_down_by_keyboard(open_explorer):
    opened = open_explorer("receptive-field", "layers=c3")
    keyboard = opened.page.keyboard
    opened.element.get_by_role("button", name="Add a layer").focus()
    keyboard.press("Enter")
    assert [row[2] for row in rows(opened)] == [3, 5]
    assert opened.control("Network").input_value() == "own"
    opened.control("Strides").focus()
    keyboard.press("ArrowDown")
    keyboard.press("Shift+Tab")
    keyboard.press("ArrowUp")
    assert rows(opened)[-1] == ("2 convolution 2×2, strides 2", 13, 4, 2, 0)
    opened.element.locator("tbody").get_by_role("radio").last.focus()
    keyboard.press("ArrowUp")
    assert opened.state["layer"] == 1
    assert opened.told.startswith("layer 1, unit in row 13, column 13 of 26×26: sees rows 13 to 15")
    remove = opened.element.get_by_role("button", name="Remove")
    remove.press("Enter")
    assert rows(opened) == [("1 convolution 2×2, strides 2", 14, 2, 2, 0)]
    assert remove.is_disabled(), "one layer must be left"
    remove.press("Enter")
    assert len(rows(opened)) == 1


def test_a_long_table_keeps_its_headings_and_moves_only_where_it_must(open_explorer):
    opened = open_explorer("receptive-field")
    opened.control("Network").select_option("ResNet50")
    scroll = opened.element.locator(".scroll")

    def within(locator, top="scroll.top"):
        return locator.evaluate(
            f"""element => {{
                const box = each => each.getBoundingClientRect();
                const table = element.closest("table");
                const [scroll, head, found] = [box(table.parentElement), box(table.querySelector("th")), box(element)];
                return found.top >= {top} - 1 && found.bottom <= scroll.bottom + 1;
            }}"""
        )

    headings = opened.element.get_by_role("columnheader", name="jump")
    radios = opened.element.locator("tbody").get_by_role("radio")
    assert within(headings)
    assert within(radios.last, "head.bottom")
    before = scroll.evaluate("element => element.scrollTop")
    assert before > 0
    in_view = radios.count() - 3  # pressed by script, since Playwright may scroll before it presses
    radios.nth(in_view).evaluate("element => { element.focus({ preventScroll: true }); element.click(); }")
    assert opened.state["layer"] == in_view + 1
    assert scroll.evaluate("element => element.scrollTop") == before, "a row that is in view stays where it is"
    for _ in range(in_view):
        opened.page.keyboard.press("ArrowUp")
    assert opened.state["layer"] == 1
    assert within(headings)
    assert within(radios.first, "head.bottom")


@pytest.mark.parametrize("network", ["convnet", "lenet5", *KNOWN])
def test_the_fields_of_lower_layers_lie_in_the_one_that_is_shown(open_explorer, network):
    """At every depth and for units at the edges too: a unit sees nothing that the one it feeds does not."""
    opened = open_explorer("receptive-field")
    opened.control("Network").select_option(network)
    layers = len(rows(opened))
    boxes = opened.element.evaluate(
        """(element, layers) => Array.from({length: layers * 9}, (_, at) => {
            const [row, column] = [at % 3, Math.floor(at / 3) % 3].map(third => third * 500);
            element.change({layer: Math.floor(at / 9) + 1, row, column});
            return [...element.shadowRoot.querySelectorAll("svg > rect[stroke*=kernel]")].map(rect =>
                ["x", "y", "width", "height"].map(name => Number(rect.getAttribute(name))));
        })""",
        layers,
    )
    assert [len(each) for each in boxes[::9]] == list(range(1, layers + 1))
    for *lower, (left, top, width, height) in boxes:
        for x, y, across, down in lower:
            assert left <= x
            assert top <= y
            assert x + across <= left + width
            assert y + down <= top + height


def test_sliders_choose_the_unit(open_explorer):
    opened = open_explorer("receptive-field")
    row = opened.element.get_by_role("slider", name="Row")
    row.press("Home")
    assert opened.told == "layer 5, unit in row 0, column 1 of 3×3: sees rows 0 to 17 and columns 4 to 21"
    row.press("ArrowRight")
    row.press("ArrowRight")
    assert opened.told.startswith("layer 5, unit in row 2, column 1 of 3×3: sees rows 8 to 25")
    assert row.get_attribute("aria-valuetext") == "2, of 0 to 2"


def test_a_field_may_hang_over_the_edge(open_explorer):
    opened = open_explorer("receptive-field", "layers=c5same,c5same&row=0&column=1000")
    assert opened.told == (
        "layer 2, unit in row 0, column 27 of 28×28: sees rows −4 to 4 and columns 23 to 31, over the edge of the image"
    )


@pytest.mark.parametrize("phone", [False, True], ids=["mouse", "touch"])
def test_pointing_at_the_image_chooses_the_unit_there(open_explorer, phone):
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {}
    opened = open_explorer("receptive-field", "layers=c3", **options)
    picture = opened.element.locator(".explorer svg[role=img]")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    place = {"x": box["width"] * 0.25, "y": box["height"] * 0.75}
    if phone:
        picture.tap(position=place)
    else:
        picture.click(position=place)
    # A margin of two parts in a hundred is around the 28 pixels.
    row, column = ((share * 1.04 - 0.02) * 28 for share in (0.75, 0.25))
    assert opened.told.startswith(f"layer 1, unit in row {round(row - 1.5)}, column {round(column - 1.5)} of 26×26")


def test_layers_that_do_not_fit_are_refused(open_explorer):
    opened = open_explorer("receptive-field")
    before = rows(opened)
    opened.set("layers=c11s4,c11s4")
    assert opened.complaint == "Layer 2: A window that spans 11 cells does not fit on 5: the output would be empty."
    assert rows(opened) == before
    for nonsense in ("c", "x3", "c3,", "c3 p2", "c999", ",".join(["c1"] * 41)):
        opened.set(f"layers={nonsense}")
        assert opened.complaint.startswith("Layers: expected up to 40 layers "), nonsense


@pytest.mark.parametrize("layers", ["c3d4", "c3,c3d2", "c3d2,c3d2", "c3d2same,p2s2,c3d3", "c1s2,c3", "c3,p2s2,c3"])
def test_the_pixels_that_are_drawn_are_those_with_a_gradient_in_keras(open_explorer, layers):
    """Between them are gaps, which no weight reaches: each pixel that a unit reads has a gradient, and no other."""
    opened = open_explorer("receptive-field", f"layers={layers}")
    stack = []
    for text in layers.split(","):
        kind, size, strides, dilation, padding = re.fullmatch(r"([cp])(\d)(?:s(\d))?(?:d(\d))?(same)?", text).groups()
        more = {"strides": int(strides or 1), "padding": padding or "valid"}
        if kind == "c":
            ones = {"kernel_initializer": "ones", "dilation_rate": int(dilation or 1)}
            stack.append(keras.layers.Conv2D(1, int(size), **ones, **more))
        else:
            stack.append(keras.layers.AveragePooling2D(int(size), **more))
    model = keras.Sequential([keras.Input((28, 28, 1)), *stack])
    for row, column in ((500, 500), (0, 1000)):
        opened.set(f"layers={layers}&row={row}&column={column}")
        unit = [int(number) for number in re.findall(r"row (\d+), column (\d+) of", opened.told)[0]]
        gradient = np.abs(np.asarray(input_gradient(model, unit))) > 0
        drawn = np.zeros((28, 28), dtype=bool)
        boxes = opened.element.evaluate(DRAWN)
        for x, y, width, height in boxes:
            drawn[max(y, 0) : y + height, max(x, 0) : x + width] = True
        np.testing.assert_array_equal(drawn, gradient)
        told = re.search(r"it reads ([\d,]+) pixels", opened.told)
        assert (told is not None) == (len(boxes) > 1)
        if told:
            assert int(told[1].replace(",", "")) == gradient.sum()


#: The boxes of what the chosen unit reads, in pixels.
DRAWN = """({shadowRoot}) => {
    const pixels = shadowRoot.querySelector("svg > path[stroke*=kernel]");
    const numbers = text => text.match(/-?\\d+/g).map(Number);
    if (pixels) return pixels.getAttribute("d").split("M").slice(1).map(numbers).map(box => box.slice(0, 4));
    const frame = [...shadowRoot.querySelectorAll("svg > rect[stroke*=kernel]")].at(-1);
    return [["x", "y", "width", "height"].map(name => Number(frame.getAttribute(name)))];
}"""


def input_gradient(model, unit):
    import tensorflow as tf

    image = tf.Variable(tf.ones((1, 28, 28, 1)))

    # Compiled, so that no gradient of a kernel is computed: of 1×1 with strides 2 it now and then ends the process.
    @tf.function
    def gradient():
        with tf.GradientTape() as tape:
            value = model(image)[0, unit[0], unit[1], 0]
        return tape.gradient(value, image)

    return gradient()[0, ..., 0]


def test_a_second_finger_chooses_nothing(open_explorer):
    opened = open_explorer("receptive-field", "layers=c3", viewport=PHONE, has_touch=True, is_mobile=True)
    picture = opened.element.locator(".explorer svg[role=img]")
    picture.scroll_into_view_if_needed()
    opened.come_to_rest()
    box = picture.bounding_box()
    finger = opened.page.context.new_cdp_session(opened.page)

    def send(kind, *shares):
        points = [
            {"x": box["x"] + share * box["width"], "y": box["y"] + share * box["height"], "id": at}
            for at, share in enumerate(shares)
        ]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0.3)
    before = opened.told
    send("touchStart", 0.3, 0.8)
    send("touchMove", 0.3, 0.9)
    send("touchEnd")
    assert opened.told == before
