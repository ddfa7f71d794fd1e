"""The Chromium or Chrome of this machine."""

from __future__ import annotations

import shutil

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)


def find_browser(chosen: str | None = None) -> str:
    """Return the program of the browser to drive.

    Parameters
    ----------
    chosen
        The one to take; the first that is found when it is not given.

    Raises
    ------
    RuntimeError
        If there is none; the message says how to install one.
    """
    names = (chosen,) if chosen else BROWSERS
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        raise RuntimeError(
            f"none of {', '.join(names)} found, one of which prints the PDF and is driven by the tests: install one"
            " with `sudo apt-get install chromium` (Debian), `sudo snap install chromium` (Ubuntu),"
            " `brew install --cask google-chrome` (macOS) or `winget install Google.Chrome` (Windows)"
        )
    return program
