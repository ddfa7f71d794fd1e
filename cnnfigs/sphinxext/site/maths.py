"""Maths as MathML, made from LaTeX when the page is built: no script, no other host.

latex2mathml does the conversion. It prints what it does not know as text and drops what it does not expect, so the
formula is checked before and after: a mistake is a warning with page and line, and the build treats warnings as
errors. The result is mended where browsers follow MathML Core more strictly than latex2mathml does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from html import unescape
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from docutils import nodes
from latex2mathml import commands, converter
from latex2mathml.symbols_parser import convert_symbol
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)", re.DOTALL)
ENVIRONMENT = re.compile(r"\\begin\s*\{([^}]*)\}")
ENVIRONMENTS = (
    *("aligned", "split", "align*", "cases", "array", "smallmatrix"),
    *("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix"),
)
ARGUMENTS = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
ROWS = ("mrow", "mtd", "mstyle")
THIN_SPACE = "0.1667em"


def to_mathml(latex: str, *, display: bool = False) -> str:
    r"""Convert a formula to a MathML element.

    Parameters
    ----------
    latex
        The formula as LaTeX's maths mode takes it, without dollar signs.
    display
        Whether it stands on lines of its own.

    Returns
    -------
    str
        A ``<math>`` element, valid in HTML and XHTML.

    Raises
    ------
    ValueError
        When a command or environment is not known, braces do not pair, or an argument is missing.

    Examples
    --------
    >>> to_mathml("x^2")
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    >>> to_mathml(r"\relu(x)")
    Traceback (most recent call last):
    ValueError: unknown command \relu in the formula \relu(x)
    """
    problem = next(_problems_in_source(latex), None)
    if problem is None:
        # latex2mathml knows `aligned` by its other name only.
        source = re.sub(r"(\\(?:begin|end)\s*)\{aligned\}", r"\1{split}", latex)
        try:
            math = converter.convert_to_element(source, display="block" if display else "inline")
        except Exception as error:  # latex2mathml's errors have no common base and some are Python's own
            problem = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__.removesuffix("Error")).lower()
        else:
            problem = next(_problems_in_result(math), None)
    if problem is not None:
        raise ValueError(f"{problem} in the formula {' '.join(latex.split())}")
    if not display:
        del math.attrib["display"]
    _mend(math)
    return tostring(math, encoding="unicode")


@cache
def _known_commands() -> frozenset[str]:
    """Return every command that latex2mathml handles by name; symbols it looks up in a table beside."""
    values = [*vars(commands).values(), converter.OPERATORS, converter.MOVABLE_LIMIT_TEXTS]
    names = [name for value in values for name in ([value] if isinstance(value, str) else _strings(value))]
    return frozenset(name for name in names if COMMAND.fullmatch(name)) - {r"\math", r"\style", r"\class"}


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, (tuple, frozenset, dict)):
        yield from (item for item in value if isinstance(item, str))


def _problems_in_source(latex: str) -> Iterator[str]:
    for command in COMMAND.findall(latex):
        if command not in _known_commands() and not convert_symbol(command):
            yield f"unknown command {command}"
    for name in ENVIRONMENT.findall(latex):
        if name not in ENVIRONMENTS:
            yield f"unknown environment {name} (there are {', '.join(ENVIRONMENTS)})"
    plain = COMMAND.sub("", latex)
    if plain.count("{") != plain.count("}"):
        yield "braces that do not pair"


def _problems_in_result(math: Element) -> Iterator[str]:
    for element in math.iter():
        text = element.text or ""
        if re.search(r"\\[A-Za-z]", text):
            yield f"unknown command {text}"
        if text == "&" or element.get("linebreak"):
            yield f"{'&' if text else chr(92) * 2} outside of an environment such as aligned"
        if len(element) != ARGUMENTS.get(element.tag, len(element)):
            yield "a missing argument"
        if element.get("mathvariant", "normal") != "normal":
            yield r"a bold italic, which browsers do not draw (write \mathbf)"


def _mend(math: Element) -> None:
    """Give the tree real characters, and operators the class and spacing that TeX gives them."""
    for element in math.iter():
        element.text = unescape(element.text) if element.text else None
        if len(element) > 1 and all(child.get("mathvariant") == "normal" for child in element):
            # \mathrm{ReLU} is one name, not four.
            name = Element("mi")
            name.text = "".join(child.text or "" for child in element)
            element[:] = [name]
    for element in list(math.iter()):
        _enclose_matrices(element)
    parents = {child: parent for parent in math.iter() for child in parent}
    for element in math.iter("mi"):
        text = element.text or ""
        category = unicodedata.category(text) if len(text) == 1 else ""
        if category in ("Sm", "Ps", "Pe"):  # latex2mathml takes signs such as ± and ⌊ for variables
            element.tag = "mo"
            if category != "Sm":
                element.set("stretchy", "false")
        elif "\\" + text in commands.FUNCTIONS:
            element.tag = "mo"
    for element in math.iter("mo"):
        if (element.text or "")[:1].isalpha():
            _space_as_function(element, parents)
        parent = parents[element]
        if len(parent) == 1 and parent.tag == "mrow" and parents.get(parent, math).tag in ROWS:
            # TeX sets an operator in braces of its own as an ordinary symbol: 104{,}202.
            element.attrib.update(lspace="0", rspace="0")


def _enclose_matrices(parent: Element) -> None:
    """Put a matrix and its brackets into a row of their own, or they grow with the tallest matrix beside them."""
    for matrix in parent.findall("mtable"):
        position = list(parent).index(matrix)
        enclosed = parent[max(position - 1, 0) : position + 2]
        if len(enclosed) == 3 and all((bracket.text or " ") in "()[]{}|‖" for bracket in enclosed[::2]):
            row = Element("mrow")
            row.extend(enclosed)
            parent[position - 1 : position + 2] = [row]


def _space_as_function(operator: Element, parents: dict[Element, Element]) -> None:
    r"""Space a name such as max or softmax as TeX does: thinly, and not at all before a bracket."""
    whole = operator
    while parents[whole].tag in SCRIPTS and parents[whole][0] is whole:
        whole = parents[whole]
    siblings = list(parents[whole])
    position = siblings.index(whole)
    before = siblings[position - 1] if position else None
    after = siblings[position + 1] if position + 1 < len(siblings) else None
    tight_before = before is None or before.tag == "mo"
    tight_after = after is None or (after.tag == "mo" and (after.text or "") in "([{|")
    operator.set("lspace", "0" if tight_before else THIN_SPACE)
    operator.set("rspace", "0" if tight_after else THIN_SPACE)


def _converted(node: nodes.math | nodes.math_block) -> str:
    latex = node.astext()
    try:
        return to_mathml(latex, display=isinstance(node, nodes.math_block))
    except ValueError as error:
        logger.warning("%s", error, location=node, type="maths")
        return ""


def visit_math(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(_converted(node) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, with its number if it has one."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append(_converted(node))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the renderer ``mathml`` with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
