"""Time one pass of the convnet through the explorers' code beside TensorFlow.js; run by ``nox -s forward``.

All ways get the same digits in turn, in one tab of one browser, and give back every feature map.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "site"))

from browsers import find_browser  # noqa: E402
from serving import serve  # noqa: E402

from cnnfigs.data import mnist  # noqa: E402
from cnnfigs.explorers.assets import SCRIPTS  # noqa: E402
from cnnfigs.models.export import network_script  # noqa: E402

PACKAGES = HERE / "node_modules" / "@tensorflow"
LIBRARIES = ("tfjs-core/dist/tf-core.min.js", "tfjs-backend-cpu/dist/tf-backend-cpu.min.js")
WASM = PACKAGES / "tfjs-backend-wasm" / "dist"
DIGITS, REPEATS = 50, 4
#: All ways must compute the same: largest difference of any number of any map.
TOLERANCE = 1e-4


def write_page(folder: Path) -> None:
    """Gather what is compared in a folder, with a page that loads it."""
    sources = [SCRIPTS / "arithmetic.js", SCRIPTS / "forward.js", *(PACKAGES / name for name in LIBRARIES)]
    sources += [WASM / "tf-backend-wasm.min.js", HERE / "compare.js"]
    for path in (*sources, *WASM.glob("*.wasm")):
        shutil.copy(path, folder)
    (folder / "convnet.js").write_text(network_script("convnet"), "utf-8")
    scripts = "".join(f'<script src="{path.name}"></script>' for path in (*sources, folder / "convnet.js"))
    (folder / "index.html").write_text(f'<!doctype html><meta charset="utf-8"><title>Race</title>{scripts}', "utf-8")


def main() -> int:
    """Print medians and ratios; fail if ours is not faster than the CPU back end."""
    if not PACKAGES.is_dir():
        sys.exit("TensorFlow.js is not installed: run `nox -s forward`")
    digits = (mnist().x_test[:DIGITS].reshape(DIGITS, -1) / 255).tolist()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_page(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--disable-gpu"])
        with serve(Path(folder)) as address:
            page = browser.new_page(bypass_csp=True)  # WebAssembly is not allowed on our pages
            page.goto(address)
            found = page.evaluate("([digits, repeats]) => compare(digits, repeats)", [digits, REPEATS])
        browser.close()
    medians = {name: median(times) for name, times in found["times"].items()}
    ours = medians["this project"]
    print(f"{'one pass of the convnet with all its maps':<44}{'median ms':>10}{'ratio to ours':>16}")
    for name, time in medians.items():
        print(f"{name:<44}{time:>10.2f}{time / ours:>16.2f}")
    print(f"largest difference of any number: {found['apart']:.1e}")
    if found["apart"] > TOLERANCE:
        sys.exit(f"they do not compute the same: expected is {TOLERANCE:g} at most")
    return 0 if ours < medians["TensorFlow.js, cpu"] else 1


if __name__ == "__main__":
    sys.exit(main())
