"""What the built package says of its home, and README.md with addresses that hold elsewhere.

The repository does not know its own address, and nothing in it pretends to. Where the environment variables
``CNNFIGS_REPOSITORY`` and ``CNNFIGS_SITE_URL`` say it, as in .github/workflows/release.yml, the package's metadata
get it.
"""

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

#: A link, or a picture, within the repository: what is before it says which of the two.
WITHIN = re.compile(r'(?P<before>(?P<link>\]\()|src="|srcset=")(?P<path>(?!https?:|#)[^)"\s]+)')


def urls(repository: str, site: str) -> dict[str, str]:
    """Return the addresses that are known, by the names that package indexes show."""
    found = {"Documentation": site} if site else {}
    if repository:
        for name, path in (("Source", ""), ("Issues", "/issues"), ("Changelog", "/blob/main/CHANGELOG.md")):
            found[name] = repository + path
    return found


def with_addresses(readme: str, repository: str) -> str:
    """Let links and pictures of README.md lead into the repository.

    Examples
    --------
    >>> with_addresses('[a](b.md), [c](https://e.org)', "https://github.com/ada/nets")
    '[a](https://github.com/ada/nets/blob/main/b.md), [c](https://e.org)'
    >>> with_addresses('<img src="d.svg">', "https://github.com/ada/nets")
    '<img src="https://github.com/ada/nets/raw/main/d.svg">'
    """
    if not repository:
        return readme
    return WITHIN.sub(
        lambda found: f"{found['before']}{repository}/{'blob' if found['link'] else 'raw'}/main/{found['path']}", readme
    )


class Addresses(MetadataHookInterface):
    """Adds the addresses while the package is built."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what pyproject.toml calls dynamic."""
        repository = os.environ.get("CNNFIGS_REPOSITORY", "").rstrip("/")
        readme = Path(self.root, "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": with_addresses(readme, repository)}
        if found := urls(repository, os.environ.get("CNNFIGS_SITE_URL", "")):
            metadata["urls"] = found
