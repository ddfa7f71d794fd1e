"""Make the site's maths font, a subset of STIX Two Math, from the copy in the package ziamath.

Run by ``nox -s font``. The characters are those that formulas of the pages may use; tests/site fails on a formula with
another one, which is then to be added here.
"""

from __future__ import annotations

import argparse
from importlib.resources import as_file, files
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

CHARACTERS = "".join(
    [
        *map(chr, range(0x20, 0x7F)),
        "\N{NO-BREAK SPACE}\N{THIN SPACE}\N{SIX-PER-EM SPACE}¬±·×÷°′″‴…⋮⋯⋱",
        "αβγδεϵζηθικλμνξπρστυφϕχψωΓΔΘΛΞΠΣΦΨΩ",
        "̸¯˘˙¨ˆˇ˜^~→⃗",  # accents
        "∀∂∃∅∇∈∉∋∏∑−∓∗∘∙√∛∝∞∣∥∧∨∩∪∫∼≃≈≅≔≠≡≤≥≪≫⊂⊃⊆⊇⊕⊖⊗⊙⊤⊥⋅⋆⧵⧸",
        "←↑→↓↔↦⇐⇒⇔⟶⟵⟹⟺",
        "‖⌈⌉⌊⌋⟨⟩⟦⟧⎰⎱⏞⏟‾_",
        "ℓℕℝℤℎℏ⁡⁢",
        # Mathematical alphanumeric symbols: bold, italic, bold italic, script, double-struck one, Greek italic.
        *map(chr, range(0x1D400, 0x1D434)),
        *map(chr, range(0x1D434, 0x1D468)),
        *map(chr, range(0x1D6FC, 0x1D71C)),
        "𝟏𝟎ℒ𝒩𝒪𝔼ℙ𝟙",
    ]
)


def make(font: Path) -> None:
    """Write the subset as WOFF2 to a file."""
    with as_file(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf") as source:
        # The time of the build would change the file each time.
        whole = TTFont(source, recalcTimestamp=False)
        options = Options(
            flavor="woff2",
            hinting=False,
            layout_features=[],  # the shapes for small scripts alone weigh as much as all the rest
            name_IDs=[0, 1, 2, 4, 6, 13, 14],
        )
        subsetter = Subsetter(options)
        subsetter.populate(text=CHARACTERS)
        subsetter.subset(whole)
        whole.flavor = "woff2"
        font.parent.mkdir(parents=True, exist_ok=True)
        whole.save(font)
    print(f"{font}: {font.stat().st_size:,} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=Path("docs/_static/fonts/maths.woff2"))
    make(parser.parse_args().file)
