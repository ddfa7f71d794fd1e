"""What can be typed after ``cnnfigs``; what it does stands in the other modules.

Nothing slow is imported here, so that ``--help``, ``list`` and completion answer at once.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape

from cnnfigs import catalog
from cnnfigs.commands.errors import CommandError, reason
from cnnfigs.telling import one_line

app = typer.Typer(
    name="cnnfigs",
    help="Pictures, tables and numbers of convolutional networks, computed from real model runs.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
cache_app = typer.Typer(
    help="What runs have computed and is kept on disk. The environment variable CNNFIGS_CACHE names another folder. "
    "What stands in it is believed: share it only with people whom you trust.",
    no_args_is_help=True,
)
new_app = typer.Typer(help="A working beginning of a page or an illustration, with its test.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")
app.add_typer(new_app, name="new")

Theme = Literal["light", "dark"]
ThemeOption = Annotated[Theme, typer.Option(help="In whose colours.")]


def _examples(*lines: str) -> str:
    """Write examples for the end of a command's help, each on a line of its own."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"  {escape(line)}" for line in lines)])


def _names(incomplete: str) -> list[str]:
    """Complete the name of an illustration."""
    return [name for name in catalog.entries() if name.lower().startswith(incomplete.lower())]


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME [--PARAMETER=VALUE …]",
        help="An illustration, as `cnnfigs list` names it, and its parameters.",
        autocompletion=_names,
        show_default=False,
    ),
]
#: Parameters of illustrations are options that only the illustration knows.
_OPEN = {"ignore_unknown_options": True, "allow_extra_args": True}


def _print(text: str = "") -> None:
    Console(highlight=False, soft_wrap=True).print(text)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"cnnfigs {installed_version('cnnfigs')}")
        raise typer.Exit


@app.callback(epilog=_examples("cnnfigs list", "cnnfigs render Padding --size=6 -o padding.png --theme dark"))
def _main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass


@app.command("list", epilog=_examples("cnnfigs list", "cnnfigs list | grep -A2 Pooling"))
def list_() -> None:
    """Name every illustration, what it shows, its parameters and its page."""
    shown = catalog.uses()
    for entry in catalog.entries().values():
        pages = ", ".join(dict.fromkeys(use.page for use in shown.get(entry.name, ())))
        parameters = "  ".join(f"--{each.name}={each.default or '…'}" for each in entry.parameters)
        _print(f"[bold]{entry.name}[/bold]  [cyan]{escape(pages or 'on no page')}[/cyan]")
        _print(f"    {escape(entry.line)}")
        _print(f"    [dim]{escape(parameters or 'no parameters')}[/dim]")


@app.command(
    context_settings=_OPEN,
    epilog=_examples(
        "cnnfigs render Padding",
        "cnnfigs render Strides --size=7 --strides=3 -o strides.pdf",
        "cnnfigs render WindowAnimation -o window.gif --theme dark",
        "cnnfigs render Architecture --network=my_model.keras",
        "cnnfigs render --all -o pictures --format png",
    ),
)
def render(
    words: Words = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="The file; its ending tells the format. With --all, a folder.", show_default=False
        ),
    ] = None,
    theme: ThemeOption = "light",
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="svg, png, pdf, gif, webp or mp4; html or txt for a table or an exercise.",
            show_default=False,
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Render every illustration into a folder.")] = False,
    jobs: Annotated[int, typer.Option(help="With --all: how many at a time; 0 for as many as processors.", min=0)] = 0,
) -> None:
    """Render an illustration, or all, to files."""
    if all_:
        if words:
            raise CommandError(f"--all renders every illustration as it is: leave out {' '.join(words)}")
        if output is None:
            raise CommandError("--all needs a folder to render into: add -o FOLDER")
        _render_all(output, form, theme, jobs)
        return
    from cnnfigs.commands.arguments import computed
    from cnnfigs.commands.files import content, formats, write

    made = computed(words or [])
    told = form or (output.suffix.removeprefix(".").lower() if output else "") or formats(made)[0]
    path = output or Path(f"{type(made).__name__}.{told}")
    outcome = write(path, content(made, told, theme))
    _print(escape(f"{path} ({outcome})"))


def _render_all(folder: Path, form: str | None, theme: Theme, jobs: int) -> None:
    import os

    from rich.progress import track

    from cnnfigs.commands.files import PICTURE_FORMATS, TEXT_FORMATS, make_folder, render_all

    known = (*PICTURE_FORMATS, *TEXT_FORMATS)
    if form is not None and form not in known:
        raise CommandError(f"format is {form!r}: accepted are {', '.join(known)}")
    make_folder(folder)
    before = {path.name for path in folder.iterdir()}
    each = track(
        render_all(folder, form, theme, jobs or os.cpu_count() or 1),
        "Rendering",
        total=len(catalog.entries()),
        console=Console(stderr=True),
        transient=True,
    )
    rendered = sorted(each, key=lambda done: done.name)
    for outcome in ("new", "changed"):
        files = [done.message for done in rendered if done.outcome == outcome]
        _print(f"{len(files)} {outcome}" + (f": {', '.join(files)}" if files else ""))
    _print(f"{sum(done.outcome == 'unchanged' for done in rendered)} unchanged")
    left = sorted(before - {done.message for done in rendered})
    if left:
        _print(escape(f"{len(left)} there before and left as they are: {', '.join(left)}"))
    failed = [f"{done.name}: {done.message}" for done in rendered if done.outcome == "failed"]
    if failed:
        raise CommandError(f"{len(failed)} failed", *failed)


@app.command(context_settings=_OPEN, epilog=_examples("cnnfigs describe Padding", "cnnfigs describe Relu --index=7"))
def describe(words: Words = None) -> None:
    """Print an illustration's alternative text and its facts as JSON."""
    import json

    from cnnfigs.commands.arguments import computed

    made = computed(words or [])
    told = {
        "name": type(made).__name__,
        "pages": [use.page for use in catalog.uses().get(type(made).__name__, ())],
        "description": made.description,
        "facts": made.facts,
    }
    print(json.dumps(told, ensure_ascii=False, indent=2))


@app.command(
    epilog=_examples(
        "cnnfigs explain model.keras -o report",
        "cnnfigs explain model.keras --image cat.jpg -o report",
        "cnnfigs explain model.keras --image cat.jpg --range -1-1 -o report",
    )
)
def explain(
    model: Annotated[Path, typer.Argument(help="A Keras model, saved with model.save('NAME.keras').")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the report.", show_default=False)],
    image: Annotated[Path | None, typer.Option(help="A picture to show to the model.", show_default=False)] = None,
    range_: Annotated[
        str | None,
        typer.Option(
            "--range",
            metavar="LOW-HIGH",
            help="What black and white are to the model: 0-1, 0-255, -1-1. Found out where its first layers tell.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a report on your own Keras model; code inside of the file is never run.

    Architecture, layers with their parameters derived, receptive fields and, with an image, feature maps and the pixels
    that count for the answer: whatever applies to the model. The rest is named, with the reason.
    """
    from cnnfigs.commands.arguments import value_range

    shown = None if range_ is None else value_range(range_)
    if shown is not None and image is None:
        raise CommandError("--range says how a picture is shown: add --image FILE")
    from cnnfigs.commands.explain import write_report

    _print(escape(str(write_report(model, image, output, shown))))


@app.command(epilog=_examples("cnnfigs data"))
def data() -> None:
    """Tell what data and weights ship, with licences, and check each file."""
    from cnnfigs.commands.shipped import check_shipped

    wrong = []
    for each in check_shipped():
        state = "[red]damaged[/red]" if each.problem else "[green]as published[/green]"
        _print(f"[bold]{escape(each.name)}[/bold]  {each.size:,} bytes, {escape(each.licence)}, {state}")
        _print(f"    {escape(each.what)}")
        _print(f"    [dim]sha256 {each.sha256}[/dim]")
        wrong += [each.problem] if each.problem else []
    if wrong:
        raise CommandError(*wrong)


@cache_app.command(epilog=_examples("cnnfigs cache info"))
def info() -> None:
    """Tell where results are kept, how many and how large."""
    from cnnfigs.cache import information

    found = information()
    _print(escape(f"{found.folder}: {found.entries:,} results, {found.size / 1e6:,.1f} MB"))


@cache_app.command(epilog=_examples("cnnfigs cache clear"))
def clear() -> None:
    """Delete all kept results; they are computed again when needed."""
    from cnnfigs import cache

    try:
        before = cache.clear()
    except OSError as error:
        raise CommandError(f"{cache.cache_folder()} cannot be cleared: {reason(error)}") from error
    _print(escape(f"{before.folder}: {before.entries:,} results deleted, {before.size / 1e6:,.1f} MB"))


Root = Annotated[Path, typer.Option(help="The repository.", show_default="this folder")]


@new_app.command(
    epilog=_examples("cnnfigs new page grouped-filters", "cnnfigs new page grouped-filters --shows GroupedFilters")
)
def page(
    name: Annotated[str, typer.Argument(help="Small letters and hyphens, as in its address.")],
    shows: Annotated[str, typer.Option(help="The illustration on it.", autocompletion=_names)] = "Padding",
    root: Root = Path(),
) -> None:
    """Begin a page that can be built, its test, and its place in the contents."""
    from cnnfigs.commands.skeletons import new_page

    _print_made(new_page(root, name, shows))


@new_app.command("illustration", epilog=_examples("cnnfigs new illustration GroupedFilters"))
def illustration_(
    name: Annotated[str, typer.Argument(help="As Python names a class.")],
    root: Root = Path(),
) -> None:
    """Begin an illustration with its run and its test, all working."""
    from cnnfigs.commands.skeletons import new_illustration

    _print_made(new_illustration(root, name))


def _print_made(lines: Sequence[str]) -> None:
    for line in lines:
        _print(escape(line))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0, or 2 with one line on what was wrong.

    Parameters
    ----------
    arguments
        The words after ``cnnfigs``; those that the program was started with when they are not given.
    """
    with warnings.catch_warnings():
        warnings.showwarning = _warn
        return _status(arguments)


def _status(arguments: Sequence[str] | None) -> int:
    """Run the command line; each line on what was wrong can stand on a terminal, whatever a file had in it."""
    try:
        status = app(arguments, prog_name="cnnfigs", standalone_mode=False)
    except CommandError as error:
        print(f"cnnfigs: {error}", file=sys.stderr)
        return 2
    except typer.TyperException as error:
        print(f"cnnfigs: {one_line(error.format_message())}", file=sys.stderr)
        return 2
    except Exception as error:
        # Damaged data, stale weights: the package's own errors say in one line what helps; others are mistakes in it.
        if not type(error).__module__.startswith("cnnfigs."):
            raise
        print(f"cnnfigs: {one_line(str(error))}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return status if isinstance(status, int) else 0


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"cnnfigs: {one_line(str(message))}", file=sys.stderr)
