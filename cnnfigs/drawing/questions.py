"""Questions with answers to choose from, as HTML and as text; the right answer is hidden until it is asked for."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from cnnfigs.words import typeset


@dataclass(frozen=True)
class Question:
    """A question, and answers to choose from.

    Text between backticks is code.

    Parameters
    ----------
    text
        What is asked.
    right
        The right answer.
    reason
        How the right answer comes about.
    wrong
        Wrong answers; each to what would have to hold for it to be right, as the end of a sentence with "if".
    fields
        What each number is that a reader types; none where an answer is chosen.
    typed
        Answers to the numbers in them, as a script writes them, where they are typed.

    Raises
    ------
    ValueError
        If there are fewer than two wrong answers, or one of them is the right one.
    """

    text: str
    right: str
    reason: str
    wrong: dict[str, str]
    fields: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.right in self.wrong:
            raise ValueError(f"{self.right!r} is the right answer and also what a wrong rule gives: ask something else")
        if len(self.wrong) < 2:
            raise ValueError(f"wrong: expected two or more wrong answers, got {self.wrong!r}")

    @property
    def choices(self) -> dict[str, str]:
        """Letters to answers, in the order of the numbers in them: it gives nothing away.

        Examples
        --------
        >>> Question("How many?", "9", "counted", {"10": "one counted from one", "8": "the last did not count"}).choices
        {'A': '8', 'B': '9', 'C': '10'}
        """
        return dict(zip(ascii_uppercase, sorted([self.right, *self.wrong], key=_natural), strict=False))

    @property
    def letters(self) -> dict[str, str]:
        """Answers to their letters."""
        return {choice: letter for letter, choice in self.choices.items()}


def html_question(question: Question) -> str:
    """Return a question as HTML: answers as a list, the solution in a box that is closed until it is clicked."""
    return f'<div class="cnn-exercise">\n{_inside(question)}\n</div>'


def html_exercise(name: str, question: Question, others: Sequence[Question]) -> str:
    """Return a question as HTML for a page whose script replies, see ``docs/_static/exercises.js``.

    Without the script it is what :func:`html_question` returns.

    Parameters
    ----------
    name
        Under which the browser keeps that it was solved.
    question
        What is asked first.
    others
        The same with other numbers: templates, which show nothing by themselves.
    """
    fields = f' data-fields="{html.escape("|".join(question.fields))}"' if question.fields else ""
    templates = "".join(f"<template>\n{_inside(each)}\n</template>\n" for each in others)
    return f'<div class="cnn-exercise" data-exercise="{name}"{fields}>\n{_inside(question)}\n{templates}</div>'


def _inside(question: Question) -> str:
    """Write question, choices and solution; each sentence of the solution names what it replies to."""

    def sentence(tag: str, choice: str, words: str) -> str:
        letter = question.letters[choice]
        answer = f'<strong><span class="cnn-letter">{letter}. </span>{_html(choice)}</strong>'
        return f'<{tag} data-for="{question.typed.get(choice, letter)}">{answer} {_html(words)}</{tag}>'

    mistakes = [
        sentence("li", choice, f"would be right if {question.wrong[choice]}.")
        for choice in question.choices.values()
        if choice in question.wrong
    ]
    lines = [
        f"<p>{_html(question.text)}</p>",
        '<ol type="A">',
        *(f"<li>{_html(choice)}</li>" for choice in question.choices.values()),
        "</ol>",
        "<details>",
        "<summary>Show the answer</summary>",
        sentence("p", question.right, f"is right. {question.reason}"),
        f"<ul>{''.join(mistakes)}</ul>",
        "</details>",
    ]
    return "\n".join(lines)


def text_question(question: Question) -> str:
    """Return a question as text, the solution at the end.

    Examples
    --------
    >>> print(text_question(Question("How much is 2·3?", "6", "Count.", {"5": "· were +", "23": "· were nothing"})))
    How much is 2·3?
      A. 5
      B. 6
      C. 23
    B. 6 is right. Count.
    A. 5 would be right if · were +.
    C. 23 would be right if · were nothing.
    """
    choices = question.choices
    lines = [
        question.text,
        *(f"  {letter}. {choice}" for letter, choice in choices.items()),
        f"{question.letters[question.right]}. {question.right} is right. {question.reason}",
        *(
            f"{letter}. {choice} would be right if {question.wrong[choice]}."
            for letter, choice in choices.items()
            if choice in question.wrong
        ),
    ]
    return "\n".join(lines)


def _html(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(typeset(text), quote=False))


def _natural(text: str) -> list[tuple[float, str]]:
    """Take numbers as numbers where texts are sorted."""
    parts = re.findall(r"(\d[\d,]*(?:\.\d+)?)|([^\d]+)", text)
    return [(float(number.replace(",", "")), "") if number else (float("inf"), words) for number, words in parts]
