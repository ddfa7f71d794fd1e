"""What happens before pages are read: the runs that they need are computed, each once, on all processors.

Pages are read one after another by a few processes, and what their cells need differs from a second to a minute. So the
cells' runs are found first (:mod:`cnnfigs.building.jobs`) and computed by processes that are all busy to the end; when
the cells run, they find every result kept. All these processes, the kernels of the cells included, are forked from one
that has imported what takes long (:mod:`cnnfigs.building.server`). Where nothing has changed no process is started.

One build at a time works in a tree, and one that was killed is not trusted: the next one reads all pages again.
"""

from __future__ import annotations

import gc
import logging as logging_of_python
import os
import shutil
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.util import register_after_fork
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from jupyter_cache import get_cache
from myst_nb.core.read import MystMetadataParsingError, is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.errors import ExtensionError
from sphinx.util import logging

from cnnfigs.building.costs import Costs
from cnnfigs.building.forking import AVAILABLE, ForkError, Server
from cnnfigs.building.progress import Teller
from cnnfigs.building.server import end_with
from cnnfigs.building.workers import compute, plan, unique
from cnnfigs.cluster import ClusterError
from cnnfigs.sphinxext.reading import freshness, kernels

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)


class Building:
    """One build: what it holds while it lasts."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.folder = app.doctreedir.parent
        self.begun = time.monotonic()
        self.process = os.getpid()
        self.distrusted = False
        self.server: Server | None = None
        self.costs = Costs(self.folder)
        self.teller = Teller(app.config.building_told, self.costs)
        self._lock = FileLock(self.folder / "build.lock")
        self._unfinished = self.folder / f"{app.doctreedir.name}.unfinished"

    def begin(self) -> None:
        """Wait until no other build works here, and see whether the last one came to its end."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if AVAILABLE:
            # Sphinx' readers and writers, its forks, would wait for ever for what a killed build had in hand.
            register_after_fork(self, lambda build: end_with(build.process))
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            self.teller.say("another build is at work in this tree: waiting for its end")
            self._lock.acquire()
        self.distrusted = self._unfinished.exists()
        if self.distrusted:
            self.teller.say("the last build was stopped: all pages are read again")
            # Its files may be half written. What it has computed is checked when it is used.
            (self.app.doctreedir / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
            shutil.rmtree(self.app.config.nb_execution_cache_path, ignore_errors=True)
            # Sphinx adds to the last index, and would keep the words of pages as they were.
            (self.app.outdir / "searchindex.js").unlink(missing_ok=True)
        self._unfinished.touch()
        # All has to be computed: let the libraries be imported while the pages are looked at.
        if AVAILABLE and not (self.app.doctreedir / ENV_PICKLE_FILENAME).exists():
            self._serve(keras=True)

    def end(self, failed: bool) -> None:
        """End the server, report how it went, and let the next build begin."""
        if self.server is not None:
            kernels.use(None)
            self.server.close()
            self.server = None
        if not failed:
            self._unfinished.unlink(missing_ok=True)
            self.teller.say(f"built in {time.monotonic() - self.begun:.0f} s")
        if self.teller.measured:
            self.costs.remember(self.teller.measured)
        self.teller.close()
        self._lock.release()

    def prepare(self, env: BuildEnvironment, names: list[str]) -> None:
        """Compute what the cells of some pages need."""
        cells = cells_to_run(self.app, names)
        self.teller.begin_reading(len(names))
        if not cells:
            if self.server is not None:
                self.server.close()
                self.server = None
            return
        if not AVAILABLE:
            self.teller.say(summary(freshness.reasons(env, list(cells))))
            return
        try:
            self._compute(env, cells)
        except ForkError as error:
            logger.info("the pages' kernels compute what they need: %s", error)
            kernels.use(None)

    def _serve(self, keras: bool) -> Server:
        if self.server is None:
            self.server = Server()
            if keras:
                self.server.warm_keras()
        return self.server

    def _compute(self, env: BuildEnvironment, cells: Mapping[str, str]) -> None:
        server = self._serve(keras=False)
        modules = sorted({name for code in cells.values() for name in freshness.modules(code)})
        server.warm(modules)
        kernels.use(server.address)
        with ThreadPoolExecutor(1) as pool:
            planned = pool.submit(plan, server, cells)  # the server works it out while this process works out why
            self.teller.say(summary(freshness.reasons(env, list(cells))))
            self.teller.passing("finding out what has to be computed")
            needed = planned.result()
        jobs = unique(job for each in needed.values() for job in each)
        if not jobs:
            return
        self.teller.begin_computing(needed)
        jobs = self.costs.ordered(jobs)
        scheduler = self.app.config.building_scheduler
        if scheduler:
            from cnnfigs.building import cluster

            try:
                for event in cluster.compute(scheduler, jobs, self.teller.say):
                    self.teller.watch(event)
            except ClusterError as error:
                raise ExtensionError(str(error)) from error
            return
        server.warm_keras()
        # Sphinx may have more processes, which wait for kernels; these always compute.
        for event in compute(server.address, jobs, min(self.app.parallel, len(os.sched_getaffinity(0)))):
            self.teller.watch(event)


def summary(reasons: Mapping[str, str]) -> str:
    """Write in a line which pages are run, and why.

    Examples
    --------
    >>> summary({"one": "new", "two": "tiny.sums", "three": "its cells", "four": "tiny.sums"})
    '1 page is run for the first time; run again: two, four (tiny.sums), three (its cells)'
    """
    because: dict[str, list[str]] = {}
    for name, why in reasons.items():
        because.setdefault(why, []).append(name)
    new = len(because.pop("new", []))
    first = [f"{new} {'page is' if new == 1 else 'pages are'} run for the first time"] if new else []
    again = ", ".join(f"{', '.join(names)} ({why})" for why, names in because.items())
    return "; ".join([*first, *([f"run again: {again}"] if again else [])])


def cells_to_run(app: Sphinx, names: list[str]) -> dict[str, str]:
    """Return the code of those pages, among some, whose cells are in the cache of executed pages no more or not yet."""
    config = app.env.mystnb_config  # type: ignore[attr-defined]
    if config.execution_mode != "cache":
        return {}
    kept = get_cache(config.execution_cache_path)
    codes = {}
    for name in names:
        notebook = _notebook(app, name)
        if notebook is None or notebook.metadata.get("mystnb", {}).get("execution_mode", "cache") != "cache":
            continue
        try:
            kept.match_cache_notebook(notebook)
        except KeyError:
            codes[name] = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return {name: code for name, code in codes.items() if code}


def _notebook(app: Sphinx, name: str) -> NotebookNode | None:
    path = Path(app.env.doc2path(name))
    if path.suffix != ".md":
        return None
    text = path.read_text(encoding="utf-8")
    if not is_myst_markdown_notebook(text):
        return None
    try:
        read: NotebookNode = read_myst_markdown_notebook(freshness.marked(app, name, text), path=str(path))
    except MystMetadataParsingError:  # the page's own reading warns of it
        return None
    return read


def building(app: Sphinx) -> Building:
    """Return what is held for a build."""
    return app.cnnfigs_building  # type: ignore[attr-defined, no-any-return]


def begin(app: Sphinx) -> None:
    """Begin a build."""
    gc.freeze()  # what has been imported stays: nobody looks through it for what can be thrown away
    # A library of the theme's turns on the notices of all others, of each letter of a font and of each kernel.
    logging_of_python.getLogger().setLevel(logging_of_python.WARNING)
    app.cnnfigs_building = Building(app)  # type: ignore[attr-defined]
    building(app).begin()


def outdated(app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
    """Have all pages read again after a build that was killed: Sphinx has loaded what it remembers before it asks."""
    return sorted(env.found_docs) if building(app).distrusted else []


def prepare(app: Sphinx, env: BuildEnvironment, names: list[str]) -> None:
    """Compute what pages need that are about to be read."""
    building(app).prepare(env, names)


def note(app: Sphinx, doctree: Any) -> None:
    """Report that a page has been read."""
    building(app).teller.read(app.env.docname)


def end(app: Sphinx, error: Exception | None) -> None:
    """End a build."""
    if hasattr(app, "cnnfigs_building"):
        building(app).end(failed=error is not None)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    # Python looks for what can be thrown away after so many new objects. A page alone has more of them than it expects
    # in a program: it would look for a quarter of the time that a short build takes.
    gc.set_threshold(50_000, 20, 20)
    app.setup_extension("cnnfigs.sphinxext.reading.freshness")
    app.add_config_value("building_told", False, "", bool)
    app.add_config_value("building_scheduler", "", "", str)
    app.connect("builder-inited", begin, priority=100)  # before anything is written
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", prepare)
    app.connect("doctree-read", note)
    app.connect("build-finished", end, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
