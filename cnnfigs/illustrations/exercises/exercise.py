"""What every exercise is: a prediction that real layers put to the test, and the mistakes that lead elsewhere."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from cnnfigs.drawing.formats import Look
from cnnfigs.drawing.questions import Question, html_exercise, html_question, text_question
from cnnfigs.errors import CnnfigsError
from cnnfigs.illustrations.base import Illustration, kebab
from cnnfigs.illustrations.description import Description, Part
from cnnfigs.runs.exercises.prediction import Prediction, Values


class RightByChanceError(CnnfigsError, ValueError):
    """A rule that is wrong gives the right answer to an exercise with these parameters."""


class Exercise(Illustration):
    """An illustration that asks: predict, then check.

    ``run`` computes the right answer with real layers, and each wrong answer by a rule that is wrong. In a page of the
    site it replies: to each wrong answer with the rule that gives it, and then it asks again, with other numbers.
    """

    #: How an answer is written, with a field for each of its values.
    form: ClassVar[str] = "{:,}"
    #: What each number of an answer is, where a page has it typed; where it has none, an answer is chosen.
    fields: ClassVar[tuple[str, ...]] = ()
    #: Parameters of the same exercise with other numbers.
    others: ClassVar[tuple[Mapping[str, Any], ...]] = ()

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
    def variants(self) -> tuple[Self, ...]:
        """The same exercise with other numbers."""
        made = (type(self)(**parameters) for parameters in self.others)
        return tuple(dict.fromkeys(each for each in made if each != self))

    @property
    def shown_along(self) -> tuple[Illustration, ...]:
        """Those whose runs a page shows along with its own."""
        return self.variants

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

    def to_page(self) -> str:
        """Return the exercise as HTML for a page of the site, with its variants."""
        return html_exercise(kebab(type(self).__name__), self.question, [each.question for each in self.variants])

    def to_text(self) -> str:
        """Return the exercise as text, the solution at the end."""
        return text_question(self.question)

    def _content(self, form: Any, look: Look) -> bytes:
        return self._as_words(form, look, "exercise")

    def _question(self, run: Prediction) -> Question:
        mistakes: dict[str, list[str]] = {}
        right = self.write(run.right)
        answers = {right: run.right}
        for mistake in run.wrong:  # two mistakes may lead to the same answer
            answer = self.write(mistake.values)
            if answer == right:
                advice = "refuse these parameters in __post_init__" if self.declared else "ask something else"
                raise RightByChanceError(f"{self!r}: the rule {mistake.rule!r} also gives {right}: {advice}")
            answers.setdefault(answer, mistake.values)
            mistakes.setdefault(answer, []).append(f"{mistake.rule}: {mistake.how}")
        return Question(
            text=" ".join(self.ask(run).split()),
            right=right,
            reason=" ".join(self.explain(run).split()),
            wrong={answer: "; or if ".join(rules) for answer, rules in mistakes.items()},
            fields=self.fields,
            typed={answer: _typed(values) for answer, values in answers.items()} if self.fields else {},
        )


def _typed(values: Values) -> str:
    """Write numbers as a script does."""
    return " ".join(f"{value:.12g}" for value in values)
