"""Make the pictures of README.md: the first page of the site as a browser shows it, and one figure, in both themes.

Usage: readme_pictures.py SITE FOLDER

GitHub shows the one that fits the reader's theme. They are committed: nobody who reads README.md has built the site.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from cnnfigs.drawing.widths import ROOT_FONT_SIZE
from cnnfigs.illustrations.windows.field_growth import FieldGrowth
from cnnfigs.sphinxext.books.browsers import find_browser

#: What of the page is seen, in pixels of CSS; the picture has so many times as many.
WINDOW, SCALE = {"width": 75 * ROOT_FONT_SIZE, "height": 53 * ROOT_FONT_SIZE}, 1.25


def main(site: Path, folder: Path) -> None:
    """Write them."""
    if not (site / "index.html").is_file():
        sys.exit(f"{site} holds no site: build it first")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser())
        for theme in ("light", "dark"):
            page = browser.new_page(
                viewport=WINDOW, device_scale_factor=SCALE, color_scheme=theme, reduced_motion="reduce"
            )
            page.goto((site / "index.html").resolve().as_uri())
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(1000)  # what the first page shows comes with its scripts
            write(page.screenshot(), folder / f"site-{theme}.webp")
            page.close()
        browser.close()
    for theme in ("light", "dark"):
        FieldGrowth().save(folder / f"figure-{theme}.svg", theme=theme)


def write(png: bytes, path: Path) -> None:
    """Write a picture of few colours small."""
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(path, quality=80, method=6)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: readme_pictures.py SITE FOLDER")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
