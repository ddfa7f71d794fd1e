"""The explorer of the reader's own photo, against Keras, and operated as readers do."""

import io
import re
from functools import cache

import keras
import numpy as np
import pytest
from checks import PHONE, run_axe
from exploring import wait_until
from PIL import Image

from cnnfigs.arithmetic.receptive import receptive_region
from cnnfigs.data import blood_cells, cat_photo
from cnnfigs.explorers.registry import SEEING_MORE
from cnnfigs.models.imagenet import fitted, mobilenet_v2, network_input
from cnnfigs.models.records import layer_records

#: What a number of a map may be off by, of the largest of its layer.
TOLERANCE = 1e-3

NAME = "own-photo"
#: That the maps of the photo are there that was opened last.
READY = "([element]) => Boolean(element.photo?.network && element.shown?.network === element.photo.network)"
POST = """async (element, layers) => {
    const {network, pixels} = element.photo;
    const maps = layers.map(name => network.values[network.layers.findIndex(each => each.name === name)]);
    await fetch("/numbers", {method: "POST", body: new Blob([network.values[0], pixels, ...maps])});
}"""


@cache
def pictures():
    """The cat, a blood smear, and a part of another, upright: at sizes that the network gets as they are."""
    first, second = blood_cells.part("test")[:2]
    upright = blood_cells.photo(second)[:, 100:400]
    return {name: fitted(photo) for name, photo in (
        ("cat", cat_photo()), ("smear", blood_cells.photo(first)), ("upright", upright),
    )}  # fmt: skip


def png(photo):
    content = io.BytesIO()
    Image.fromarray(photo).save(content, "PNG")
    return {"name": "photo.png", "mimeType": "image/png", "buffer": content.getvalue()}


def ready(opened):
    opened.page.wait_for_function(READY, arg=[opened.element.element_handle()])


def look_inside(opened):
    opened.element.get_by_role("button", name="Look inside").click()
    ready(opened)


def show(opened, photo):
    opened.element.locator("input[type=file]").set_input_files(png(photo))
    sides = "([element, [height, width]]) => element.photo.height === height && element.photo.width === width"
    opened.page.wait_for_function(sides, arg=[opened.element.element_handle(), [*photo.shape[:2]]])
    ready(opened)


@pytest.mark.parametrize("picture", ["cat", "smear", "upright"])
def test_maps_are_those_of_keras(open_explorer, picture):
    """Of the same pixels, which are the file's own; and so is what the network gets."""
    photo = pictures()[picture]
    model = mobilenet_v2(*photo.shape[:2])
    read = network_input(photo[np.newaxis])
    outputs = keras.Model(model.inputs, [model.get_layer(name).output for name in SEEING_MORE])([read])
    opened = open_explorer(NAME, load=True)
    show(opened, photo)
    posted = []

    def take(route):
        posted.append(route.request.post_data_buffer)
        route.fulfill(body="")

    opened.page.route("**/numbers", take)
    opened.element.evaluate(POST, list(SEEING_MORE))
    (content,) = posted
    ends = np.cumsum([4 * photo.size, 4 * photo.shape[0] * photo.shape[1], *(4 * np.size(maps) for maps in outputs)])
    assert ends[-1] == len(content)
    inputs, pixels, *maps = (content[start:end] for start, end in zip([0, *ends], ends, strict=False))
    np.testing.assert_array_equal(np.frombuffer(pixels, np.uint8).reshape(*photo.shape[:2], 4)[..., :3], photo)
    np.testing.assert_allclose(np.frombuffer(inputs, "<f4").reshape(photo.shape), read[0], atol=1e-6)
    for name, ours, theirs in zip(SEEING_MORE, maps, map(np.asarray, outputs), strict=True):
        apart = np.abs(np.frombuffer(ours, "<f4").reshape(theirs.shape) - theirs).max()
        assert apart <= TOLERANCE * theirs.max(), f"{name} is off by {apart:.2g} of {theirs.max():.2g}"
    # The strongest place of a map is where Keras has it, and the places that follow are weaker and apart.
    layer, channel = SEEING_MORE[4], 7
    opened.set(f"layer={layer}&map={channel}")
    expected = np.asarray(outputs[4])[0, ..., channel]
    places = opened.element.evaluate("element => element.shown.places")
    values, off = expected.ravel()[places], 2 * TOLERANCE * expected.max()
    assert values[0] >= expected.max() - off
    assert (np.diff(values) <= off).all()
    rows, columns = np.divmod(places, expected.shape[1])
    distances = np.maximum(np.abs(rows[:, np.newaxis] - rows), np.abs(columns[:, np.newaxis] - columns))
    assert distances[~np.eye(len(places), dtype=bool)].min() >= 2


FRAME = """({shadowRoot}) => ["y", "x", "height", "width"]
    .map(name => Number(shadowRoot.querySelector(".input .chosen").getAttribute(name)))"""


def test_the_frame_is_what_the_unit_can_see(open_explorer):
    """In every layer, in the corners and in the middle: by the arithmetic of the network's own layers in Keras."""
    opened = open_explorer(NAME)
    look_inside(opened)
    records = layer_records(mobilenet_v2(*fitted(cat_photo()).shape[:2]))
    shapes = {record.name: record.output_shape for record in records}
    for layer in SEEING_MORE:
        rows, columns, _ = shapes[layer]
        for row, column in ((0, 0), (rows // 2, columns // 3), (rows - 1, columns - 1)):
            shares = [round(1000 * place / (count - 1)) for place, count in ((row, rows), (column, columns))]
            opened.set(f"layer={layer}&map=3&row={shares[0]}&column={shares[1]}")
            down, across = receptive_region(records, (row, column), layer)
            assert opened.element.evaluate(FRAME) == [down.start, across.start, len(down), len(across)], layer
            assert f"row {row}, column {column}: " in opened.told
            assert (
                f"rows {down.start} to {down.stop - 1} and columns {across.start} to {across.stop - 1}" in opened.told
            )


def test_weights_come_when_they_are_asked_for_and_nothing_leaves(open_explorer):
    opened = open_explorer(NAME, load=True)
    asked = []
    opened.page.on("request", lambda request: asked.append(request.url))
    wait_until(opened.page, lambda: "weights" in opened.told)
    assert asked == []
    look_inside(opened)
    assert [re.sub(r".*/|\?.*", "", url) for url in asked] == ["first-blocks.js"]
    asked.clear()
    show(opened, pictures()["upright"])
    opened.element.get_by_role("button", name="The cat again").click()
    opened.page.wait_for_function(
        "([element]) => element.photo.name === 'The cat'", arg=[opened.element.element_handle()]
    )
    ready(opened)
    assert asked == []


def test_a_link_to_a_layer_asks_for_its_maps_and_an_address_does_not(open_explorer):
    opened = open_explorer(NAME, "layer=Conv1_relu&map=2", load=True)
    asked = []
    wait_until(opened.page, lambda: "weights" in opened.told)
    opened.page.on("request", lambda request: "/explorers/" in request.url and asked.append(request.url))
    opened.page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert asked == []
    opened.set("layer=block_1_depthwise_relu")
    ready(opened)
    assert [re.sub(r".*/|\?.*", "", url) for url in asked] == ["first-blocks.js"]


def test_weights_that_do_not_come_are_told_and_asked_for_again(open_explorer):
    opened = open_explorer(NAME, load=True)
    opened.page.evaluate(
        "() => { const need = cnn.load; cnn.load = () => { cnn.load = need; return Promise.reject(); }; }"
    )
    opened.element.get_by_role("button", name="Look inside").click()
    opened.element.locator(".complaint:not(:empty)").wait_for()
    assert "did not come" in opened.complaint
    look_inside(opened)
    assert opened.complaint == ""


def test_the_address_has_layer_and_map_and_no_photo(open_explorer):
    opened = open_explorer(NAME, "layer=block_1_depthwise_relu&map=40", load=True)
    look_inside(opened)
    assert opened.told.startswith("Map 40 of block 1, in Keras block_1_depthwise_relu: ")
    show(opened, pictures()["upright"])
    assert opened.told.startswith("Map 40 of block 1, ")
    link = opened.element.evaluate("element => element.link")
    assert link.endswith("#explore-own-photo?layer=block_1_depthwise_relu&map=40")
    opened.set("layer=Conv1_relu&map=32")
    assert opened.complaint == "Map: expected 0 to 31, got 32."
    assert opened.state["map"] == 40


def test_by_mouse_from_map_to_map_and_from_place_to_place(open_explorer):
    opened = open_explorer(NAME)
    look_inside(opened)
    opened.element.get_by_role("button", name="Next map").click()
    assert opened.state["map"] == 86
    assert opened.told.startswith("Map 86 of block 3, ")
    pieces = opened.element.locator(".pieces button")
    assert pieces.count() == 6
    pieces.nth(2).click()
    assert pieces.nth(2).get_attribute("aria-pressed") == "true"
    assert opened.element.evaluate("element => element.shown.cell === element.shown.places[2]")
    # A click on the photo, in the middle of what another unit sees.
    photo = opened.element.locator(".input .view")
    box = photo.bounding_box()
    photo.click(position={"x": box["width"] / 2, "y": box["height"] / 4})
    top, left, height, width = opened.element.evaluate(FRAME)
    assert top + (height - 1) / 2 == pytest.approx(224 / 4, abs=4.5)
    assert left + (width - 1) / 2 == pytest.approx(352 / 2, abs=4.5)


def test_by_keyboard_and_what_is_heard(open_explorer):
    opened = open_explorer(NAME)
    wait_until(opened.page, lambda: "weights" in opened.told)
    opened.listen()
    opened.element.get_by_role("button", name="Look inside").focus()
    keyboard = opened.page.keyboard
    keyboard.press("Enter")
    ready(opened)
    first, second = opened.heard
    assert first == "The cat goes through the network."
    unit = r"row \d+, column \d+: [\d.]+, its strongest\. This unit sees .*"
    sentence = rf"Map \d+ of block 3, in Keras block_3_depthwise_relu: {unit}"
    assert re.fullmatch(sentence, second)
    opened.element.get_by_role("grid", name="All maps of the layer").get_by_role("gridcell").focus()
    for key in ("PageUp", "Home", "ArrowDown"):
        keyboard.press(key)
    assert opened.state["map"] == 12, "144 maps stand in 12 rows"
    assert opened.heard[-1].startswith("Map 12 of block 3, ")
    opened.element.get_by_role("grid", name="The chosen map").get_by_role("gridcell").focus()
    before = opened.element.evaluate("element => element.shown.cell")
    keyboard.press("ArrowLeft" if before % 45 else "ArrowRight")
    assert abs(opened.element.evaluate("element => element.shown.cell") - before) == 1
    assert len(opened.heard) == 1


def test_a_photo_is_dropped_or_pasted_and_what_is_none_is_told(open_explorer):
    opened = open_explorer(NAME)
    give = """async (element, [way, kind, bytes]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([new Uint8Array(bytes)], "a", {type: kind}));
        const more = {bubbles: true, cancelable: true, composed: true};
        if (way === "drop") element.root.dispatchEvent(new DragEvent("drop", {...more, dataTransfer}));
        else document.dispatchEvent(new ClipboardEvent("paste", {...more, clipboardData: dataTransfer}));
    }"""
    for way, side in (("drop", 225), ("paste", 257)):
        content = png(np.full((225, side, 3), 90, np.uint8))["buffer"]
        opened.element.evaluate(give, [way, "image/png", [*content]])
        sides = "([element, width]) => element.photo.name === 'Your photo' && element.photo.width === width"
        opened.page.wait_for_function(sides, arg=[opened.element.element_handle(), side])
        ready(opened)
    opened.element.evaluate(give, ["drop", "text/plain", [1, 2, 3]])
    opened.element.locator(".complaint:not(:empty)").wait_for()
    assert opened.complaint.startswith("This file is no picture that the browser can read")
    ready(opened)


def test_it_is_made_as_large_as_in_python(open_explorer):
    opened = open_explorer(NAME)
    for rows, columns in ((300, 451), (90, 20), (64, 64), (50, 71), (1000, 3000)):
        opened.element.locator("input[type=file]").set_input_files(png(np.zeros((rows, columns, 3), np.uint8)))
        height, width, _ = fitted(np.zeros((rows, columns, 3), np.uint8)).shape
        sides = "([element, height, width]) => element.photo.height === height && element.photo.width === width"
        opened.page.wait_for_function(sides, arg=[opened.element.element_handle(), height, width])


REFUSALS = {
    "NotAllowedError": "The camera was not allowed. Choose a photo instead.",
    "NotFoundError": "The camera is missing. Choose a photo instead.",
    "NotReadableError": "The camera gives no picture. Choose a photo instead.",
    "": "The camera needs an address with https. Choose a photo instead.",
}


def test_a_camera_that_is_refused_or_absent_is_told(open_explorer):
    opened = open_explorer(NAME, load=True)
    for name, sentence in REFUSALS.items():
        opened.page.evaluate(
            """name => Object.defineProperty(navigator, "mediaDevices", {configurable: true, value: name
                ? {getUserMedia: () => Promise.reject(new DOMException("", name))} : undefined})""",
            name,
        )
        opened.element.evaluate("element => element.complain('')")
        opened.element.get_by_role("button", name="Camera", exact=True).click()
        opened.element.locator(".complaint:not(:empty)").wait_for()
        assert opened.complaint == sentence


def test_a_picture_is_taken_and_the_camera_closed(open_explorer):
    opened = open_explorer(NAME, load=True)
    opened.page.evaluate(
        """() => {
            const canvas = Object.assign(document.createElement("canvas"), {width: 640, height: 480});
            const paper = canvas.getContext("2d");
            const paint = () => { paper.fillStyle = "rgb(200, 30, 30)"; paper.fillRect(0, 0, 640, 480); };
            setInterval(paint, 30);
            const getUserMedia = async () => (window.stream = canvas.captureStream(30));
            Object.defineProperty(navigator, "mediaDevices", {value: {getUserMedia}});
        }"""
    )
    opened.element.evaluate("element => element.complain('The camera was not allowed.')")
    camera = opened.element.get_by_role("button", name="Camera", exact=True)
    camera.click()
    take = opened.element.get_by_role("button", name="Take the picture")
    take.wait_for()
    assert opened.complaint == "", "what was tried before is over"
    # Closed by keyboard, the focus stays there.
    opened.element.get_by_role("button", name="Close the camera").press("Enter")
    assert camera.evaluate("button => button.matches(':focus')")
    assert not opened.element.locator("video").is_visible()
    camera.press("Enter")
    take.wait_for()
    assert opened.element.locator("video").is_visible()
    assert opened.element.locator(".input .heading").inner_text() == "What the camera sees"
    take.click()
    ready(opened)
    assert not opened.element.locator("video").is_visible()
    assert opened.element.locator(".input .heading").inner_text() == "The photo, as the network gets it"
    assert opened.page.evaluate("stream.getTracks().every(each => each.readyState === 'ended')")
    height, width, pixel = opened.element.evaluate(
        "({photo}) => [photo.height, photo.width, [...photo.pixels.slice(0, 3)]]"
    )
    assert (height, width) == fitted(np.zeros((480, 640, 3), np.uint8)).shape[:2]
    np.testing.assert_allclose(pixel, [200, 30, 30], atol=12)
    opened.element.get_by_role("button", name="The cat again").press("Enter")
    opened.page.wait_for_function(
        "([element]) => element.photo.name === 'The cat'", arg=[opened.element.element_handle()]
    )
    assert camera.evaluate("button => button.matches(':focus')"), "that button is gone, so the one beside it has it"


def test_on_a_phone_numbers_stay_in_their_buttons(open_explorer):
    opened = open_explorer(NAME, viewport=PHONE, has_touch=True, is_mobile=True)
    look_inside(opened)
    outside = opened.element.locator(".pieces button").evaluate_all(
        """pieces => pieces.map(piece => {
            const words = document.createRange();
            words.selectNodeContents(piece.lastChild);
            return words.getBoundingClientRect().bottom - piece.getBoundingClientRect().bottom + 1; // its border
        })"""
    )
    assert len(outside) == 6
    assert max(outside) <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_once_maps_are_there(open_explorer, theme):
    opened = open_explorer(NAME, color_scheme=theme, viewport=PHONE)
    look_inside(opened)
    found = run_axe(opened.page, {"include": [[f"cnn-{NAME}"]]})
    assert [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]] == []
