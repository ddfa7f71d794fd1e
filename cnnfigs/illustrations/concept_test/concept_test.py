"""The concept test as pages show it: a list of items with their key folded, which a script turns into a form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from string import ascii_uppercase
from typing import Annotated, Any, ClassVar

from cnnfigs.cache import run_key
from cnnfigs.drawing.formats import Look
from cnnfigs.illustrations.base import Illustration
from cnnfigs.illustrations.concept_test.asking import FORMS, Asking, Form, Material
from cnnfigs.illustrations.concept_test.item import Item
from cnnfigs.illustrations.concept_test.items import form
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.parameters import Choice
from cnnfigs.words import typeset


class Questionnaire(Illustration):
    """An illustration that asks many things, and says afterwards what is right."""

    _converted: ClassVar[Mapping[str, str]] = {}  # it is words


@dataclass(frozen=True)
class ConceptTest(Questionnaire):
    """A concept test: fifteen questions, in which each wrong answer is a usual misconception."""

    form: Annotated[Form, Choice(*FORMS), "which of the two forms, parallel by idea"] = "A"

    def run(self) -> Material:
        """Put every option of every item to the test."""
        return Asking(self.form).run()

    @property
    def key(self) -> str | None:
        """Under what its run is kept: other words compute nothing again."""
        return run_key(Asking, {"form": self.form})

    @property
    def questions(self) -> tuple[Item, ...]:
        """The items, in order."""
        return form(self.result.asked, self.form)

    @property
    def wording(self) -> str:
        """What changes when any item reads otherwise: answers to other words are not compared."""
        said = "\n".join(
            [f"{each.name}\n{each.before}\n{each.question}\n{each.table}" for each in self.questions]
            + [f"{option.name}\n{option.text}" for each in self.questions for option in each.options]
        )
        return hashlib.sha256(said.encode()).hexdigest()[:8]

    def describe(self, run: Material) -> Description:
        """Put each question with its options; the key comes last."""
        return Description(
            self.about,
            [
                *(
                    Part(
                        f"Question {number}, on {each.idea}",
                        (
                            *([each.before] if each.before else []),
                            *("; ".join(row) + "." for row in each.table),
                            each.question,
                            *(f"{letter}: {option.text}." for letter, option in _lettered(each)),
                        ),
                    )
                    for number, each in enumerate(self.questions, 1)
                ),
                "The key: "
                + ", ".join(f"{number} {_letter(each)}" for number, each in enumerate(self.questions, 1))
                + ".",
            ],
        )

    def state_facts(self, run: Material) -> dict[str, str]:
        """Return how many items there are, and how many ask what one would choose."""
        made = self.questions
        return {"items": str(len(made)), "choices": str(sum(each.chooses for each in made))}

    def to_html(self) -> str:
        """Return the items as a list, and their key in a box that is closed until it is clicked."""
        lines = [
            f'<div class="cnn-concept-test" data-form="{self.form}" data-version="{self.wording}">',
            '<ol class="cnn-items">',
            *(self._item(each) for each in self.questions),
            "</ol>",
            "<details>",
            f"<summary>Show the key of form {self.form}</summary>",
            "<ol>",
            *(self._key(each) for each in self.questions),
            "</ol>",
            "</details>",
            "</div>",
        ]
        return "\n".join(lines)

    def to_text(self) -> str:
        """Return the items as text, the key at the end."""
        lines = []
        for number, each in enumerate(self.questions, 1):
            lines += [f"{number}. {each.before}".rstrip(), *("   " + " | ".join(row) for row in each.table)]
            lines += [f"   {each.question}", *(f"   {letter}. {option.text}" for letter, option in _lettered(each)), ""]
        for number, each in enumerate(self.questions, 1):
            lines += [f"{number}. {_letter(each)} is right."]
            lines += [f"   {letter}. {option.said}" for letter, option in _lettered(each)]
        return typeset("\n".join(lines))

    def _item(self, each: Item) -> str:
        options = "".join(f"<li>{_html(option.text)}</li>" for option in each.options)
        before = f"<p>{_html(each.before)}</p>" if each.before else ""
        return (
            f'<li data-item="{each.name}" data-idea="{escape(each.idea)}">{before}{_table(each.table)}'
            f'<p class="cnn-asked">{_html(each.question)}</p><ol type="A">{options}</ol></li>'
        )

    def _key(self, each: Item) -> str:
        said = ""
        for option in each.options:
            right = "" if option.misconception else ' data-right=""'
            begun = _believed(option.misconception) if option.misconception else "<strong>Right.</strong> "
            said += f'<li data-option="{slug(option.name)}"{right}>{begun}{_html(option.said)}</li>'
        return f'<li><ol type="A">{said}</ol></li>'

    def _content(self, form: Any, look: Look) -> bytes:
        return self._as_words(form, look, "test")


def slug(name: str) -> str:
    """Write an option's name as answers have it.

    Examples
    --------
    >>> slug("a map for each slice")
    'a-map-for-each-slice'
    """
    return name.replace(" ", "-")


def _believed(misconception: str) -> str:
    return f"<em>{_html(misconception)}</em> "


def _lettered(each: Item) -> list[tuple[str, Any]]:
    return list(zip(ascii_uppercase, each.options, strict=False))


def _letter(each: Item) -> str:
    return next(letter for letter, option in _lettered(each) if not option.misconception)


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    if not rows:
        return ""
    heads, *body = rows
    head = "".join(f'<th scope="col">{_html(each)}</th>' for each in heads)
    # On a phone each row is a card, in which every number is named.
    lines = "".join(
        f'<tr><th scope="row">{_html(name)}</th>'
        + "".join(
            f'<td data-head="{escape(title)}">{_html(each)}</td>' for title, each in zip(heads[1:], cells, strict=True)
        )
        + "</tr>"
        for name, *cells in body
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _html(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(typeset(text), quote=False))
