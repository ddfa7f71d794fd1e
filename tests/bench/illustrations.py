"""Run and draw every illustration that the pages show or quote, and print what each costs, the dearest first.

All are run one after the other in one process, page after page in alphabetical order, with nothing kept on disk: what
is loaded or traced for one serves the next. Beside that stands what each run costs as the first of its process. Seconds
are of all processors, which a busy machine changes less than those by the clock.

What drawing costs, for both widths and with all that is told, is measured as the first drawing of a process, once its
run is kept: the least of three, since others at work make it more. It should be at most half a second.
"""

import ast
import gc
import importlib
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from cnnfigs import catalog
from cnnfigs.building.server import DRAWING
from cnnfigs.illustrations.base import Illustration
from cnnfigs.models.backend import load_keras

Result = TypeVar("Result")

#: Seconds in which every illustration should be drawn, and how often that is measured.
ENOUGH, REPEATS = 0.5, 3
#: What drawing imports: that is no part of what it costs.
IMPORTED = (*DRAWING, "scipy.optimize", "scipy.special")


@dataclass(frozen=True)
class Cost:
    """Seconds of all processors for a run, and by the clock."""

    run: float
    wall: float


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
    """Run an illustration."""
    used, begun = time.process_time(), time.perf_counter()
    illustration.result  # noqa: B018 - it is made when it is first asked for
    return Cost(time.process_time() - used, time.perf_counter() - begun)


def measure_drawing(call: str) -> float:
    """Draw an illustration whose run is kept, and return the seconds of all processors."""
    illustration = make(call)
    assert illustration.is_computed
    illustration.result  # noqa: B018 - it is read when it is first asked for
    used = time.process_time()
    illustration.to_html()
    return time.process_time() - used


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
    """Measure all one after the other."""
    return {call: measure(illustration) for call, illustration in shown().items()}


def main() -> None:
    """Print a line for each illustration, the dearest first, and the sum; then those that are slow to draw."""
    load_keras()  # the imports are not what is measured, and no process that has computed may be forked
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # as it is done where a build forks its processes
    with tempfile.TemporaryDirectory() as folder:  # with nothing kept before
        os.environ["CNNFIGS_CACHE"] = folder
        costs = apart(measure_all)
        drawn = {call: min(apart(measure_drawing, call) for _ in range(REPEATS)) for call in costs}
    first = {call: apart(measure_first, call) for call in costs}
    print(f"{'illustration':<60}{'run CPU s':>10}{'run s':>10}{'draw CPU s':>11}{'run first':>10}")
    for call, cost in sorted(costs.items(), key=lambda each: -each[1].run):
        print(f"{call:<60}{cost.run:>10.2f}{cost.wall:>10.2f}{drawn[call]:>11.2f}{first[call].run:>10.2f}")
    totals = [sum(getattr(each, name) for each in costs.values()) for name in ("run", "wall")]
    run_first = sum(each.run for each in first.values())
    print(
        f"{f'all {len(costs)}':<60}{totals[0]:>10.2f}{totals[1]:>10.2f}{sum(drawn.values()):>11.2f}{run_first:>10.2f}"
    )
    slow = [call for call in sorted(drawn, key=lambda each: -drawn[each]) if drawn[call] > ENOUGH]
    print(f"\ndrawn in more than {ENOUGH} s: {len(slow)} of {len(drawn)}", *slow, sep="\n  ")


if __name__ == "__main__":
    main()
