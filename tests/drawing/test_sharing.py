"""An image that comes again in a page stands where it stood, and is embedded once."""

import re

import numpy as np
import pytest
from lxml import html

from cnnfigs.drawing.sharing import SHARED, share_images
from cnnfigs.illustrations.photo.strongest_branch import StrongestBranch
from cnnfigs.illustrations.photo.visual_hierarchy import HierarchyTree

PLACES = [(0, 0, 4, 3), (10, 2.5, 8, 6), (3, 40, 2, 2)]


def image(address, x, y, width, height, more=""):
    size = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return f'<image {more}{size} href="data:image/webp;base64,{address * SHARED}"/>'


def corners(page, element):
    """Where an image, or what refers to one, puts the upper left and the lower right corner."""
    if element.tag == "image":
        x, y, width, height = (float(element.get(name)) for name in ("x", "y", "width", "height"))
        return np.array([[x, y], [x + width, y + height]])
    (other,) = page.xpath(f"//*[@id='{element.get('href')[1:]}']")
    result = corners(page, other)
    for name, across, down in reversed(re.findall(r"(\w+)\((\S+) (\S+)\)", element.get("transform"))):
        by = np.array([float(across), float(down)])
        result = result * by if name == "scale" else result + by
    return result


@pytest.mark.parametrize("times", [1, 2])
def test_each_stands_where_it_stood(times):
    """Within a picture, and then among the pictures of a page: a reference may lead to a reference."""
    pictures = [
        share_images("".join(image("a", *place) for place in PLACES[first:]), f"picture-{first}-") for first in (0, 1)
    ]
    markup = "".join(pictures)
    for _ in range(times):
        markup = share_images(markup, "page-")
    page = html.fragment_fromstring(markup, create_parent=True)
    assert markup.count("data:") == 1
    result = [corners(page, each) for each in page.xpath("//image | //use")]
    expected = [[[x, y], [x + width, y + height]] for x, y, width, height in (*PLACES, *PLACES[1:])]
    np.testing.assert_allclose(result, expected, atol=1e-3)


def test_what_is_small_or_stands_alone_stays():
    small = '<image x="0" y="0" width="1" height="1" href="data:,"/>'
    markup = small + image("a", 0, 0, 1, 1) + small + image("b", 0, 0, 1, 1)
    assert share_images(markup, "page-") == markup


def test_its_class_is_around_it():
    """Rules for a class need not reach what is shown by reference."""
    page = html.fragment_fromstring(
        share_images(2 * image("a", 0, 0, 1, 1, 'class="cnn-values" '), "page-"), create_parent=True
    )
    assert [each.get("class") for each in page] == ["cnn-values", "cnn-values"]
    assert [each.tag for (each,) in page] == ["image", "use"]
    assert not page.xpath("//image/@class | //use/@class")


def test_a_branch_beside_its_tree_embeds_no_photo_again():
    tree, branch = (made.to_html() for made in (HierarchyTree(), StrongestBranch()))
    together = share_images(tree + branch, "page-")
    large = [each for each in re.findall(r'href="(data:[^"]+)"', together) if len(each) >= SHARED]
    assert len({*large}) == len(large)
    assert {*re.findall(r'<use [^>]*href="#([^"]+)"', together)} <= {*re.findall(r' id="([^"]+)"', together)}
