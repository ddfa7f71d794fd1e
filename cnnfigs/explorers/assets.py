"""The files that explorers load: the scripts as they stand in ``scripts/``, and those that are computed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from cnnfigs import provenance
from cnnfigs.explorers import hierarchy, inputs, networks, peephole

SCRIPTS = Path(__file__).with_name("scripts")

#: Scripts that hold data, each with the function that writes it.
DATA: Mapping[str, Callable[[], str]] = {
    "registry.js": inputs.registry_script,
    "inputs.js": inputs.inputs_script,
    "photo.js": inputs.photo_script,
    "digits.js": networks.digits_script,
    "convnet.js": networks.convnet_script,
    "dense_131.js": networks.dense_131_script,
    "convnet_global_max.js": networks.convnet_global_max_script,
    "data-hierarchy.js": hierarchy.hierarchy_script,
    "data-peephole.js": peephole.peephole_script,
}


def write_assets(folder: Path) -> None:
    """Write every file that explorers load; what is there and still true is left alone.

    Parameters
    ----------
    folder
        Where to; it is made. Hidden files in it remember what the data scripts were made from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in SCRIPTS.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    for name, write in DATA.items():
        made_from = provenance.digest(f"{write.__module__}:{write.__qualname__}")
        note = folder / f".{name}"
        if not (folder / name).exists() or not note.exists() or note.read_text("utf-8") != made_from:
            (folder / name).write_text(write(), "utf-8")
            note.write_text(made_from, "utf-8")


def version() -> str:
    """Give a short text that changes when any script does, so that browsers do not mix old ones and new."""
    content = [path.read_bytes() for path in sorted(SCRIPTS.iterdir())]
    content += [provenance.digest(f"{write.__module__}:{write.__qualname__}").encode() for write in DATA.values()]
    return hashlib.sha256(b"\n".join(content)).hexdigest()[:8]
