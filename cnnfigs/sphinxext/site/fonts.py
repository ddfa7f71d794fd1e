"""Make the two fonts that ship, in the files that the site, books and matplotlib need.

Run by ``nox -s font``. The text font is IBM Plex Sans, from the package fontpkg-ibm-plex-sans, with five signs of the
maths font, STIX Two Math, from the package ziamath. What is cut and joined may not keep the name Plex; it is called
:data:`cnnfigs.drawing.fonts.FAMILY`. Each font is two files for browsers: one with what nearly every page writes, and
one with the rest, which a page loads only if it writes some of it. Tests fail on a page with another sign, and on a
formula with a sign that is not in the first file: it is then to be added here.
"""

from __future__ import annotations

import argparse
import io
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from string import ascii_letters

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib.instancer import instantiateVariableFont  # type: ignore[import-untyped]

from cnnfigs.drawing.fonts import FAMILY, FOLDER, MATHS

ASCII = "".join(map(chr, range(0x20, 0x7F)))
#: What nearly every page writes, and what the rest of them may. The signs of formulas are among the first, because
#: browsers look for them here until the maths font has come.
TEXT = f"{ASCII}\N{NO-BREAK SPACE}©°±²¶·×÷çé’“”–…−←→∂∑∗√≈≠≤≥⌊⌋⁻⁰⁴⁶⁸"
MORE_TEXT = "".join(
    [
        *map(chr, range(0xA1, 0xAD)),
        *map(chr, range(0xAE, 0x180)),
        "İŞşȘșȚț‘‚„†‡•‰‹›⁄€™—",
        "⁵⁷⁹₀₁₂₃₄₅₆₇₈₉",
        "←↑↓↔∂∆∏∑√∞∫≈≠≤≥◊∗⌊⌋●",
    ]
)
#: Signs that IBM Plex Sans lacks and STIX Two Math has.
BORROWED = "⁻∗⌊⌋●"

#: What formulas of the pages write, and all signs that are stretched: browsers look for these in one file only.
#: A variable of one letter is drawn in italics, but browsers look for the plain letter too.
FORMULAS = "".join(
    [
        "()[]{}|/+,.=0123456789 \N{NO-BREAK SPACE}·×…′←→∂∑∏∫√∞−≤≥≈‖⌈⌉⌊⌋⟨⟩⏞⏟‾_^~",
        ascii_letters,
        "βγημσ𝐶𝐷𝐸𝐹𝐿𝑎𝑏𝑐𝑑𝑒𝑓𝑖𝑗𝑘𝑛𝑝𝑞𝑟𝑠𝑡𝑣𝑤𝑥𝑦𝑧𝛽𝛾𝜂𝜇𝜎",
    ]
)
MORE_FORMULAS = "".join(
    [
        ASCII,
        "\N{THIN SPACE}\N{SIX-PER-EM SPACE}¬±÷°″‴⋮⋯⋱",
        "αβγδεϵζηθικλμνξπρστυφϕχψωΓΔΘΛΞΠΣΦΨΩ",
        "̸¯˘˙¨ˆˇ˜⃗",  # accents
        "∀∃∅∇∈∉∋∓∗∘∙∛∝∣∥∧∨∩∪∼≃≅≔≠≡≪≫⊂⊃⊆⊇⊕⊖⊗⊙⊤⊥⋅⋆⧵⧸",
        "↑↓↔↦⇐⇒⇔⟶⟵⟹⟺⟦⟧⎰⎱ℓℕℝℤℎℏ⁡⁢",
        # Mathematical alphanumeric symbols: bold, italic, bold italic, script, double-struck one, Greek italic.
        *map(chr, range(0x1D400, 0x1D434)),
        *map(chr, range(0x1D434, 0x1D468)),
        *map(chr, range(0x1D6FC, 0x1D71C)),
        "𝟏𝟎ℒ𝒩𝒪𝔼ℙ𝟙",
    ]
)


def copied(font: TTFont) -> TTFont:
    """Return a font to be changed."""
    buffer = io.BytesIO()
    font.save(buffer)
    return TTFont(buffer, recalcTimestamp=False)


def subset(font: TTFont, characters: str, features: list[str]) -> TTFont:
    """Return a font with these characters only."""
    options = Options(hinting=False, layout_features=features, name_IDs=[0, 1, 2, 3, 4, 6, 14])
    options.drop_tables += ["MVAR", "STAT", "gasp"]  # of use where fonts are installed
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    smaller = copied(font)
    subsetter.subset(smaller)
    return smaller


def borrow(font: TTFont, characters: str, lender: TTFont) -> None:
    """Copy what a font lacks from another of the same size, in one weight."""
    if font["head"].unitsPerEm != lender["head"].unitsPerEm:
        raise ValueError("both fonts must have as many units to the em")
    names = lender.getBestCmap()
    # Without this table browsers take the widths from where the outlines are varied.
    del font["HVAR"]
    variations = font["gvar"].variations
    for character in characters:
        name = f"uni{ord(character):04X}"
        font["glyf"][name] = deepcopy(lender["glyf"][names[ord(character)]])
        font["hmtx"][name] = lender["hmtx"][names[ord(character)]]
        variations[name] = []
        for table in font["cmap"].tables:
            table.cmap[ord(character)] = name


def rename(font: TTFont, style: str) -> None:
    """Give a font the name of ours, with its makers' copyright and licence."""
    whole = f"{FAMILY} {style}"
    names = {1: FAMILY, 2: style, 3: whole, 4: whole, 6: f"{FAMILY.replace(' ', '')}-{style}"}
    table = font["name"]
    for number, name in names.items():
        table.removeNames(nameID=number)
        table.setName(name, number, 3, 1, 0x409)
    for number in (16, 17, 21, 22, 25):
        table.removeNames(nameID=number)


def save(font: TTFont, path: Path, flavor: str | None = None) -> None:
    """Write a font to a file and say how large it is."""
    font.flavor = flavor
    font.save(path)
    print(f"{path}: {path.stat().st_size:,} bytes")


def unicode_range(characters: str) -> str:
    """Write characters as the CSS descriptor ``unicode-range`` wants them.

    Examples
    --------
    >>> unicode_range("abc→")
    'U+61-63, U+2192'
    """
    codes = sorted(set(map(ord, characters)))
    starts = [code for code in codes if code - 1 not in codes]
    ends = [code for code in codes if code + 1 not in codes]
    pairs = zip(starts, ends, strict=True)
    return ", ".join(f"U+{start:X}" if start == end else f"U+{start:X}-{end:X}" for start, end in pairs)


def face(family: str, name: str, characters: str, weights: str = "") -> str:
    """Write the CSS rule of one file."""
    return (
        f'@font-face {{\n  font-family: "{family}";\n  src: url("{name}") format("woff2");\n{weights}'
        f"  font-display: swap;\n  unicode-range: {unicode_range(characters)};\n}}\n"
    )


def make(folder: Path) -> None:
    """Write all files into a folder."""
    # The time of the build would change the files each time.
    maths = TTFont(str(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"), recalcTimestamp=False)
    plex = TTFont(str(files("fontpkg_ibm_plex_sans") / "files" / "IBMPlexSans[wdth,wght].ttf"), recalcTimestamp=False)
    # Not all characters that may be asked for are there; what is drawn by neither is not ours to draw.
    known = plex.getBestCmap()
    more_text = "".join(sign for sign in MORE_TEXT if sign not in TEXT and (ord(sign) in known or sign in BORROWED))
    borrow(plex, BORROWED, maths)
    text = subset(plex, TEXT + more_text, ["kern"])
    text = instantiateVariableFont(text, {"wdth": 100, "wght": (400, 700)})
    rename(text, "Regular")
    save(subset(text, TEXT, ["kern"]), folder / "text.woff2", "woff2")
    save(subset(text, more_text, []), folder / "text-more.woff2", "woff2")
    for style, weight in (("Regular", 400), ("Bold", 700)):
        fixed = instantiateVariableFont(copied(text), {"wght": weight}, updateFontNames=False)
        rename(fixed, style)
        fixed["OS/2"].usWeightClass = weight
        fixed["OS/2"].fsSelection = 0x20 if weight == 700 else 0x40
        fixed["head"].macStyle = int(weight == 700)
        # matplotlib centres a line between these two: so digits and capitals stand in the middle.
        fixed["hhea"].ascent = fixed["OS/2"].sTypoAscender = fixed["OS/2"].sCapHeight
        save(fixed, folder / f"text-{style.lower()}.ttf")
    # The shapes for small scripts alone weigh as much as all the rest.
    drawn = maths.getBestCmap()
    more_formulas = "".join(sign for sign in MORE_FORMULAS if sign not in FORMULAS and ord(sign) in drawn)
    save(subset(maths, FORMULAS, []), folder / "maths.woff2", "woff2")
    save(subset(maths, more_formulas, []), folder / "maths-more.woff2", "woff2")
    weights = "  font-weight: 400 700;\n"
    (folder / "fonts.css").write_text(
        "/* Made by `nox -s font`, as are the files beside it. */\n"
        + face(FAMILY, "text.woff2", TEXT, weights)
        + face(FAMILY, "text-more.woff2", more_text, weights)
        + face(MATHS, "maths.woff2", FORMULAS)
        + face(MATHS, "maths-more.woff2", more_formulas),
        encoding="utf-8",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    make(parser.parse_args().folder)
