"""The browser that the tests drive, the same that prints the PDF, and the fonts that it finds: none of the machine."""

import shutil
from pathlib import Path

import matplotlib
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from cnnfigs.drawing.fonts import FOLDER
from cnnfigs.sphinxext.books.browsers import find_browser

__all__ = ["ARGUMENTS", "CODE", "find_browser", "write_fonts"]

#: What is switched off: all that Playwright does, since of such lists the last one counts alone; and what the browser
#: prepares below the line of the address for each window, two pages of its own, which cost more than the window.
WITHOUT = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
)
ARGUMENTS = ["--disable-gpu", "--disable-background-networking", f"--disable-features={','.join(WITHOUT)}"]
#: The font that code is set in where a reader has none of those that the theme names.
CODE = "DejaVu Sans Mono"


def write_fonts(folder: Path, stretch: float | None = None) -> Path:
    """Write a configuration of fontconfig that knows few fonts: matplotlib's, or for text our own, stretched.

    Parameters
    ----------
    folder
        Where it and the fonts are written.
    stretch
        How many times as wide as ours the font for text is; it is matplotlib's when this is not given.

    Returns
    -------
    pathlib.Path
        What the environment variable ``FONTCONFIG_FILE`` wants to know.
    """
    shipped = Path(matplotlib.get_data_path(), "fonts/ttf")
    for name in ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        shutil.copy(shipped / name, folder)
    text = "DejaVu Sans"
    if stretch is not None:
        text = "Stretched"
        for path in FOLDER.glob("*.ttf"):
            stretched(path, text, stretch).save(folder / path.name)
    aliases = "".join(
        f"<alias binding='same'><family>{generic}</family><prefer><family>{name}</family></prefer></alias>"
        for generic, name in (("sans-serif", text), ("serif", text), ("system-ui", text), ("monospace", CODE))
    )
    configuration = folder / "fonts.conf"
    configuration.write_text(
        f"<fontconfig><dir>{folder}</dir><cachedir>{folder / 'cache'}</cachedir>{aliases}</fontconfig>", "utf-8"
    )
    return configuration


def stretched(path: Path, family: str, stretch: float) -> TTFont:
    """Return a font whose letters are so many times as wide, under another name."""
    font = TTFont(path)
    glyphs = font.getGlyphSet()
    for name in font.getGlyphOrder():
        outline, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
        glyphs[name].draw(outline)
        outline.replay(TransformPen(pen, (stretch, 0, 0, 1, 0, 0)))
        width, left = font["hmtx"][name]
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = (round(width * stretch), round(left * stretch))
    for number in (1, 4, 6):
        font["name"].setName(family, number, 3, 1, 0x409)
    return font
