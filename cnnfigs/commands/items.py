"""What answers to the concept test say of its items and of a class: ``cnnfigs items``.

Difficulty, discrimination and distractors are those of classical test theory; the Rasch model is fitted by raschpy.

References
----------
R. L. Ebel and D. A. Frisbie, Essentials of Educational Measurement, 5th edition, Prentice Hall 1991:
difficulty, discrimination, distractors.

G. F. Kuder and M. W. Richardson, "The theory of the estimation of test reliability", Psychometrika 2 (1937), 151–160:
reliability, formula 20.

B. H. Choppin, "A fully conditional estimation procedure for Rasch model parameters", Evaluation in Education 9 (1985),
29–42: difficulties by comparing items pair by pair, as raschpy does.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnfigs.commands.errors import CommandError, reason
from cnnfigs.words import as_percent, counted

#: What pages write into answers, so that no other JSON is taken for some.
TEST = "cnnfigs concept test"
#: The key, see ``cnnfigs.illustrations.concept_test.key``. It is data: no illustration is imported for it.
KEY = Path(__file__).parents[1] / "illustrations" / "concept_test" / "answers.key"
#: With fewer readers between all wrong and all right there is no fit worth its name.
FEWEST = 10
#: Below this correlation an item hardly goes along with the others; below this share nobody needs the distractor.
WEAK, RARE = 0.2, 0.05
#: More bytes than any class writes.
MOST_BYTES = 20_000_000


@dataclass(frozen=True)
class Answers:
    """One reader's answers to one form: an option's name for each item, or None. `source` says where they stood."""

    source: str
    form: str
    version: str
    chosen: dict[str, str | None]


def read(paths: Iterable[Path], key: Mapping[str, Any]) -> list[Answers]:
    """Read answers from files: each holds one object, a list of them, or one in each line.

    Raises
    ------
    CommandError
        If one cannot be read, or is no answers to this test; with file and line.
    """
    found = []
    for path in paths:
        try:
            if path.stat().st_size > MOST_BYTES:
                raise CommandError(f"{path}: expected at most {MOST_BYTES:,} bytes")
            text = path.read_text("utf-8-sig")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {reason(error)}") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path}: expected text in UTF-8") from error
        found += [_checked(each, where, key) for where, each in _objects(text, str(path))]
    if not found:
        raise CommandError("there are no answers in these files: expected what “Copy my answers” gives")
    return found


def _objects(text: str, path: str) -> Iterable[tuple[str, Any]]:
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    yield f"{path}:{number}", json.loads(line)
                except (json.JSONDecodeError, RecursionError) as error:
                    raise CommandError(
                        f"{path}:{number}: expected JSON: one object, a list, or one in a line"
                    ) from error
        return
    if isinstance(whole, list):
        yield from ((f"{path}, entry {number}", each) for number, each in enumerate(whole, 1))
    else:
        yield path, whole


def _checked(given: Any, where: str, key: Mapping[str, Any]) -> Answers:
    def refuse(what: str, wanted: str, got: object) -> CommandError:
        return CommandError(f"{where}: {what}: expected {wanted}, got {str(got)[:60]!r}")

    if not isinstance(given, dict) or given.get("test") != TEST:
        raise refuse("test", repr(TEST), given.get("test") if isinstance(given, dict) else given)
    form, chosen = given.get("form"), given.get("answers")
    if not isinstance(form, str) or form not in key:
        raise refuse("form", " or ".join(key), form)
    if not isinstance(given.get("version"), str):
        raise refuse("version", "text", given.get("version"))
    items = key[form]["items"]
    if not isinstance(chosen, dict) or set(chosen) != set(items):
        raise refuse("answers", f"one for each of the {len(items)} items of form {form}", chosen)
    for name, option in chosen.items():
        known = [items[name]["right"], *items[name]["wrong"]]
        if option is not None and option not in known:
            raise refuse(name, f"{', '.join(known)} or null", option)
    return Answers(where, form, given["version"], chosen)


def analysed(answers: Sequence[Answers], key: Mapping[str, Any]) -> dict[str, Any]:
    """Work out all statistics, each form by itself, as ``--json`` writes them.

    An item that a reader left out counts as not right.
    """
    forms = {}
    for form in key:
        of_form = [each for each in answers if each.form == form]
        if of_form:
            forms[form] = _form(of_form, key[form])
    return {"test": TEST, "forms": forms}


def _form(answers: Sequence[Answers], key: Mapping[str, Any]) -> dict[str, Any]:
    items = key["items"]
    right = np.array(
        [[each.chosen[name] == items[name]["right"] for name in items] for each in answers], dtype=np.float64
    )
    scores = right.sum(axis=1)
    fit = rasch(right)
    told = {}
    for at, (name, item) in enumerate(items.items()):
        chosen = [each.chosen[name] for each in answers]
        told[name] = {
            "idea": item["idea"],
            "right": float(right[:, at].mean()),
            "discrimination": correlation(right[:, at], scores - right[:, at]),
            "options": {
                option: {"share": chosen.count(option) / len(chosen), "misconception": item["wrong"].get(option, "")}
                for option in (item["right"], *item["wrong"])
            },
            "left out": chosen.count(None) / len(chosen),
            "difficulty": None if fit is None else fit[0][at],
            "standard error": None if fit is None else fit[1][at],
        }
    ideas = list(dict.fromkeys(each["idea"] for each in items.values()))
    return {
        "version": key["version"],
        "other versions": sorted({each.version for each in answers} - {key["version"]}),
        "readers": len(answers),
        "mean score": float(scores.mean()),
        "standard deviation": float(scores.std(ddof=1)) if len(scores) > 1 else None,
        "reliability": kr20(right),
        "ideas": {
            idea: float(
                np.mean([right[:, at].mean() for at, each in enumerate(items.values()) if each["idea"] == idea])
            )
            for idea in ideas
        },
        "items": told,
        "scores": [{"source": each.source, "score": int(score)} for each, score in zip(answers, scores, strict=True)],
    }


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Return Pearson's correlation; None where one of both is the same for all.

    Examples
    --------
    >>> correlation(np.array([0.0, 0, 1, 1]), np.array([1.0, 1, 3, 3])), correlation(np.ones(3), np.arange(3.0))
    (1.0, None)
    """
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return round(float(np.corrcoef(one, other)[0, 1]), 12)


def kr20(right: NDArray[np.float64]) -> float | None:
    """Return the reliability of the score by formula 20 of Kuder and Richardson (1937); None if all scores are equal.

    Parameters
    ----------
    right
        Shape (readers, items), 1 where a reader is right.
    """
    count, variance = right.shape[1], right.sum(axis=1).var()
    if variance == 0:
        return None
    shares = right.mean(axis=0)
    return float(count / (count - 1) * (1 - (shares * (1 - shares)).sum() / variance))


def rasch(right: NDArray[np.float64]) -> tuple[list[float | None], list[float | None]] | None:
    """Fit the Rasch model, and return each item's difficulty in logits, of mean 0, and its standard error.

    An item that all or none got right has no difficulty that could be told: None.

    Parameters
    ----------
    right
        Shape (readers, items), 1 where a reader is right.

    Returns
    -------
    tuple of two lists, or None
        None if raschpy is not installed, or if fewer than 10 readers are neither all right nor all wrong.
    """
    shares = right.mean(axis=0)
    told = (shares > 0) & (shares < 1)
    inside = right[:, told]
    scores = inside.sum(axis=1)
    # Who is right everywhere or nowhere says nothing on how items compare.
    inside = inside[(scores > 0) & (scores < told.sum())]
    if len(inside) < FEWEST or not can_fit():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pandas import DataFrame
        from raschpy import SLM

        model = SLM(DataFrame(inside))
        model.calibrate()
        model.std_errors()
    found = [model.items.sort_index().to_numpy(), model.item_se.sort_index().to_numpy()]
    difficulties, errors = (iter(each.tolist()) for each in found)
    return [next(difficulties) if each else None for each in told], [next(errors) if each else None for each in told]


def can_fit() -> bool:
    """Return whether raschpy is installed."""
    from importlib.util import find_spec

    return find_spec("raschpy") is not None


def remarks(form: Mapping[str, Any]) -> list[str]:
    """Say in words what a lecturer should look at."""
    said = []
    if form["other versions"]:
        said.append(f"some answers are to another version of the words: {', '.join(form['other versions'])}")
    for name, item in form["items"].items():
        if item["discrimination"] is not None and item["discrimination"] < WEAK:
            said.append(f"{name}: who is good at the rest is hardly better here ({item['discrimination']:.2f})")
        if item["options"]:
            best = max(each["share"] for each in item["options"].values() if each["misconception"])
            if best > item["right"]:
                beliefs = [each["misconception"] for each in item["options"].values() if each["share"] == best]
                said.append(f"{name}: more than are right believe this: {' '.join(beliefs)}")
    return said


def print_text(told: Mapping[str, Any]) -> None:
    """Print a table for each form, and what to look at."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    for letter, form in told["forms"].items():
        spread = "" if form["standard deviation"] is None else f", standard deviation {form['standard deviation']:.1f}"
        reliability = "" if form["reliability"] is None else f", reliability (KR-20) {form['reliability']:.2f}"
        console.print(
            f"[bold]Form {letter}[/bold]: {counted(form['readers'], 'reader')}, mean score {form['mean score']:.1f} of "
            f"{len(form['items'])}{spread}{reliability}",
            soft_wrap=True,
        )
        table = Table(box=None, padding=(0, 1))
        for head in ("item", "right", "discr.", "logits", "±", "chosen instead"):
            table.add_column(head, justify="left" if head in ("item", "chosen instead") else "right")
        for name, item in form["items"].items():
            wrong = {option: each["share"] for option, each in item["options"].items() if each["misconception"]}
            instead = ", ".join(
                f"[dim]{option} {as_percent(share)}[/dim]" if share < RARE else f"{option} {as_percent(share)}"
                for option, share in sorted(wrong.items(), key=lambda each: -each[1])
            )
            numbers = (item["discrimination"], item["difficulty"], item["standard error"])
            table.add_row(
                name, as_percent(item["right"]), *("–" if n is None else f"{n:.2f}" for n in numbers), instead
            )
        console.print(table)
        for line in remarks(form):
            console.print(f"  {line}", markup=False, soft_wrap=True)
        console.print()
    if not can_fit():
        console.print("Difficulties in logits need one library more: pip install 'cnnfigs\\[items]'")
