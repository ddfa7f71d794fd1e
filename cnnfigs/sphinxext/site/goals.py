"""What the reader of a page will be able to do, and how long that takes: the directive ``goals``.

::

    :::{goals}
    - count the parameters of a convolution;
    - tell a filter from a feature map.
    :::

The time is computed from the page: its words at the speed at which adults read English non-fiction, 238 a minute
(M. Brysbaert, "How many words do we read per minute?", Journal of Memory and Language 109 (2019), 104047), and half a
minute for each figure. Code, formulas and tours of explorers are not counted. (MyST counts words too, but knows nothing
of figures.)
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from cnnfigs.sphinxext.site.tours import TourNode
from cnnfigs.words import counted

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

WORDS_A_MINUTE = 238
MINUTES_A_FIGURE = 0.5
#: The time of all but short pages is rounded to steps of so many minutes: nobody's reading is more regular.
STEP = 5

#: What the reading time is called among what Sphinx keeps of a page.
MINUTES = "cnn-minutes"

UNREAD = (nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.comment, TourNode)


class Goals(SphinxDirective):
    """A list of what the reader will be able to do, with the page's reading time."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Make the box; the time is filled in when the page is complete."""
        goals = self.parse_content_to_nodes()
        if len(goals) != 1 or not isinstance(goals[0], nodes.bullet_list):
            raise self.error("goals is a list, and nothing else: begin each line with a hyphen")
        head = nodes.paragraph("", "", nodes.strong("", "After this page you can"))
        box = nodes.container("", head, goals[0], nodes.paragraph(classes=["cnn-reading-time"]), classes=["cnn-goals"])
        self.set_source_info(box)
        return [box]


class ReadingTime(SphinxPostTransform):
    """Writes the reading time into the box of goals."""

    default_priority = 800  # quoted numbers and references have become words

    def run(self, **arguments: Any) -> None:
        """Count and write."""
        for paragraph in self.document.findall(nodes.paragraph):
            if "cnn-reading-time" in paragraph["classes"]:
                paragraph += nodes.Text(f"Reading time: about {counted(time(self.env, self.env.docname), 'minute')}.")


class Collector(EnvironmentCollector):
    """Keeps the reading times of pages with goals among what Sphinx keeps of pages."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Count while the page is at hand: to take up all again, for the contents, takes a second."""
        if any("cnn-goals" in box["classes"] for box in doctree.findall(nodes.container)):
            app.env.metadata[app.env.docname][MINUTES] = minutes(doctree)

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Do nothing: Sphinx forgets what it keeps."""

    def merge_other(self, app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment) -> None:
        """Do nothing: Sphinx takes over what parallel readers keep."""


def time(env: BuildEnvironment, name: str) -> int:
    """Return the reading time of a page in minutes; 0 for one without goals, where people look things up."""
    count: int = env.metadata[name].get(MINUTES, 0)
    return count


def minutes(page: nodes.document) -> int:
    """Return how many minutes a page takes to read, from five on in steps of five."""
    words = sum(count_words(text.astext()) for text in page.findall(nodes.Text) if not within(text, UNREAD))
    figures = sum(1 for _ in page.findall(nodes.figure))
    estimate = words / WORDS_A_MINUTE + figures * MINUTES_A_FIGURE
    return STEP * round(estimate / STEP) if estimate >= STEP else max(1, round(estimate))


def count_words(text: str) -> int:
    """Count words and numbers; signs that stand alone are none.

    Examples
    --------
    >>> count_words("A 3×3 window – or kernel – isn't 5.5 × 7,000 pixels")
    9
    """
    return sum(1 for word in text.split() if re.search(r"\w", word))


def within(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> bool:
    """Return whether a node is somewhere inside one of these kinds."""
    parent = node.parent
    while parent is not None:
        if isinstance(parent, kinds):
            return True
        parent = parent.parent
    return False


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("goals", Goals)
    app.add_env_collector(Collector)
    app.add_post_transform(ReadingTime)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
