"""Time what the digit explorer does while a reader draws, beside something that is measured in the same moments.

Usage: python tests/bench/explorers.py [SITE], where SITE is the built site. A ratio is the median over rounds, each of
which takes both in turn, so that a busy machine slows both.

At last come two things on a processor that is slowed down. The first page, just opened: from the moment when the pen
touches the paper to the moment when the first map is painted. And two networks that learn: how many frames come later
than the screen could show them, and how long the page's own thread is busy at most without a pause. The worker in which
they learn is not slowed down, so the page has the more to draw.
"""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS), str(TESTS / "site")]  # the page is opened, and NumPy computes, as in the tests

from browsers import find_browser  # noqa: E402
from forward_numbers import layers_of, values_in_numpy  # noqa: E402

from cnnfigs.explorers.networks import some_digits  # noqa: E402
from cnnfigs.models.training import as_input  # noqa: E402
from cnnfigs.models.weights import load  # noqa: E402

ROUNDS, REPEATS = 20, 10
#: Settings of the explorer: a seven in three strokes, and a paper without ink.
DRAWN, BLANK = "40304030a030a03068b868b8", ""
#: How often a screen shows a new picture, in milliseconds: a stroke has to keep up with it.
FRAME = 1000 / 60

CHANGE = "(element, drawing) => element.change({digit: -1, drawing})"
SHOW = """(element, repeats) => {
    const start = performance.now();
    for (let count = 0; count < repeats; count++) element.show();
    return (performance.now() - start) / repeats;
}"""
PASS = """({networks: [network]}, [image, repeats]) => {
    const start = performance.now();
    for (let count = 0; count < repeats; count++) network.run(image);
    return (performance.now() - start) / repeats;
}"""

#: How many times slower the processor of a reader's phone may be, and after how many milliseconds a map should be lit.
SLOWED, SOON = 4, 100
#: For how many milliseconds frames are watched while networks learn that do not come to an end, and how long a page
#: that was just opened is left alone before.
WATCHED, SETTLED = 5000, 2000
#: When the paper was touched, and when the first map after that was painted.
WATCH = """() => {
    const { prototype } = CanvasRenderingContext2D;
    const { putImageData } = prototype;
    prototype.putImageData = function (...all) {
        putImageData.apply(this, all);
        if (this.canvas.closest(".glimpse")) window.lit ??= performance.now();
    };
    const begin = ({ timeStamp }) => Object.assign(window, { touched: timeStamp, lit: undefined });
    addEventListener("pointerdown", begin, true);
}"""

#: When each frame came, in milliseconds, and how long each task took that kept the page from showing one.
FRAMES = """() => {
    Object.assign(window, { frames: [], tasks: [] });
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: "longtask" });
    const next = (now) => {
        window.frames.push(now);
        requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
}"""

Timer = Callable[[], float]


def timers(page: Page) -> Iterator[tuple[str, Timer, str, Timer]]:
    """Yield what is measured and what beside, each a name and a function that returns milliseconds."""
    explorer = page.locator("cnn-digit")

    def show(drawing: str) -> float:
        explorer.evaluate(CHANGE, drawing)
        return explorer.evaluate(SHOW, REPEATS)

    yield "drawing and answering a stroke", lambda: show(DRAWN), "a blank paper", lambda: show(BLANK)

    digit = as_input(some_digits()[20:21]).astype(np.float32)
    layers = layers_of(load("convnet"), np.float32)
    image = digit.ravel().tolist()

    def in_numpy() -> float:
        start = time.perf_counter()
        for _ in range(REPEATS):
            values_in_numpy(layers, digit)
        return 1000 * (time.perf_counter() - start) / REPEATS

    yield "one pass of the convnet", lambda: explorer.evaluate(PASS, [image, REPEATS]), "NumPy, float32", in_numpy


def first_maps(browser: Browser, site: Path) -> list[float]:
    """Return the milliseconds from the first touch of the paper to the first map, each on a page newly opened."""
    times = []
    for _ in range(ROUNDS):
        page = browser.new_page()
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        page.goto((site.resolve() / "index.html").as_uri())
        paper = page.locator("cnn-digit-pad .paper canvas")
        paper.wait_for()
        page.evaluate(WATCH)
        box = paper.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
        page.wait_for_function("() => window.lit !== undefined")
        times.append(page.evaluate("lit - touched"))
        page.close()
    return times


def learning(browser: Browser, site: Path, speed: str, slowed: int) -> tuple[np.ndarray, list[float]]:
    """Return the milliseconds between the frames while two networks learn, and those of the tasks above fifty."""
    page = browser.new_page()
    page.goto(f"{(site.resolve() / 'playground.html').as_uri()}#explore-train?speed={speed}")
    explorer = page.locator("cnn-train")
    ready = "element => element.right?.length > 0 && !element.waiting"
    page.wait_for_function(f"() => ({ready})(document.querySelector('cnn-train'))")
    page.wait_for_timeout(SETTLED)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    page.evaluate(FRAMES)
    explorer.get_by_role("button", name="Train", exact=True).click()
    if speed == "fast":
        # Seldom asked: to find a button by its name takes the page as long as a frame.
        page.wait_for_function("() => !document.querySelector('cnn-train').playing", polling=500)
    else:
        page.wait_for_timeout(WATCHED)
    frames, tasks = page.evaluate("[frames, tasks]")
    page.close()
    return np.diff(frames), tasks


def main(site: Path) -> None:
    """Print a line for each: medians in milliseconds, and the ratio."""
    print(f"{'in the browser':<32}{'ms':>8}{'frames':>8}   {'beside':<16}{'ms':>8}{'ratio':>8}", flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{(site.resolve() / 'playground.html').as_uri()}#explore-digit?")
        page.locator("cnn-digit .explorer").wait_for()
        for name, ours, other, theirs in timers(page):
            ours(), theirs()  # once, to be compiled
            times = np.array([(ours(), theirs()) for _ in range(ROUNDS)])
            own, beside = np.median(times, axis=0)
            ratio = median(times[:, 0] / times[:, 1])
            print(f"{name:<32}{own:>8.2f}{own / FRAME:>8.2f}   {other:<16}{beside:>8.2f}{ratio:>8.2f}", flush=True)
        times = sorted(first_maps(browser, site))
        print(
            f"first map after the first touch, {SLOWED} times slowed: {median(times):.0f} ms "
            f"({times[0]:.0f} to {times[-1]:.0f}; wanted: {SOON})"
        )
        for slowed, speed in itertools.product((1, SLOWED), ("slow", "medium", "fast")):
            between, tasks = learning(browser, site, speed, slowed)
            print(
                f"networks learn, {speed}, {slowed} times slowed: {1000 / between.mean():.1f} frames a second, "
                f"{(between > 1.5 * FRAME).mean():.1%} of {len(between)} late; "
                f"longest task {max(tasks, default=0):.0f} ms (0: none above 50; wanted: 50)"
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "site"))
