"""The fonts that ship, so that what a reader sees does not depend on the fonts of a machine.

Pages, pictures, explorers, books and reports are all set in one font, and matplotlib measures with it too: a text is as
wide in the browser as it was when its place was chosen. ``nox -s font`` makes the files.
"""

from __future__ import annotations

import io
import re
import shutil
from functools import cache
from pathlib import Path

from lxml import etree

from cnnfigs.images import data_url

SVG = "{http://www.w3.org/2000/svg}"

#: The families of the fonts for text and for formulas.
FAMILY, MATHS = "Tutorial Sans", "Maths"

#: Where the files are, with a style sheet that names those for browsers.
FOLDER = Path(__file__).with_name("fonts")


@cache
def register() -> None:
    """Make the text font known to matplotlib, whose list of fonts is one for the whole process."""
    from matplotlib.font_manager import fontManager  # a site in which nothing has changed is built without

    for path in sorted(FOLDER.glob("*.ttf")):
        fontManager.addfont(path)


def copy_web_fonts(folder: Path, licences: bool = True) -> None:
    """Write what browsers need into a folder: ``fonts.css``, the files that it names, and their licences as texts.

    Where no texts may lie, as in an ePub, the licences stand in the files themselves.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.iterdir():
        if path.suffix != ".ttf" and (licences or path.suffix != ".txt"):
            shutil.copyfile(path, folder / path.name)


def embedded_faces() -> str:
    """Return CSS that holds the text font itself, for documents that stand alone."""
    sheet = (FOLDER / "fonts.css").read_text("utf-8")
    rules = re.findall(rf'@font-face {{\n  font-family: "{FAMILY}".*?}}\n', sheet, re.DOTALL)

    def embedded(file: re.Match[str]) -> str:
        return f"url({data_url('font/woff2', (FOLDER / file[1]).read_bytes())})"

    return re.sub(r'url\("(.*?)"\)', embedded, "".join(rules))


def embed(drawing: etree._Element) -> None:
    """Put into an SVG document those letters of the text font that it writes, for wherever it is shown.

    Parameters
    ----------
    drawing
        The root of the document, which is changed.
    """
    letters: dict[str, set[str]] = {"normal": set(), "bold": set()}
    for text in drawing.iter(f"{SVG}text"):
        weight = "bold" if text.get("font-weight") in ("bold", "700") else "normal"
        letters[weight].update("".join(text.itertext()))
    # Until a browser has read the font, it writes in another: what is printed at once would else have no words.
    rules = "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};font-display:swap;'
        f"src:url({data_url('font/woff2', font)})}}"
        for weight, font in (
            (weight, _subset(weight, "".join(sorted(used)))) for weight, used in letters.items() if used
        )
    )
    sheet = etree.Element(f"{SVG}style")
    sheet.text = rules
    drawing.append(sheet)
    drawing.set("font-family", f"{FAMILY}, sans-serif")


@cache
def _subset(weight: str, letters: str) -> bytes:
    """Return the text font with these letters only."""
    from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    font = TTFont(FOLDER / f"text-{'bold' if weight == 'bold' else 'regular'}.ttf", recalcTimestamp=False)
    for table in ("GDEF", "GPOS", "GSUB"):
        if table in font:  # to leave them out by an option would be to read them first, which takes most of the time
            del font[table]
    options = Options(layout_features=[], name_IDs=[])
    subsetter = Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()
