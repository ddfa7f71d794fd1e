"""What every exercise is: a prediction that real layers put to the test, and the mistakes that lead elsewhere."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from cnnfigs.drawing.formats import Look
from cnnfigs.drawing.questions import Question, html_question, text_question
from cnnfigs.illustrations.base import Illustration
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.runs.exercises import Prediction, Values


class Exercise(Illustration):
    """An illustration that asks: predict, then check.

    ``run`` computes the right answer with real layers, and each wrong answer by a rule that is wrong.
    """

    #: How an answer is written, with a field for each of its values.
    form: ClassVar[str] = "{:,}"

    _converted: ClassVar[Mapping[str, str]] = {}  # it is words

    @abstractmethod
    def run(self) -> Prediction:
        """Compute what is to be predicted."""

    @abstractmethod
    def ask(self, run: Prediction) -> str:
        """Put the question; no computing. Code stands between backticks."""

    @abstractmethod
    def explain(self, run: Prediction) -> str:
        """Say how the right answer comes about; no computing."""

    def write(self, values: Values) -> str:
        """Write an answer, right or wrong."""
        return self.form.format(*values)

    @property
    def question(self) -> Question:
        """The question with its answers."""
        return self._question(self.result)

    def describe(self, run: Prediction) -> Description:
        """Put the question, list the answers, and tell the right one and why; the docstring says what it is about."""
        question = self._question(run)
        return Description(
            self.about,
            [
                question.text,
                Part(
                    "The answers to choose from",
                    tuple(f"{letter}: {choice}." for letter, choice in question.choices.items()),
                ),
                f"{question.letters[question.right]} is right: {question.right}.",
                question.reason,
            ],
        )

    def state_facts(self, run: Prediction) -> dict[str, str]:
        """Return the right answer."""
        return {"answer": self.write(run.right)}

    def to_html(self) -> str:
        """Return the exercise as HTML, its solution closed until it is asked for."""
        return html_question(self.question)

    def to_text(self) -> str:
        """Return the exercise as text, the solution at the end."""
        return text_question(self.question)

    def _content(self, form: Any, look: Look) -> bytes:
        return self._as_words(form, look, "exercise")

    def _question(self, run: Prediction) -> Question:
        mistakes: dict[str, list[str]] = {}
        for rule, values in run.wrong.items():  # two mistakes may lead to the same answer
            mistakes.setdefault(self.write(values), []).append(rule)
        return Question(
            text=" ".join(self.ask(run).split()),
            right=self.write(run.right),
            reason=" ".join(self.explain(run).split()),
            wrong={answer: ", or if ".join(rules) for answer, rules in mistakes.items()},
        )
