"""Run and draw every illustration that the pages show or quote, and print what each costs, the dearest first.

All are run one after the other in one process, page after page in alphabetical order, with nothing kept on disk: what
is loaded or traced for one serves the next. Beside that stands what each run costs as the first of its process. Seconds
are of all processors, which a busy machine changes less than those by the clock.
"""

import ast
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from cnnfigs import catalog
from cnnfigs.illustrations.base import Illustration
from cnnfigs.models.backend import load_keras

Result = TypeVar("Result")


@dataclass(frozen=True)
class Cost:
    """Seconds of all processors for a run and for drawing it, and by the clock for the run."""

    run: float
    wall: float
    draw: float


def calls() -> Iterator[str]:
    """Give the calls of illustrations in the code cells; those that pages only quote too."""
    for path in sorted(catalog.PAGES.glob("*.md")):
        for _, use in catalog.page_uses(path.stem, path.read_text(encoding="utf-8")):
            call = ast.parse(use.code, mode="eval").body
            assert isinstance(call, ast.Call)
            inner = [each.value for each in call.keywords] if ast.unparse(call.func) == "quote" else [call]
            yield from map(ast.unparse, inner)


def make(call: str) -> Illustration:
    """Make the illustration that a call names."""
    entry = catalog.find(call.partition("(")[0])
    made: Illustration = eval(call, {entry.name: entry.load()})
    return made


def shown() -> dict[str, Illustration]:
    """Give every illustration that the pages show by its call; those with the same parameters only once."""
    return {repr(made): made for made in map(make, dict.fromkeys(calls()))}


def measure(illustration: Illustration) -> Cost:
    """Run and draw an illustration."""
    used, begun = time.process_time(), time.perf_counter()
    illustration.result  # noqa: B018 - it is made when it is first asked for
    ran, over = time.process_time(), time.perf_counter()
    illustration.to_html()
    return Cost(ran - used, over - begun, time.process_time() - ran)


def apart(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a new process, which has the imports of this one and nothing else."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        return pool.submit(function, *arguments).result()


def measure_first(call: str) -> Cost:
    """Measure one illustration, with nothing kept."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNFIGS_CACHE"] = folder
        return measure(make(call))


def measure_all() -> dict[str, Cost]:
    """Measure all one after the other, with nothing kept before."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNFIGS_CACHE"] = folder
        return {call: measure(illustration) for call, illustration in shown().items()}


def main() -> None:
    """Print a line for each illustration, the dearest first, and the sum."""
    load_keras()  # the imports are not what is measured, and no process that has computed may be forked
    costs = apart(measure_all)
    first = {call: apart(measure_first, call) for call in costs}
    print(f"{'illustration':<60}{'run CPU s':>10}{'run s':>10}{'draw CPU s':>11}{'run first':>10}")
    for call, cost in sorted(costs.items(), key=lambda each: -each[1].run):
        print(f"{call:<60}{cost.run:>10.2f}{cost.wall:>10.2f}{cost.draw:>11.2f}{first[call].run:>10.2f}")
    totals = [sum(getattr(each, name) for each in costs.values()) for name in ("run", "wall", "draw")]
    run_first = sum(each.run for each in first.values())
    print(f"{f'all {len(costs)}':<60}{totals[0]:>10.2f}{totals[1]:>10.2f}{totals[2]:>11.2f}{run_first:>10.2f}")


if __name__ == "__main__":
    main()
