"""Tasks: code to run and to change, with what to expect, and a solution that is folded away.

::

    ::::{task} Two filters at once
    Run this, then change three lines so that …

    ```python
    print(1 + 1)
    ```

    ```text
    2
    ```

    :::{solution}
    ```python
    print(1 + 2)
    ```

    ```text
    3
    ```
    :::
    ::::

What stands in a block of text below a block of Python is what that code prints: ``tests/pages/test_listings.py`` runs
all of them, each by itself, and compares. The code needs NumPy and Keras alone, and nothing of this project's own.

A task needs no script: it is a box, and a box in it opens. On paper and in a printed book the solution stands open. In
the notebook of a page the code is in cells. What else is better folded away, such as the same network in another
library, stands in ``{folded} TITLE``.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator


class TaskNode(nodes.General, nodes.Element):
    """A task, its solution among its children."""


class FoldedNode(nodes.General, nodes.Element):
    """Words and code under a line that opens them."""


class Task(SphinxDirective):
    """Asks the reader to change code."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the box; code without a solution is no task."""
        content = self.parse_content_to_nodes()
        solutions = sum(isinstance(node, FoldedNode) for node in content)
        if solutions != 1 or not any(is_python(node) for node in content):
            raise self.error("task: expected code to begin with and one solution, in ```python and :::{solution}")
        title, messages = self.parse_inline(self.arguments[0])
        head = nodes.paragraph("", "", nodes.strong("", "", *title), classes=["cnn-task-title"])
        task = TaskNode("", head, *messages, *content)
        self.set_source_info(task)
        return [task]


class Folded(SphinxDirective):
    """Folds away what the reader opens when it is wanted."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the box."""
        folded = FoldedNode("", *self.parse_content_to_nodes(), summary=self.summary)
        self.set_source_info(folded)
        return [folded]

    @property
    def summary(self) -> str:
        """The line that is always seen."""
        return str(self.arguments[0])


class Solution(Folded):
    """Folds away the solution of a task."""

    required_arguments = 0

    @property
    def summary(self) -> str:
        """The same words for all."""
        return "A solution"


def is_python(node: nodes.Node) -> bool:
    """Return whether a node is a listing in Python."""
    return isinstance(node, nodes.literal_block) and node.get("language") == "python"


def visit_task(self: HTML5Translator, node: TaskNode) -> None:
    """Open the box."""
    self.body.append('<div class="cnn-task">\n')


def depart_task(self: HTML5Translator, node: TaskNode) -> None:
    """Close it."""
    self.body.append("</div>\n")


def visit_folded(self: HTML5Translator, node: FoldedNode) -> None:
    """Open a box that is closed until a click."""
    self.body.append(f'<details class="cnn-folded">\n<summary>{escape(node["summary"])}</summary>\n')


def depart_folded(self: HTML5Translator, node: FoldedNode) -> None:
    """Close it."""
    self.body.append("</details>\n")


def show(self: nodes.NodeVisitor, node: nodes.Element) -> None:
    """Write what is inside, and nothing around it."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    other: Any = (show, show)
    for node, html in ((TaskNode, (visit_task, depart_task)), (FoldedNode, (visit_folded, depart_folded))):
        app.add_node(node, html=html, latex=other, text=other, man=other, texinfo=other)
    app.add_directive("task", Task)
    app.add_directive("solution", Solution)
    app.add_directive("folded", Folded)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
