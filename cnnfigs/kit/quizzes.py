"""Exercises as files for learning platforms: Moodle XML, GIFT, QTI 2.1 and QTI 1.2, with a reply to each answer.

The formats are those of https://docs.moodle.org/en/Moodle_XML_format, https://docs.moodle.org/en/GIFT_format, and of
the IMS Question and Test Interoperability specifications, versions 2.1 (2012) and 1.2 (2002).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lxml import etree
from lxml.builder import ElementMaker

from cnnfigs.drawing.questions import Question
from cnnfigs.words import typeset

QTI21 = "http://www.imsglobal.org/xsd/imsqti_v2p1"
QTI12 = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
#: Characters that mean something in GIFT, and some that readers of it take for the end even when they are escaped.
_GIFT = re.compile(r"([~=#:\\])")
_BRACES = {"{": "&lbrace;", "}": "&rbrace;"}


@dataclass(frozen=True)
class Item:
    """A question of a quiz.

    Attributes
    ----------
    name
        What it is called in a file: letters, digits and hyphens, a letter first.
    title
        What people call it.
    category
        The title of the page that it belongs to.
    question
        What is asked, with the answers.
    """

    name: str
    title: str
    category: str
    question: Question

    def reply(self, choice: str) -> str:
        """Say of an answer whether it is right, and why, or what would have to hold for it to be."""
        if choice == self.question.right:
            return f"{choice} is right. {self.question.reason}"
        return f"{choice} would be right if {self.question.wrong[choice]}."


def as_html(text: str) -> str:
    r"""Write words with code between backticks as HTML.

    Examples
    --------
    >>> as_html("`Dense(2)` on 3 < 4 %")
    '<code>Dense(2)</code> on 3 &lt; 4\xa0%'
    """
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(typeset(text), quote=False))


def plain(text: str) -> str:
    """Write words with code between backticks as text."""
    return typeset(text).replace("`", "")


def gift(items: Sequence[Item]) -> str:
    """Write a quiz as GIFT."""
    return "\n\n".join(_gift_item(item) for item in items) + "\n"


def _gift_item(item: Item) -> str:
    def text(words: str) -> str:
        escaped = _GIFT.sub(r"\\\1", as_html(words))
        return re.sub("[{}]", lambda brace: _BRACES[brace[0]], escaped)

    answers = [
        f"\t{'=' if choice == item.question.right else '~'}{text(choice)}#{text(item.reply(choice))}"
        for choice in item.question.choices.values()
    ]
    title = _GIFT.sub(r"\\\1", item.title)
    return "\n".join([f"::{title}::[html]{text(item.question.text)}{{", *answers, "}"])


def moodle(items: Sequence[Item]) -> bytes:
    """Write a quiz as Moodle XML, its questions in a category for each page."""
    quiz = etree.Element("quiz")
    category = None
    for item in items:
        if item.category != category:
            category = item.category
            asked = etree.SubElement(quiz, "question", type="category")
            place = category.replace("/", "//")  # a single one would begin a category within the category
            etree.SubElement(etree.SubElement(asked, "category"), "text").text = f"$course$/top/{place}"
        quiz.append(_moodle_item(item))
    return _xml(quiz)


def _moodle_item(item: Item) -> etree._Element:
    element = etree.Element("question", type="multichoice")

    def text(parent: etree._Element, tag: str, words: str, **attributes: str) -> etree._Element:
        made = etree.SubElement(parent, tag, **attributes)
        etree.SubElement(made, "text").text = words
        return made

    text(element, "name", item.title)
    text(element, "questiontext", f"<p>{as_html(item.question.text)}</p>", format="html")
    text(element, "generalfeedback", f"<p>{as_html(item.question.reason)}</p>", format="html")
    for tag, value in (
        ("defaultgrade", "1"),
        ("penalty", "0.3333333"),
        ("hidden", "0"),
        ("single", "true"),
        ("shuffleanswers", "false"),
        ("answernumbering", "ABCD"),
    ):
        etree.SubElement(element, tag).text = value
    for choice in item.question.choices.values():
        fraction = "100" if choice == item.question.right else "0"
        answer = text(element, "answer", as_html(choice), fraction=fraction, format="html")
        text(answer, "feedback", as_html(item.reply(choice)), format="html")
    return element


def qti21(title: str, items: Sequence[Item]) -> dict[str, bytes]:
    """Write a quiz as the files of a QTI 2.1 package, by name."""
    files = {f"{item.name}.xml": _qti21_item(item) for item in items}
    e = ElementMaker(namespace=QTI21, nsmap={None: QTI21})
    references = [e.assessmentItemRef(identifier=item.name, href=f"{item.name}.xml") for item in items]
    section = e.assessmentSection(*references, identifier="section", title=title, visible="true")
    part = e.testPart(section, identifier="part", navigationMode="nonlinear", submissionMode="individual")
    files["test.xml"] = _xml(e.assessmentTest(part, identifier="test", title=title))
    resources = [("test", "imsqti_test_xmlv2p1", "test.xml", [item.name for item in items])]
    resources += [(item.name, "imsqti_item_xmlv2p1", f"{item.name}.xml", []) for item in items]
    return {"imsmanifest.xml": _manifest("QTIv2.1 Package", "1.0.0", resources), **files}


def _qti21_item(item: Item) -> bytes:
    e = ElementMaker(namespace=QTI21, nsmap={None: QTI21})
    question, letters = item.question, item.question.letters
    choices = [e.simpleChoice(*_inline(e, choice), identifier=letter) for letter, choice in question.choices.items()]
    prompt = e.prompt(*_inline(e, question.text))
    asked = {"responseIdentifier": "RESPONSE", "shuffle": "false", "maxChoices": "1"}
    right = e.correctResponse(e.value(letters[question.right]))
    score = e.setOutcomeValue(e.baseValue("1", baseType="float"), identifier="SCORE")
    matched = e.match(e.variable(identifier="RESPONSE"), e.correct(identifier="RESPONSE"))
    return _xml(
        e.assessmentItem(
            e.responseDeclaration(right, identifier="RESPONSE", cardinality="single", baseType="identifier"),
            e.outcomeDeclaration(
                e.defaultValue(e.value("0")), identifier="SCORE", cardinality="single", baseType="float"
            ),
            e.outcomeDeclaration(identifier="FEEDBACK", cardinality="single", baseType="identifier"),
            e.itemBody(e.choiceInteraction(prompt, *choices, **asked)),
            e.responseProcessing(
                e.responseCondition(e.responseIf(matched, score)),
                e.setOutcomeValue(e.variable(identifier="RESPONSE"), identifier="FEEDBACK"),
            ),
            *(
                e.modalFeedback(
                    e.p(*_inline(e, item.reply(choice))),
                    outcomeIdentifier="FEEDBACK",
                    showHide="show",
                    identifier=letter,
                )
                for letter, choice in question.choices.items()
            ),
            identifier=item.name,
            title=item.title,
            adaptive="false",
            timeDependent="false",
        )
    )


def _inline(e: ElementMaker, text: str) -> list[str | etree._Element]:
    """Return words as text and elements for code."""
    parts = re.split("`([^`]+)`", typeset(text))
    return [e.code(part) if place % 2 else part for place, part in enumerate(parts) if part]


def qti12(title: str, items: Sequence[Item]) -> dict[str, bytes]:
    """Write a quiz as the files of a QTI 1.2 package, by name."""
    e = ElementMaker(namespace=QTI12, nsmap={None: QTI12})
    section = e.section(*(_qti12_item(e, item) for item in items), ident="root_section")
    quiz = e.questestinterop(e.assessment(section, ident="test", title=title))
    resources = [("test", "imsqti_xmlv1p2", "test.xml", list[str]())]
    return {"imsmanifest.xml": _manifest("IMS Content", "1.1.3", resources), "test.xml": _xml(quiz)}


def _qti12_item(e: ElementMaker, item: Item) -> etree._Element:
    question = item.question

    def material(words: str) -> etree._Element:
        return e.material(e.mattext(as_html(words), texttype="text/html"))

    kind = e.qtimetadatafield(e.fieldlabel("question_type"), e.fieldentry("multiple_choice_question"))
    labels = [e.response_label(material(choice), ident=letter) for letter, choice in question.choices.items()]
    asked = e.response_lid(e.render_choice(*labels), ident="response1", rcardinality="Single")
    told = [
        e.respcondition(
            e.conditionvar(e.varequal(letter, respident="response1")),
            e.displayfeedback(feedbacktype="Response", linkrefid=f"{letter}_fb"),
            **{"continue": "Yes"},
        )
        for letter in question.choices
    ]
    right = e.respcondition(
        e.conditionvar(e.varequal(question.letters[question.right], respident="response1")),
        e.setvar("100", action="Set", varname="SCORE"),
        **{"continue": "No"},
    )
    outcomes = e.outcomes(e.decvar(maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal"))
    replies = [
        e.itemfeedback(e.flow_mat(material(item.reply(choice))), ident=f"{letter}_fb")
        for letter, choice in question.choices.items()
    ]
    return e.item(
        e.itemmetadata(e.qtimetadata(kind)),
        e.presentation(material(question.text), asked),
        e.resprocessing(outcomes, *told, right),
        *replies,
        ident=item.name,
        title=item.title,
    )


def _manifest(schema: str, version: str, resources: Sequence[tuple[str, str, str, list[str]]]) -> bytes:
    e = ElementMaker(namespace=PACKAGE, nsmap={None: PACKAGE})
    listed = [
        e.resource(
            e.file(href=path), *(e.dependency(identifierref=f"resource-{each}") for each in others),
            identifier=f"resource-{name}", type=kind, href=path,
        )
        for name, kind, path, others in resources
    ]  # fmt: skip
    metadata = e.metadata(e.schema(schema), e.schemaversion(version))
    return _xml(e.manifest(metadata, e.organizations(), e.resources(*listed), identifier="manifest"))


def _xml(element: etree._Element) -> bytes:
    written: bytes = etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=False)
    return written
