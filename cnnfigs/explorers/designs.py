"""What trained designs reached, and challenges for readers, as a script for a browser."""

from __future__ import annotations

from typing import Any

from cnnfigs.experiments.designed import CHALLENGES, Challenge, designs
from cnnfigs.experiments.designs import ENDS, LEARNING_RATE, MOVED
from cnnfigs.explorers.inputs import script

#: How the browser spells numbers of a design.
SPELLED = {"parameters": "parameters", "multiply_adds": "multiplyAdds", "home": "home", "moved": "moved"}


def designs_script() -> str:
    """Write how many test images each design read right, by its blocks and then by its end, and the challenges."""
    found = designs()
    trained: dict[str, dict[int, tuple[int, int]]] = {}
    for each in found.reached:
        blocks = ",".join(map(str, each.design.blocks))
        trained.setdefault(blocks, {})[ENDS.index((each.design.last, each.design.dense))] = (each.home, each.moved)
    return script(
        designs={
            "asked": found.asked,
            "moved": MOVED,
            "rate": LEARNING_RATE,
            "ends": [(last, str(dense)) for last, dense in ENDS],
            "trained": trained,
            "challenges": {name: _told(challenge) for name, challenge in CHALLENGES.items()},
        }
    )


def _told(challenge: Challenge) -> dict[str, Any]:
    return {
        "title": challenge.title,
        "words": challenge.words,
        "best": SPELLED[challenge.best],
        "most": {SPELLED[name]: limit for name, limit in challenge.most.items()},
        "least": {SPELLED[name]: limit for name, limit in challenge.least.items()},
    }
