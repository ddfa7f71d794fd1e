"""Train the named networks, or all, and write what ships: ``python -m cnnfigs.models [NAME ...]``."""

import sys

from cnnfigs.models.networks import NETWORKS
from cnnfigs.models.weights import train


def main(names: list[str]) -> int:
    """Train the named networks, or all of them, and print how well they do."""
    unknown = [name for name in names if name not in NETWORKS]
    if unknown:
        print(f"no network {', '.join(unknown)}: accepted are {', '.join(NETWORKS)}", file=sys.stderr)
        return 2
    for name in names or NETWORKS:
        made = train(name)
        print(f"{name}: best epoch {made['best_epoch']}, test accuracy {made['test_accuracy']:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
