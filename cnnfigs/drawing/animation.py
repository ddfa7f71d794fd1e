"""Frames that a reader plays, pauses or steps through, without any script.

The picture is one SVG whose frames lie on each other, all but the first hidden. Radio buttons below it choose: play,
pause, or one frame. Everything that moves is in the site's ``animation.css``; where that is missing, the controls stay
hidden and the first frame is a still picture. No element has a ``style`` attribute, so a strict content security policy
holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from cnnfigs.drawing.palette import variable
from cnnfigs.drawing.svg import SVG

#: Height of a text that says nothing else, in pixels.
FONT_SIZE = 13
#: Numbers of frames for which ``animation.css`` has a rhythm.
FRAME_COUNTS = (4, 9)


def picture(width: float, height: float, description: str) -> etree._Element:
    """Return an empty SVG of this size in pixels, whose text is centred at its position."""
    return etree.Element(
        f"{SVG}svg",
        {
            "class": "cnn-figure",
            "role": "img",
            "aria-label": description,
            "width": f"{width:g}",
            "height": f"{height:g}",
            "viewBox": f"0 0 {width:g} {height:g}",
            "font-size": str(FONT_SIZE),
            "text-anchor": "middle",
            "fill": variable("text"),
        },
        nsmap={None: SVG[1:-1]},
    )


def add(parent: etree._Element, tag: str, text: str | None = None, /, **attributes: object) -> etree._Element:
    """Add an element; an underscore in an attribute's name stands for a hyphen."""
    values = {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()}
    element = etree.SubElement(parent, f"{SVG}{tag}", values)
    element.text = text
    return element


def add_frame(parent: etree._Element, number: int) -> etree._Element:
    """Add an empty group for the frame of this number, from 1."""
    shown = {} if number == 1 else {"visibility": "hidden"}
    return add(parent, "g", class_=f"cnn-frame cnn-frame-{number}", **shown)


def playable(svg: etree._Element, legend: str, frames: Sequence[str], group: str) -> str:
    """Return HTML of a picture with its controls.

    Parameters
    ----------
    svg
        A picture with a group of :func:`add_frame` for each frame.
    legend
        What the controls are for.
    frames
        What each frame shows, for those who hear it; the number of the frame is put before it.
    group
        Name of the radio buttons, another one for each animation of a page.

    Raises
    ------
    ValueError
        If ``animation.css`` has no rhythm for so many frames.
    """
    if len(frames) not in FRAME_COUNTS:
        raise ValueError(f"frames: expected {' or '.join(map(str, FRAME_COUNTS))} of them, got {len(frames)}")
    root = etree.Element("div", {"class": f"cnn-animation cnn-frames-{len(frames)}"})
    root.append(svg)
    controls = etree.SubElement(root, "fieldset", hidden="hidden")
    etree.SubElement(controls, "legend").text = legend
    _add_choice(controls, "play", "Play", group, "play")
    _add_choice(controls, "pause", "Pause", group, "pause", checked="checked")
    for number, text in enumerate(frames, 1):
        _add_choice(controls, "step", str(number), group, str(number), **{"aria-label": f"{number}: {text}"})
    return str(etree.tostring(root, encoding="unicode"))


def _add_choice(parent: etree._Element, kind: str, text: str, group: str, value: str, **more: str) -> None:
    label = etree.SubElement(parent, "label", {"class": f"cnn-{kind}"})
    etree.SubElement(label, "input", {"type": "radio", "name": group, "value": value, **more}).tail = text
