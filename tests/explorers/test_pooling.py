"""The pooling explorer, operated as readers do."""

import keras
import numpy as np
from checks import PHONE
from PIL import Image

from cnnfigs.data import mnist
from cnnfigs.explorers.inputs import DIGIT
from cnnfigs.models.weights import load

AS_KERAS = {
    "": keras.layers.MaxPooling2D(2),
    "way=average": keras.layers.AveragePooling2D(2),
    "way=pick+one&strides=3": keras.layers.MaxPooling2D(1, strides=3),
    "padding=same&pool_size=3&size=7": keras.layers.MaxPooling2D(3, strides=2, padding="same"),
    "way=average&padding=same&pool_size=3&size=7&strides=1": keras.layers.AveragePooling2D(3, 1, padding="same"),
    "picture=digit&size=9&strides=4": keras.layers.MaxPooling2D(2, strides=4),
}


def test_the_output_is_that_of_keras(open_explorer):
    opened = open_explorer("pooling")
    for settings, layer in AS_KERAS.items():
        opened.set(settings)
        assert opened.complaint == ""
        made = np.asarray(layer(np.array(opened.values("input"), dtype="float32")[np.newaxis, ..., np.newaxis]))
        assert np.allclose(opened.values("output"), made[0, ..., 0], atol=0.0051), settings  # two decimals are told


def trained_map(down=0, right=0):
    """The map of the convnet that answers most strongly to the digit, as the explorer rounds it."""
    image = np.roll(mnist().x_test[DIGIT], (down, right), axis=(0, 1)) / 255
    maps = np.asarray(load("convnet").get_layer("conv2d_1")(image[np.newaxis, ..., np.newaxis]))[0]
    return maps[..., maps.max(axis=(0, 1)).argmax()]


def test_the_map_is_that_of_the_trained_network_and_moves_with_the_digit(open_explorer):
    opened = open_explorer("pooling", "size=26")
    still = opened.values("input")
    assert np.allclose(still, trained_map(), atol=0.0501)
    opened.set("size=26&down=2&right=-1")
    moved = opened.values("input")
    assert np.allclose(moved, trained_map(2, -1), atol=0.0501)
    changed = int((np.array(still) != np.array(moved)).sum())
    assert f"The move changes {changed} of 676 numbers of the input" in opened.element.locator(".formula").inner_text()


def test_arrows_move_the_digit_as_far_as_they_may(open_explorer):
    opened = open_explorer("pooling")
    right = opened.element.get_by_role("button", name="Move the digit right")
    before = opened.values("input")
    for _ in range(4):
        right.press("Enter")
    assert opened.state["right"] == 4
    assert [row[4:] for row in opened.values("input")] != [row[4:] for row in before]
    assert [row[4:] for row in opened.values("input")] == [row[:-4] for row in before]
    assert right.is_disabled()
    right.press("Enter")
    assert opened.complaint == ""
    assert opened.state["right"] == 4
    assert opened.element.get_by_role("button", name="Move the digit left").is_enabled()


def test_each_place_says_what_it_keeps(open_explorer):
    opened = open_explorer("pooling", "picture=digit")
    image = np.array(opened.values("input"))
    opened.cell("output", 2, 3).hover()
    window = image[4:6, 6:8]
    numbers = [f"{value:g}" for value in window.flat]
    assert opened.told == f"row 2, column 3: {window.max():g} is the largest of {', '.join(numbers)}"
    opened.choose("Keep", "average")
    mean = f"{round(window.mean(), 2):g}"
    assert opened.told == f"row 2, column 3: {mean} = ({' + '.join(numbers)}) / 4"
    opened.choose("Keep", "pick one")
    assert opened.told.startswith(f"row 2, column 3: {window[0, 0]:g}, which is picked; 3 of 4 numbers")
    assert opened.control("Window").is_disabled()


def test_by_touch_on_a_phone(open_explorer):
    opened = open_explorer("pooling", viewport=PHONE, has_touch=True, is_mobile=True)
    opened.element.get_by_role("button", name="Move the digit up").tap()
    assert opened.state["down"] == -1
    opened.cell("output", 3, 3).tap()
    assert opened.told.startswith("row 3, column 3: ")


def test_a_window_that_does_not_fit_is_refused(open_explorer):
    opened = open_explorer("pooling")
    before = opened.state
    opened.set("size=3&pool_size=5")
    assert opened.complaint == "A window that spans 5 cells does not fit on 3: the output would be empty."
    assert opened.state == before


def test_a_picture_of_the_readers_is_pooled_and_can_be_taken_again(open_explorer, tmp_path):
    opened = open_explorer("pooling")
    pictures = opened.element.get_by_role("radiogroup", name="Input")
    assert pictures.get_by_role("radio").count() == 2, "there is none yet"
    file = tmp_path / "grey.png"
    Image.new("L", (60, 60), 102).save(file)
    with opened.page.expect_file_chooser() as asked:
        opened.element.get_by_text("Your picture").click()
    asked.value.set_files(file)
    pictures.get_by_role("radio", name="upload").wait_for()
    assert opened.values("output") == [[0.4] * 4] * 4
    opened.choose("Input", "map")
    assert opened.values("output") != [[0.4] * 4] * 4
    opened.choose("Input", "upload")
    assert opened.values("output") == [[0.4] * 4] * 4
