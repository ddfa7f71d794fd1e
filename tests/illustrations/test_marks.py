"""What every chart must show: no value beyond its axis, and no mark under another."""

import numpy as np
import pytest
from drawn import drawing
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from cnnfigs.drawing.widths import PHONE, WIDTH
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.registry import all_illustrations

PICTURES = [kind for kind in all_illustrations().values() if issubclass(kind, Picture)]


def data_lines(axes):
    """The lines of a chart that stand for data: both coordinates are the axes' own."""
    return [line for line in axes.get_lines() if line.get_visible() and line.get_transform() == axes.transData]


def beyond(figure):
    """What a chart has beyond its axes, with the ends of the axes."""
    result = []
    for axes in figure.get_axes():
        for line in data_lines(axes):
            for values, ends in ((line.get_xdata(), axes.get_xlim()), (line.get_ydata(), axes.get_ylim())):
                values, room = np.asarray(values, dtype=float), 1e-6 * abs(ends[1] - ends[0])
                if np.any(values < min(ends) - room) or np.any(values > max(ends) + room):
                    result.append((values.min(), values.max(), ends))
    return result


def covered(figure):
    """The middles of marks over which something filled is drawn later."""
    result = []
    for axes in figure.get_axes():
        drawn = sorted(axes.get_children(), key=lambda each: each.get_zorder())
        for place, line in enumerate(drawn):
            if not isinstance(line, Line2D) or line.get_marker() in ("", " ", "None", None) or not line.get_visible():
                continue
            middles = line.get_transform().transform(np.column_stack([line.get_xdata(), line.get_ydata()]))
            for later in drawn[place + 1 :]:
                if later in axes.patches and later.get_fill() and (later.get_facecolor() or [0])[-1] == 1:
                    shape = later.get_path().transformed(later.get_transform())
                    result += [tuple(middle) for middle in middles if shape.contains_point(middle)]
    return result


@pytest.fixture(
    scope="module",
    params=[(kind, width) for kind in PICTURES for width in (WIDTH, PHONE)],
    ids=lambda each: f"{each[0].__name__}-{each[1]}",
)
def figure(request):
    kind, width = request.param
    return drawing(kind(), width)[0].figure


def test_no_line_and_no_mark_is_beyond_its_axis(figure):
    assert not beyond(figure)


def test_no_mark_is_covered_by_what_is_drawn_later(figure):
    assert not covered(figure)


def test_a_cut_interval_and_a_covered_mark_are_found():
    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([-1.1, 1.8], [0, 0])
    axes.set_xlim(-0.3, 0.6)
    axes.set_ylim(-1, 1)
    assert len(beyond(figure)) == 1
    axes.plot([0.1], [0.0], "o")
    assert not covered(figure)
    axes.add_patch(Rectangle((0, -0.5), 0.3, 1, zorder=9))
    assert len(covered(figure)) == 1
