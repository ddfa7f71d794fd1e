"""Run and draw every illustration as it is by default, one after another in one process, and print the seconds.

The first that needs TensorFlow pays for starting it; results of one that another asks for are kept meanwhile.
"""

import time

from cnnfigs import catalog


def main() -> None:
    """Print a line for each illustration, the slowest first."""
    seconds = {}
    for name, entry in catalog.entries().items():
        illustration = entry.load()()
        begun = time.perf_counter()
        illustration.result  # noqa: B018 - it is made when it is first asked for
        ran = time.perf_counter()
        illustration.to_html()
        seconds[name] = ran - begun, time.perf_counter() - ran
    for name, (run, draw) in sorted(seconds.items(), key=lambda each: -sum(each[1])):
        print(f"{name:<40}{run:>10.2f}{draw:>10.2f}")
    total = [sum(each) for each in zip(*seconds.values(), strict=True)]
    print(f"{f'all {len(seconds)}':<40}{total[0]:>10.2f}{total[1]:>10.2f}")


if __name__ == "__main__":
    main()
