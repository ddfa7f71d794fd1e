"""The files that explorers load: code and data, each when an explorer comes that needs it.

The code is that of ``scripts/``, minified. What mostly comes together, or needs the same, is one file, which a browser
loads once for all explorers and all pages.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from pkgutil import resolve_name

from cnnfigs import provenance
from cnnfigs.explorers.inputs import registry_script
from cnnfigs.explorers.registry import BUNDLES, EXPLORERS, REGISTRY
from cnnfigs.files import kept

SCRIPTS = Path(__file__).with_name("scripts")
#: What a page with explorers loads at once.
LOADER = ("loader.js", "loader.css")
#: What the minifier takes a file for, by the end of its name.
KINDS = {".js": "application/javascript", ".css": "text/css"}

#: A text of several lines with a declaration in a minified script: these are style sheets.
_SHEET = re.compile(r"`(?=[^`]*;)[^`]*\n[^`]*`")

#: Scripts that hold data, each with the function that writes it. They are named, since to import them takes long.
DATA: Mapping[str, str] = {
    "inputs.js": "cnnfigs.explorers.inputs:inputs_script",
    "photo.js": "cnnfigs.explorers.inputs:photo_script",
    "digits.js": "cnnfigs.explorers.networks:digits_script",
    "convnet.js": "cnnfigs.explorers.networks:convnet_script",
    "dense_131.js": "cnnfigs.explorers.networks:dense_131_script",
    "convnet_global_max.js": "cnnfigs.explorers.networks:convnet_global_max_script",
    "data-breaking.js": "cnnfigs.explorers.breaking:breaking_script",
    "asked-digits.js": "cnnfigs.explorers.breaking:asked_digits_script",
    "data-designs.js": "cnnfigs.explorers.designs:designs_script",
    "data-hierarchy.js": "cnnfigs.explorers.hierarchy:hierarchy_script",
    "data-own-photo.js": "cnnfigs.explorers.own_photo:own_photo_script",
    "first-blocks.js": "cnnfigs.explorers.own_photo:first_blocks_script",
    "data-peephole.js": "cnnfigs.explorers.peephole:peephole_script",
    "data-small.js": "cnnfigs.explorers.small:small_script",
}


def write_assets(folder: Path) -> str:
    """Write every file that explorers load; what is there and still true is left alone.

    Parameters
    ----------
    folder
        Where to; it is made. Hidden files in it remember what the others were made from.

    Returns
    -------
    str
        A short text that changes when any file does, so that browsers do not mix old ones and new.
    """
    # To work out what each is made from takes longer than all else when nothing has changed.
    listed = kept(folder / ".sources", provenance.glance("cnnfigs"), lambda: json.dumps(sources(folder)).encode())
    files: dict[str, str] = json.loads(listed)
    for name, source in files.items():
        kept(folder / name, source, partial(content, name))
    for path in folder.glob("[!.]*"):
        if path.name not in files:  # of an earlier version
            path.unlink()
    return hashlib.sha256("\n".join(files.values()).encode()).hexdigest()[:8]


def sources(folder: Path) -> dict[str, str]:
    """Return what decides each file: the code and data behind a script of data, the text that becomes small."""
    minifier = installed("minify-go")
    code = {name: f"{minifier} {text}" for name, text in texts().items()}
    reached = {name: provenance.remembered(folder / f".{name}.reached", write) for name, write in DATA.items()}
    return {**code, **reached}


def content(name: str) -> bytes:
    """Make the content of a file."""
    text: str = resolve_name(DATA[name])() if name in DATA else minified(texts()[name], Path(name).suffix)
    return text.encode()


def texts() -> dict[str, str]:
    """Return the files without data as they were written."""
    files = {name for explorer in EXPLORERS.values() for name in explorer.files} - {*DATA}
    return {name: "".join(map(written, BUNDLES.get(name, (name,)))) for name in (*LOADER, *sorted(files))}


def written(script: str) -> str:
    """Return a script, or a style sheet, as it was written."""
    return registry_script() if script == REGISTRY else (SCRIPTS / script).read_text("utf-8")


def minified(code: str, ending: str = ".js") -> str:
    r"""Make code small: without comments and spaces, and with short names for what no other script can see.

    Examples
    --------
    >>> minified("/** Halve. */\nwindow.half = (number) => number / 2; // exact\n")
    'window.half=e=>e/2'
    >>> minified("p { margin: 0 } /* none */", ".css")
    'p{margin:0}'
    """
    import minify  # brings the runtime of Go, which a process needs that writes files, and no other

    small: str = minify.string(KINDS[ending], code)
    return _SHEET.sub(lambda sheet: _squeezed(sheet[0]), small) if ending == ".js" else small


def _squeezed(sheet: str) -> str:
    """Take from a style sheet that stands in a script what means nothing: a minifier of scripts leaves texts alone."""
    bare = re.sub(r"/\*.*?\*/|(?<=[\s:,(])0(?=\.\d)", "", sheet, flags=re.DOTALL)
    lines = re.sub(r"(?<=[`{};,])\s*\n\s*|\s*\n\s*(?=`)", "", bare)
    tight = re.sub(r"\s*([{;,>])\s*|(?<=:)\s+|\s*\n\s*", lambda match: match[1] or " " * ("\n" in match[0]), lines)
    return tight.replace(";}", "}")
