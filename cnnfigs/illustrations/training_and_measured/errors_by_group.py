"""Whose digits a network reads wrongly: by who wrote them, and by the digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from matplotlib.axes import Axes

from cnnfigs.drawing.charts import named_rows, plain, seed_dots
from cnnfigs.drawing.layout import Piece, column
from cnnfigs.drawing.networks import network_look
from cnnfigs.drawing.palette import color
from cnnfigs.drawing.pieces import Chart, panel
from cnnfigs.experiments.groups import Group, Groups, groups
from cnnfigs.illustrations.base import Picture
from cnnfigs.illustrations.description import Description, Numbers, Part
from cnnfigs.illustrations.networks import network_words
from cnnfigs.illustrations.training_and_measured.measuring import interval, points, seeds_in_words
from cnnfigs.parameters import Choice
from cnnfigs.words import as_percent, written_number

#: The share of the writers, those with the most errors, whose errors are added up; and at which ranks they are told.
WORST = 0.1
RANKS = (1, 10, 30, 100, 200)


@dataclass(frozen=True)
class ErrorsByGroup(Picture):
    """Errors on digits of students and of employees, on each digit, and on those of each single writer."""

    network: Annotated[
        str, Choice("convnet", "dense_512", "dense_131"), "a network that was trained with several seeds"
    ] = "convnet"

    def run(self) -> Groups:
        return groups(self.network)

    def draw(self, run: Groups) -> Piece:
        """Draw a row for each group, and a step for each writer."""
        longest = 100 * max(float(each.errors.max()) for each in (*run.people, *run.digits))
        rows = partial(self._rows, run, longest)
        return column(
            panel("errors, % of the digits that students and employees wrote", rows(run.people)),
            panel("errors, % of each digit", rows(run.digits)),
            panel(
                "errors, % of each writer’s digits",
                Chart(partial(self._writers, run), 640, 190, narrow_height=190),
                "a step for each writer, the one with the most errors first",
            ),
            gap=22,
        )

    def _rows(self, run: Groups, longest: float, shown: Sequence[Group]) -> Piece:
        shade = network_look(run.network).color

        def plot(axes: Axes, narrow: bool) -> None:
            places = range(len(shown))
            for place, each in zip(places, shown, strict=True):
                axes.plot(
                    [0, 100 * each.mean],
                    [place, place],
                    color=color(shade),
                    alpha=0.4,
                    linewidth=7,
                    solid_capstyle="butt",
                )
            for place, each in zip(places, shown, strict=True):
                seed_dots(axes, 100 * each.errors, [place] * len(each.errors), shade)
            axes.set(xlim=(0, 1.05 * longest), ylim=(len(shown) - 0.4, -0.8 if narrow else -0.6))
            plain(axes)
            values = [as_percent(each.mean, 1) for each in shown]
            named_rows(axes, places, [each.name for each in shown], values, narrow=narrow)

        return Chart(plot, 640, 40 + 26 * len(shown), narrow_height=45 + 40 * len(shown))

    def _writers(self, run: Groups, axes: Axes, narrow: bool) -> None:
        many = len(run.by_writer)
        axes.stairs(
            100 * run.by_writer, range(many + 1), fill=True, color=color(network_look(run.network).color), linewidth=0
        )
        axes.set(xlim=(0, many), ylim=(0, 105 * float(run.by_writer.max())))
        axes.set_xlabel("writers")
        plain(axes)

    def describe(self, run: Groups) -> Description:
        students, employees = run.people
        ranks = [rank for rank in RANKS if rank <= len(run.by_writer)]
        rows = (*run.people, *run.digits)
        return Description(
            f"Errors of the {network_words(run.network)}, by who wrote the digit and by the digit: "
            f"{as_percent(students.mean, 1)} on students’ digits, {as_percent(employees.mean, 1)} on employees’.",
            [
                f"Bars are means over trainings, {seeds_in_words(run.seeds)}; an open dot is one training.",
                Part(
                    "By who wrote them",
                    tuple(
                        f"{each.name.capitalize()}: {as_percent(each.mean, 1)} of {each.images:,} digits."
                        for each in run.people
                    ),
                ),
                Part("By the digit", tuple(f"{each.name}: {as_percent(each.mean, 1)} errors." for each in run.digits)),
                f"Last, a step for each of {len(run.by_writer)} writers: a few have many errors, and "
                f"{run.without_errors} have none in any training.",
            ],
            [
                Numbers(
                    "Errors in per cent, by training",
                    [100 * each.errors for each in rows],
                    partial(written_number, decimals=2),
                    [each.name if each in run.people else f"digit {each.name}" for each in rows],
                    [f"seed {seed}" for seed in run.seeds],
                ),
                Numbers(
                    "Errors of single writers in per cent, by rank",
                    [100 * run.by_writer[rank - 1] for rank in ranks],
                    written_number,
                    ["errors"],
                    [str(rank) for rank in ranks],
                ),
            ],
        )

    def state_facts(self, run: Groups) -> dict[str, str]:
        students, employees = run.people
        ordered = sorted(run.digits, key=lambda each: each.mean)
        ratios = students.errors / employees.errors
        return {
            "conditions": run.conditions,
            "seeds": seeds_in_words(run.seeds),
            "all": as_percent(run.whole.mean, 1),
            "students": as_percent(students.mean, 1),
            "employees": as_percent(employees.mean, 1),
            "times": written_number(students.mean / employees.mean),
            "times by training": " to ".join(map(written_number, (min(ratios), max(ratios)))),
            "difference": f"{points(run.difference)} points ({interval(run.interval)})",
            "student digits": f"{students.images:,}",
            "employee digits": f"{employees.images:,}",
            "student writers": str(run.writers[0]),
            "employee writers": str(run.writers[1]),
            "writers": str(sum(run.writers)),
            "without errors": str(run.without_errors),
            "worst writer": as_percent(float(run.by_writer[0])),
            "worst writer digits": str(int(run.of_writer[0])),
            "worst": as_percent(WORST),
            "by worst": as_percent(run.made_by_worst(WORST)),
            "least digit": ordered[0].name,
            "least": as_percent(ordered[0].mean, 1),
            "most digit": ordered[-1].name,
            "most": as_percent(ordered[-1].mean, 1),
        }
