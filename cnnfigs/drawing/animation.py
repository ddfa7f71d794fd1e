"""Frames that a reader plays, pauses or steps through, without any script.

The picture is an SVG whose frames lie on each other, all but the first hidden: see
:func:`cnnfigs.drawing.svg.inline_frames`. Radio buttons below it choose: play, pause, or one frame. Everything that
moves is in the site's ``animation.css``; where that is missing, the controls stay hidden and the first frame is a still
picture. No element has a ``style`` attribute, so a strict content security policy holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

#: Numbers of frames for which ``animation.css`` has a rhythm.
FRAME_COUNTS = (4, 9)


def playable(drawing: str, legend: str, frames: Sequence[str], group: str) -> str:
    """Return HTML of a picture with its controls.

    Parameters
    ----------
    drawing
        HTML of a picture of :func:`cnnfigs.drawing.svg.inline_frames`.
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
    controls = etree.Element("fieldset", hidden="hidden")
    etree.SubElement(controls, "legend").text = legend
    _add_choice(controls, "play", "Play", group, "play")
    pause = _add_choice(controls, "pause", "", group, "pause", checked="checked")
    for kind, text in (("moving", "Pause"), ("resting", "Start")):  # as the reader wants it
        etree.SubElement(pause, "span", {"class": f"cnn-{kind}"}).text = text
    for number, text in enumerate(frames, 1):
        _add_choice(controls, "step", str(number), group, str(number), **{"aria-label": f"{number}: {text}"})
    buttons: str = etree.tostring(controls, encoding="unicode")
    return f'<div class="cnn-animation cnn-frames-{len(frames)}">{drawing}{buttons}</div>'


def _add_choice(parent: etree._Element, kind: str, text: str, group: str, value: str, **more: str) -> etree._Element:
    label = etree.SubElement(parent, "label", {"class": f"cnn-{kind}"})
    etree.SubElement(label, "input", {"type": "radio", "name": group, "value": value, **more}).tail = text
    return label
