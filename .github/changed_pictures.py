"""Compare two folders of rendered illustrations: which are new, gone or changed, and how they look before and after.

Usage: python .github/changed_pictures.py BEFORE AFTER REPORT

Both folders are made by ``nox -s pictures -- FOLDER``, each from one version of the repository. REPORT becomes a folder
with ``index.html``, which shows what differs side by side. A table of it in Markdown is printed.
"""

import shutil
import sys
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
    """Return the names of the files that differ, each with ``"new"``, ``"gone"`` or ``"changed"``.

    Raises
    ------
    FileNotFoundError
        If one of the folders is not there.
    """
    for folder in (before, after):
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder} is no folder: make it with `nox -s pictures -- {folder}`")
    old, new = (
        {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} for folder in (before, after)
    )
    found = {}
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            found[name] = "new"
        elif name not in new:
            found[name] = "gone"
        elif old[name] != new[name]:
            found[name] = "changed"
    return found


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
    rows = [f"| {Path(name).stem} | {what} |" for name, what in found.items()]
    said = f"{len(found)} of the illustrations look different; there are {count} now."
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
    rows = []
    for name, what in found.items():
        cells = []
        for folder, source in (("before", before / name), ("after", after / name)):
            if source.exists():
                (report / folder).mkdir(exist_ok=True)
                shutil.copyfile(source, report / folder / name)
            cells.append(f"<td>{shown(folder, name) if source.exists() else '–'}</td>")
        rows.append(f"<tr><th scope='row'>{escape(Path(name).stem)}<br>{what}</th>{''.join(cells)}</tr>")
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
    print(summary(found, sum(path.is_file() for path in after.iterdir())), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
