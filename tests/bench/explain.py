"""Print what `cnnfigs explain` takes, each time as a process of its own: seconds by the clock and of processor, memory.

``python tests/bench/explain.py [TIMES]`` runs each command so often, five times without a word, in turn, and prints the
medians beside what is wanted. It imports nothing large itself: Linux counts to a process what its parent took before.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "cnnfigs" / "data" / "chelsea.png"
COMMAND = [sys.executable, "-m", "cnnfigs", "explain"]
#: Makes the models: a ResNet-50 with random weights, as PyTorch lays it out, and the tutorial's convnet.
MAKING = """
import sys
sys.path.insert(0, "tests/models")
import onnx
from onnx_networks import resnet50
from cnnfigs.models.weights import load
onnx.save(resnet50(), f"{sys.argv[1]}/resnet50.onnx")
load("convnet").save(f"{sys.argv[1]}/convnet.keras")
"""
#: Runs the command, and ends with status 1 if it has loaded a framework.
LOADING = """
import sys
from cnnfigs.commands.app import main
assert main(sys.argv[1:]) == 0
sys.exit(bool({"tensorflow", "keras", "torch"} & {*sys.modules}))
"""


@dataclass(frozen=True)
class Measured:
    """A command, and what it may take."""

    name: str
    words: tuple[str, ...]
    seconds: float
    megabytes: float | None = None


MEASURED = (
    Measured("import of the command", (sys.executable, "-c", "import cnnfigs.commands.app"), 0.5),
    Measured("convnet.keras, text", (*COMMAND, "convnet.keras"), 1.5),
    Measured("convnet.keras, page", (*COMMAND, "convnet.keras", "-o", "report"), 1.5),
    Measured("resnet50.onnx, page", (*COMMAND, "resnet50.onnx", "-o", "report"), 10, 500),
    Measured(
        "resnet50.onnx, page with an image",
        (*COMMAND, "resnet50.onnx", "--image", str(PHOTO), "-o", "report", "--json", "told.json"),
        *(10, 500),
    ),
)


def take(words: tuple[str, ...], folder: Path) -> tuple[float, float, float]:
    """Run a command: seconds by the clock, seconds of processor, megabytes at most."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begun = time.perf_counter()
    process = subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with status {process.returncode}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def main(times: int) -> int:
    """Measure, print, and return how many take more than is wanted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-c", MAKING, name], cwd=ROOT, check=True)
        # In turn, so that what else the machine does meets all of them alike; once before, for what is compiled.
        for each in MEASURED:
            take(each.words, folder)
        taken = [[take(each.words, folder) for each in MEASURED] for _ in range(times)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        loads = []
        for each in MEASURED[1:]:
            words = [sys.executable, "-c", LOADING, *each.words[len(COMMAND) - 1 :]]
            ended = subprocess.run(words, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
            loads.append(each.name if ended.returncode else "")
    print(f"{times} times each, medians; 1-minute load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    print(f"{'':<34}{'clock s':>9}{'most':>7}{'processor s':>13}{'MB':>6}   wanted")
    over = 0
    for number, each in enumerate(MEASURED):
        runs = [one[number] for one in taken]
        clock, used, memory = (statistics.median(run[part] for run in runs) for part in range(3))
        wanted = f"{each.seconds} s" + (f", {each.megabytes} MB" if each.megabytes else "")
        held = clock <= each.seconds and (each.megabytes is None or memory <= each.megabytes)
        over += not held
        most, kept = max(run[0] for run in runs), "yes" if held else "NO"
        print(f"{each.name:<34}{clock:>9.2f}{most:>7.2f}{used:>13.2f}{memory:>6.0f}   {wanted}: {kept}")
    print(f"TensorFlow, Keras or PyTorch imported by: {', '.join(filter(None, loads)) or 'none of them'}")
    return over + any(loads)


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 5) else 0)
