"""EPUBCheck, the checker of the W3C, and the parts of an ePub."""

import shutil
import subprocess
from pathlib import Path

from lxml import etree

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"


def epubcheck(book: Path) -> list[str]:
    """Return what EPUBCheck objects to.

    Raises
    ------
    RuntimeError
        If it is not installed; the message says how to install it.
    """
    program = shutil.which("epubcheck")
    if program is None or shutil.which("java") is None:
        raise RuntimeError(
            "epubcheck is not installed, with which the ePub is checked: install it with"
            " `sudo apt-get install epubcheck` (Debian, Ubuntu) or `brew install epubcheck` (macOS)"
        )
    # Debian's program is a Java archive, which not every system knows how to start.
    archive = Path(program).read_bytes()[:2] == b"PK"
    command = [*(["java", "-jar"] if archive else []), program, "--quiet", "--failonwarnings", str(book)]
    result = subprocess.run(command, capture_output=True, text=True)
    lines = (result.stdout + result.stderr).splitlines()
    problems = [line for line in lines if line.startswith(("FATAL", "ERROR", "WARNING"))]
    if result.returncode and not problems:
        return lines
    return problems


def pages(folder: Path) -> dict[str, etree._Element]:
    """Return the pages of an unpacked ePub."""
    parser = etree.XMLParser(huge_tree=True)
    return {path.stem: etree.parse(path, parser).getroot() for path in sorted(folder.glob("*.xhtml"))}


def pictures(page: etree._Element) -> list[etree._Element]:
    """Return the drawings and tables of a page that an illustration has made."""
    marked = [*page.iter(f"{SVG}svg"), *page.iter(f"{XHTML}table")]
    return [element for element in marked if {"cnn-figure", "cnn-table"} & set(element.get("class", "").split())]
