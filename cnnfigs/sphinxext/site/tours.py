"""Tours of explorers: what there is to see in one, step by step, and a last step in which the reader tries it.

::

    ```{tour} convolution
    1. {explore}`Edges that stand upright <convolution?kernel=left-right>` have large numbers in the
       {part}`output <.output>`.
    2. {explore}`Now you <convolution?kernel=ones>`: write a kernel into the {part}`grid of weights <.kernel>` that …
    ```

Each step has one link, which sets the explorer, and names one part of it: the text in angle brackets is a CSS selector
that finds it in the explorer. Without JavaScript, on paper and in an ebook a tour is a list of numbered sentences.
With it the explorer shows them one at a time (``tour.js``), and puts the part that a step names in the spotlight; that
each part is there, ``tests/explorers/test_tours.py`` asks in a browser.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from cnnfigs.explorers.registry import EXPLORERS
from cnnfigs.sphinxext.site.explorers import ExploreNode, ExplorerNode, complain, runs_here, show_children

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

#: How many steps a tour may have.
LEAST, MOST = 2, 8
#: How the last one begins.
LAST = "Now you"


class TourNode(nodes.General, nodes.Element):
    """A tour: a title, and a list of its steps."""


class PartNode(nodes.Inline, nodes.TextElement):
    """The name of a part of an explorer."""


class Tour(SphinxDirective):
    """Shows what there is to see in an explorer of the page."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the list; :class:`CheckTours` looks at its steps once the whole page is read."""
        name = self.arguments[0]
        if name not in EXPLORERS:
            raise self.error(f"there is no explorer {name!r}: expected {', '.join(EXPLORERS)}")
        content = self.parse_content_to_nodes()
        if len(content) != 1 or not isinstance(content[0], nodes.enumerated_list):
            raise self.error(f"the tour of {name} is a numbered list, and nothing else: begin each step with a number")
        title = f"A tour of “{EXPLORERS[name].title}”, which runs in a browser with JavaScript"
        tour = TourNode("", nodes.paragraph("", "", nodes.strong("", title)), content[0], name=name)
        self.set_source_info(tour)
        return [tour]


class PartRole(ReferenceRole):
    """Names a part of an explorer, in a step of its tour."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Read the target, which is a selector."""
        node = PartNode("", self.title, part=self.target)
        self.set_source_info(node)
        return [node], []


class CheckTours(SphinxTransform):
    """Looks whether each tour has its explorer on the page, and what it takes; takes out what has not."""

    default_priority = 501  # explorers that stand where they may not are gone

    def apply(self, **arguments: Any) -> None:
        """Complain, with the line of the step."""
        explorers = {node["name"]: node for node in self.document.findall(ExplorerNode)}
        toured: set[str] = set()
        for tour in list(self.document.findall(TourNode)):
            name, steps = tour["name"], list(tour[1].findall(nodes.list_item))
            if name not in explorers:
                complain(tour, f"there is no explorer {name} on this page, so that it can have no tour")
            elif name in toured:
                complain(tour, f"explorer {name} has a tour on this page already: expected one")
            elif not LEAST <= len(steps) <= MOST:
                complain(tour, f"the tour of {name} has {len(steps)} steps: expected {LEAST} to {MOST}")
            else:
                toured.add(name)
                explorers[name]["tour"] = True
                for number, step in enumerate(steps, 1):
                    check_step(name, number, step, last=number == len(steps))
                continue
            tour.parent.remove(tour)
        for part in self.document.findall(PartNode):
            if not within_tour(part):
                complain(part, f"{part.astext()!r} names a part of an explorer: expected it in a step of a {{tour}}")


def check_step(name: str, number: int, step: nodes.Element, *, last: bool) -> None:
    """Complain of a step that sets nothing, or another explorer, names no part, or ends a tour without a task."""
    which = f"step {number} of the tour of {name}"
    set_here = [link["name"] for link in step.findall(ExploreNode)]
    parts = sum(1 for _ in step.findall(PartNode))
    if len(step) != 1:
        complain(step, f"{which} has {len(step)} paragraphs: expected one")
    if len(set_here) != 1:
        wanted = f"{{explore}}`words <{name}?settings>`"
        complain(step, f"{which} has {len(set_here)} links that set the explorer: expected one, {wanted}")
    elif set_here != [name]:
        complain(step, f"{which} sets {set_here[0]}: expected {name}")
    if parts != 1:
        complain(step, f"{which} names {parts} parts of the explorer: expected one, {{part}}`words <selector>`")
    if last and not step.astext().startswith(LAST):
        complain(step, f"{which} is its last, a task for the reader: expected that it begins with {LAST!r}")


def within_tour(node: nodes.Node) -> bool:
    """Return whether a node stands in a tour."""
    while node.parent is not None and not isinstance(node, TourNode):
        node = node.parent
    return isinstance(node, TourNode)


def visit_tour(self: HTML5Translator, node: TourNode) -> None:
    """Open the box, which the explorer finds by its id."""
    self.body.append(f'<div class="cnn-tour" id="tour-{node["name"]}">\n')


def depart_tour(self: HTML5Translator, node: TourNode) -> None:
    """Close it."""
    self.body.append("</div>\n")


def visit_part(self: HTML5Translator, node: PartNode) -> None:
    """Open the name of a part."""
    if runs_here(self.builder):
        self.body.append(f'<span data-part="{escape(node["part"])}">')


def depart_part(self: HTML5Translator, node: PartNode) -> None:
    """Close it."""
    if runs_here(self.builder):
        self.body.append("</span>")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the role."""
    app.setup_extension("cnnfigs.sphinxext.site.explorers")
    other: Any = (show_children, show_children)
    for node, html in ((TourNode, (visit_tour, depart_tour)), (PartNode, (visit_part, depart_part))):
        app.add_node(node, html=html, latex=other, text=other, man=other, texinfo=other)
    app.add_directive("tour", Tour)
    app.add_role("part", PartRole())
    app.add_transform(CheckTours)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
