"""The strip that says where in the network a page is: its layers are the convnet's, and the right ones are lit."""

import json
import logging
from pathlib import Path

import pytest
from lxml import html

from cnnfigs.models import weights
from cnnfigs.sphinxext.site import here

PAGES = sorted(Path(__file__).parents[3].glob("docs/*.md"))
#: Straight from the file that ships, read by nothing of ours.
LAYERS = json.loads((weights.WEIGHTS / "convnet.json").read_text())["layers"]


def groups(about):
    return html.fragment_fromstring(here.strip(about)).findall("svg/g")


@pytest.mark.parametrize("kind", ["InputLayer", "Conv2D", "MaxPooling2D", "Flatten", "Dense"])
def test_the_layers_of_a_kind_are_lit_and_counted(kind):
    lit = [number for number, group in enumerate(groups([kind])) if group.get("class") == "lit"]
    assert lit == [number for number, layer in enumerate(LAYERS) if layer["class_name"] == kind]
    said = html.fragment_fromstring(here.strip([kind])).findtext("span")
    if kind != "InputLayer":
        assert all(f"{number}" in said for number in lit)
        assert said.endswith(f"of {len(LAYERS) - 1}")


def test_maps_are_as_large_as_they_are():
    sides = [float(group.find("rect").get("width")) for group in groups([])]
    maps = [layer["output_shape"][0] for layer in LAYERS if len(layer["output_shape"]) == 3]
    assert sides[: len(maps)] == [max(side, 5) for side in maps]


def test_parts_stand_beside_each_other_within_the_drawing():
    svg = html.fragment_fromstring(here.strip([])).find("svg")
    width, height = map(float, (svg.get("width"), svg.get("height")))
    end = 0.0
    for group in svg:
        left = float(group.get("transform").removeprefix("translate(").removesuffix(")"))
        assert left > end
        for box in group:
            x, y, w, h = (float(box.get(name)) for name in ("x", "y", "width", "height"))
            assert 0 < y < y + h < height
            end = max(end, left + x + w)
    assert end < width


def front_matter(path):
    import yaml

    text = path.read_text()
    return yaml.safe_load(text.split("---\n")[1]) if text.startswith("---\n") else {}


@pytest.mark.parametrize(
    "path", [path for path in PAGES if ":::{goals}" in path.read_text()], ids=lambda path: path.stem
)
def test_a_page_to_be_read_says_where_it_is(path, site):
    named = front_matter(path).get("about", "")
    shown = html.parse(site / f"{path.stem}.html").xpath("string(//p[@class='cnn-here'])")
    assert set(named.split()) <= {*here.NAMES, "all"}, f"{path.name}: about"
    assert shown.strip().startswith("Here: the "), f"{path.name}: its front matter says no about"


class Config:
    def __init__(self, about):
        self.builder = type("Builder", (), {"name": "html"})
        self.env = type("Environment", (), {"metadata": {"page": {"about": about}}})


def test_an_unknown_part_is_named(caplog):
    context = {}
    logger = logging.getLogger("sphinx.cnnfigs.sphinxext.site.here")
    logger.addHandler(caplog.handler)
    here.show(Config("Conv2D Conv3D"), "page", "", context, object())
    assert context == {}
    assert "expected some of InputLayer, Conv2D" in caplog.text
    assert "got Conv3D" in caplog.text
