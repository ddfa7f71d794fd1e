"""Each page's own content security policy: it loads its own files, and runs only the scripts that were written into it.

Hosts such as GitHub Pages send no policy, and a page that is opened from a folder has no host. So it stands in the
page: its own files, and by hash the scripts and styles that stand in it. Whatever else comes into a page, by an address
or a file that a reader opens, is not run. A page with an explorer that computes in a worker may start one from a text
of its scripts, since no browser starts one from a file where pages are opened from a folder.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from cnnfigs.explorers.registry import EXPLORERS
from cnnfigs.files import update

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

NAME = "Content-Security-Policy"
_META = re.compile(rf'<meta http-equiv="{NAME}"[^>]*>\n?')
#: In a folder a page's own files are not of one origin, as they are on a host.
_OWN = "'self' file:"
#: The elements of explorers that compute in a worker.
_WORKING = re.compile(rf"<cnn-(?:{'|'.join(name for name, each in EXPLORERS.items() if each.worker)})[ >]")


def policy(page: str) -> str:
    """Write the policy of a page as HTML.

    Examples
    --------
    >>> policy("<p>No script</p>").split("; ")[1:3]
    ["img-src 'self' file: data:", "script-src 'self' file:"]
    """
    scripts, styles = (" ".join([_OWN, *_hashes(page, tag)]) for tag in ("script", "style"))
    sources = {"default": _OWN, "img": f"{_OWN} data:", "script": scripts, "style": styles}
    if _WORKING.search(page):
        sources["worker"] = "blob:"
    return "; ".join([*(f"{kind}-src {allowed}" for kind, allowed in sources.items()), "base-uri 'none'"])


def _hashes(page: str, tag: str) -> list[str]:
    contents = re.findall(rf"<{tag}(?![^>]*\ssrc=)[^>]*>(.*?)</{tag}>", page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() for content in contents)
    return [f"'sha256-{digest}'" for digest in dict.fromkeys(digests)]


def secured(page: str) -> str:
    """Put the policy into a page's head, before anything that it could forbid."""
    bare = _META.sub("", page)
    meta = f'<meta http-equiv="{NAME}" content="{escape(policy(bare), quote=False)}" />\n'
    return re.sub(r"(<head>\s*(?:<meta charset=[^>]*>\s*)?)", lambda match: match[1] + meta, bare, count=1)


def secure(app: Sphinx, error: Exception | None) -> None:
    """Give each page its policy; none while one writes, since the server of ``nox -s live`` adds a script."""
    if error is not None or app.builder.name != "html":
        return
    for path in sorted(Path(app.outdir).rglob("*.html")):
        page = path.read_text("utf-8")
        update(path, (secured(page) if app.config.security_policy else _META.sub("", page)).encode())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_config_value("security_policy", True, "", [bool])
    app.connect("build-finished", secure, priority=900)  # after those that write pages then
    return {"parallel_read_safe": True, "parallel_write_safe": True}
