"""Compare two folders of rendered illustrations: which are new, gone or changed, and how they look before and after.

Usage: python .github/changed_pictures.py BEFORE AFTER REPORT

Both folders are made by ``nox -s pictures -- FOLDER``, each from one version of the repository. REPORT becomes a folder
with ``index.html``, which shows what differs side by side. A table of it in Markdown is printed.
"""

import shutil
import sys
from collections import Counter
from html import escape
from pathlib import Path

PICTURES = (".svg", ".png", ".gif", ".webp")

STYLE = """
body { max-width: 100rem; margin: 0 auto; padding: 1rem; font-family: system-ui, sans-serif; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.5rem; border: 1px solid #7b8087; text-align: left; vertical-align: top; }
img { max-width: 100%; background: #ffffff; }
iframe { width: 100%; height: 24rem; border: 0; background: #ffffff; }
"""


def differences(before: Path, after: Path) -> dict[str, str]:
    """Return the names of the illustrations that differ, each with ``"new"``, ``"gone"`` or ``"changed"``.

    One that was a table and is a picture now has changed: its file has another ending.

    Raises
    ------
    FileNotFoundError
        If one of the folders is not there.
    """
    for folder in (before, after):
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is no folder: make it with `nox -s pictures -- {folder}`")
    old, new = illustrations(before), illustrations(after)
    found = {}
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            found[name] = "new"
        elif name not in new:
            found[name] = "gone"
        elif old[name].name != new[name].name or old[name].read_bytes() != new[name].read_bytes():
            found[name] = "changed"
    return found


def illustrations(folder: Path) -> dict[str, Path]:
    """Return the file of each illustration, by its name."""
    return {path.stem: path for path in folder.iterdir() if path.is_file()}


def summary(found: dict[str, str], count: int) -> str:
    """Write the table in Markdown.

    Parameters
    ----------
    found
        What differs.
    count
        How many illustrations there are now.
    """
    if not found:
        return f"None of the {count} illustrations looks different.\n"
    rows = [f"| {name} | {what} |" for name, what in found.items()]
    kinds = ", ".join(f"{number} {what}" for what, number in Counter(sorted(found.values())).items())
    said = f"{len(found)} of the illustrations look different ({kinds}); there are {count} now."
    return "\n".join([said, "", "| illustration | |", "| --- | --- |", *rows, ""])


def shown(folder: str, name: str) -> str:
    """Return the HTML that shows a file of the report."""
    address = f"{folder}/{escape(name, quote=True)}"
    if Path(name).suffix in PICTURES:
        return f'<img src="{address}" alt="{escape(Path(name).stem, quote=True)}, {folder}" loading="lazy">'
    return f'<iframe src="{address}" title="{escape(Path(name).stem, quote=True)}, {folder}" sandbox></iframe>'


def write_report(before: Path, after: Path, report: Path, found: dict[str, str]) -> None:
    """Copy what differs into a folder, with a page that shows it."""
    report.mkdir(parents=True, exist_ok=True)
    rows, sides = [], {"before": illustrations(before), "after": illustrations(after)}
    for name, what in found.items():
        cells = []
        for folder, files in sides.items():
            if source := files.get(name):
                (report / folder).mkdir(exist_ok=True)
                shutil.copyfile(source, report / folder / source.name)
            cells.append(f"<td>{shown(folder, source.name) if source else '–'}</td>")
        rows.append(f"<tr><th scope='row'>{escape(name)}<br>{what}</th>{''.join(cells)}</tr>")
    body = "<p>No illustration looks different.</p>"
    if rows:
        head = "<tr><th></th><th scope='col'>before</th><th scope='col'>after</th></tr>"
        body = f"<table>\n{head}\n{chr(10).join(rows)}\n</table>"
    page = (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Illustrations that changed</title>\n'
        f"<style>{STYLE}</style>\n<h1>Illustrations that changed</h1>\n{body}\n</html>\n"
    )
    (report / "index.html").write_text(page, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Compare and report; what differs is no error."""
    if len(arguments) != 3:
        print("Usage: python .github/changed_pictures.py BEFORE AFTER REPORT", file=sys.stderr)
        return 2
    before, after, report = map(Path, arguments)
    try:
        found = differences(before, after)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    write_report(before, after, report, found)
    print(summary(found, len(illustrations(after))), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
