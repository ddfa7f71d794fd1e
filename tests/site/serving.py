"""A web server for the built site, as a real one would serve it: compressed, under a strict security policy."""

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

#: These are compressed already.
PACKED = (".woff2", ".png", ".jpg", ".zip", ".gz")


def security_policy(page: str) -> str:
    """Return a policy that allows a page its own files and the inline scripts and styles that it has, by hash."""

    def hashes(tag: str) -> str:
        contents = re.findall(rf"<{tag}(?![^>]*\ssrc=)[^>]*>(.*?)</{tag}>", page, re.DOTALL)
        digests = (base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() for content in contents)
        return " ".join(["'self'", *dict.fromkeys(f"'sha256-{digest}'" for digest in digests)])

    sources = f"default-src 'self'; img-src 'self' data:; script-src {hashes('script')}; style-src {hashes('style')}"
    # Who publishes it allows what the page's own policy allows.
    return f"{sources}; worker-src blob:" if "<cnn-train " in page else sources


@lru_cache(maxsize=512)
def content(path: Path, changed: int) -> tuple[bytes, bytes, str]:
    """Return a file as it is and compressed, and for a page its policy; each is asked for many times."""
    body = path.read_bytes()
    packed = body if path.suffix in PACKED else gzip.compress(body, 6)
    return body, packed, security_policy(body.decode("utf-8")) if path.suffix == ".html" else ""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *arguments) -> None:
        self.folder = folder.resolve()
        super().__init__(*arguments)

    def do_GET(self) -> None:
        path = (self.folder / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        status = HTTPStatus.OK
        if path.is_dir():
            path /= "index.html"
        if not path.is_file() or not path.is_relative_to(self.folder):
            path, status = self.folder / "404.html", HTTPStatus.NOT_FOUND
        if not path.is_file():
            self.send_error(status)
            return
        body, packed, policy = content(path, path.stat().st_mtime_ns)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        if kind == "text/html":
            self.send_header("Content-Security-Policy", policy)
        if path.suffix not in PACKED and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = packed
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        """Say nothing about each request."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine while the context lasts; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, folder)) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
