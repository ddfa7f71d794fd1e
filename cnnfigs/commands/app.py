"""What can be typed after ``cnnfigs``; what it does stands in the other modules.

Nothing slow is imported here, so that ``--help``, ``list`` and completion answer at once.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperCommand

from cnnfigs import catalog
from cnnfigs.commands.errors import CommandError, reason, require_ending, require_writable
from cnnfigs.drawing.formats import FORMATS, Format, Look, Theme, require_format
from cnnfigs.errors import CnnfigsError
from cnnfigs.parameters import require
from cnnfigs.telling import one_line
from cnnfigs.words import counted

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
new_app = typer.Typer(
    help="A working beginning of a page, an illustration or an exercise, with its test.", no_args_is_help=True
)
app.add_typer(cache_app, name="cache")
app.add_typer(new_app, name="new")

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


@app.command("list", epilog=_examples("cnnfigs list", "cnnfigs list pooling", "cnnfigs list table errors"))
def list_(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORD …]",
            help="Only those with all these words in their names, lines, kinds, pages or parameters.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Name every illustration, what it shows, its parameters, its pages, and how Python imports it."""
    uses = catalog.uses()
    wanted = [word.lower() for word in words or []]
    listed = 0
    for entry in catalog.entries().values():
        pages = _pages(uses, entry)
        parameters = "  ".join(f"--{each.name}={each.default or '…'}" for each in entry.parameters)
        about = f"{entry.name} {entry.line} {entry.kind} {pages} {parameters}".lower()
        if not all(word in about for word in wanted):
            continue
        listed += 1
        _print(f"[bold]{entry.name}[/bold]  [cyan]{escape(pages or 'on no page')}[/cyan]")
        _print(f"    {escape(entry.line)}")
        _print(f"    [dim]{escape(parameters or 'no parameters')}[/dim]")
        _print(f"    [dim]{escape(entry.import_line)}[/dim]")
    if not listed:
        near = [name for word in words or [] for name in catalog.similar(word)]
        advice = f"did you mean {' or '.join(near)}?" if near else "`cnnfigs list` names all"
        raise CommandError(f"there is no illustration with {' and '.join(words or [])}: {advice}")


def _pages(uses: Mapping[str, Sequence[catalog.Use]], entry: catalog.Entry) -> str:
    return ", ".join(dict.fromkeys(use.page for use in uses.get(entry.name, ())))


class _OfOne(TyperCommand):
    """A command about an illustration: after its name, ``--help`` is about the illustration."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if "--help" in args[1:] and not args[0].startswith("-"):
            _print_help(catalog.find(args[0]), self.name or "")
            ctx.exit()
        return super().parse_args(ctx, args)


def _print_help(entry: catalog.Entry, command: str) -> None:
    from rich.table import Table

    defaults = ", ".join(f"{each.name}={each.default}" for each in entry.parameters if each.default)
    pages = _pages(catalog.uses(), entry)
    _print(f"Usage: cnnfigs {command} {entry.name} {escape('[--PARAMETER=VALUE …] [OPTIONS]')}\n")
    _print(escape(entry.line))
    _print(f"[cyan]{escape(pages or 'on no page')}[/cyan]\n")
    parameters = Table.grid(padding=(0, 2))
    for each in entry.parameters:
        parameters.add_row(
            f"  [bold]--{each.name}={escape(each.default or '…')}[/bold]", escape(each.declared.sentence)
        )
    if entry.parameters:
        _print("Parameters, with their usual values")
        Console(highlight=False).print(parameters)
    else:
        _print("It has no parameters.")
    _print(f"\nFiles: {', '.join(FORMATS[entry.kind])}")
    _print(f"In a notebook:\n  {escape(entry.import_line)}\n  {entry.name}({escape(defaults)})")
    _print(f"\n[dim]All options: cnnfigs {command} --help[/dim]")


@app.command(
    cls=_OfOne,
    context_settings=_OPEN,
    epilog=_examples(
        "cnnfigs render Padding",
        "cnnfigs render Padding --help",
        "cnnfigs render Strides --size=7 --strides=3 -o strides.pdf",
        "cnnfigs render LayerTable -o layers.png --width 1920 --theme dark",
        "cnnfigs render WindowAnimation -o window.gif --scale 3",
        "cnnfigs render Architecture --network=my_model.keras",
        "cnnfigs render --all -o pictures --format png",
    ),
)
def render(
    words: Words = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="The file; its ending says the format. With --all, a folder.", show_default=False
        ),
    ] = None,
    theme: ThemeOption = "light",
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="svg, png, pdf, gif or webp; mp4 for an animation; html or txt for a table or an exercise.",
            show_default=False,
        ),
    ] = None,
    scale: Annotated[
        float | None,
        typer.Option(help="Pixels of a png, gif, webp or mp4 for each pixel of the page: 2.", show_default=False),
    ] = None,
    dpi: Annotated[
        float | None,
        typer.Option(help="The same as pixels to an inch of paper: 144. A PDF is as large.", show_default=False),
    ] = None,
    width: Annotated[
        int | None, typer.Option(help="The same as pixels from left to right.", show_default=False)
    ] = None,
    transparent: Annotated[
        bool, typer.Option("--transparent", help="Nothing behind an svg, png, pdf or webp.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help="Render every illustration into a folder.")] = False,
    jobs: Annotated[int, typer.Option(help="With --all: how many at a time; 0 for as many as processors.", min=0)] = 0,
) -> None:
    """Render an illustration, or all, to files.

    After the name of an illustration, --help names its parameters.
    """
    if dpi is not None:
        if scale is not None or width is not None:
            raise CommandError("--dpi is another way to say --scale or --width: leave one out")
        require(0 < dpi <= 1440, "--dpi", dpi, "a number above 0, at most 1,440")
        scale = dpi / 72
    look = Look(theme, scale, width, transparent)
    if all_:
        if words:
            raise CommandError(f"--all renders every illustration as it is: leave out {' '.join(words)}")
        if output is None:
            raise CommandError("--all needs a folder to render into: add -o FOLDER")
        _render_all(output, form, look, jobs)
        return
    from cnnfigs.commands import arguments

    # What cannot be done is refused before anything slow is imported or computed.
    entry, _ = arguments.parsed(words or [])
    suffix = output.suffix.removeprefix(".").lower() if output else ""
    form = form or suffix or FORMATS[entry.kind][0]
    require_format(entry.name, entry.kind, form, look)
    path = output or Path(f"{entry.name}.{form}")
    require_ending(path, form)
    require_writable(path)
    illustration = arguments.computed(words or [])
    from cnnfigs.commands.files import write

    with arguments.refusals_named(words or []):
        content = illustration.content(form, look)
    _print(escape(f"{path} ({write(path, content)})"))


def _render_all(folder: Path, form: str | None, look: Look, jobs: int) -> None:
    import os

    from rich.progress import track

    known = list(dict.fromkeys(each for formats in FORMATS.values() for each in formats))
    require(form is None or form in known, "--format", form, ", ".join(known))
    from cnnfigs.commands.files import make_folder, render_all

    make_folder(folder)
    before = {path.name for path in folder.iterdir()}
    each = track(
        render_all(folder, form, look, jobs or os.cpu_count() or 1),
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


@app.command(
    cls=_OfOne,
    context_settings=_OPEN,
    epilog=_examples("cnnfigs describe Padding", "cnnfigs describe Relu --index=7", "cnnfigs describe Relu --help"),
)
def describe(words: Words = None) -> None:
    """Print an illustration's alternative text and its facts as JSON."""
    import json

    from cnnfigs.commands import arguments

    illustration = arguments.computed(words or [], "describe")
    name = type(illustration).__name__
    with arguments.refusals_named(words or []):
        description = {
            "name": name,
            "pages": list(dict.fromkeys(use.page for use in catalog.uses().get(name, ()))),
            "description": illustration.told.as_json(),
            "facts": illustration.facts,
        }
    print(json.dumps(description, ensure_ascii=False, indent=2))


SeverityName = Literal["info", "hint", "warning"]


def _rule_names(incomplete: str) -> list[str]:
    """Complete the name of a rule."""
    from cnnfigs.findings.rules import rules

    return [name for name in rules() if name.startswith(incomplete)]


@app.command(
    epilog=_examples(
        "cnnfigs explain model.keras",
        "cnnfigs explain model.keras --image cat.jpg --image dog.jpg -o report",
        "cnnfigs explain model.keras --image cat.jpg --range -1-1 -o report",
        "cnnfigs explain model.keras --json - --fail-on warning --ignore no-scaling",
        "cnnfigs explain model.onnx --svg architecture.svg",
    )
)
def explain(
    model: Annotated[Path, typer.Argument(help="A Keras model, saved with model.save('NAME.keras'); or NAME.onnx.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the report, a page.", show_default=False)
    ] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(help="A picture to show to the model. With several, the first is told.", show_default=False),
    ] = None,
    range_: Annotated[
        str | None,
        typer.Option(
            "--range",
            metavar="LOW-HIGH",
            help="What black and white are to the model: 0-1, 0-255, -1-1. Found out where its first layers tell.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Print it; so it is where nothing else is asked for.")] = False,
    json_: Annotated[
        Path | None,
        typer.Option("--json", help="Write all numbers and findings to a file; - prints them.", show_default=False),
    ] = None,
    svg: Annotated[Path | None, typer.Option(help="Draw the architecture alone.", show_default=False)] = None,
    png: Annotated[Path | None, typer.Option(help="The same as pixels.", show_default=False)] = None,
    theme: ThemeOption = "light",
    fail_on: Annotated[
        SeverityName | None,
        typer.Option(help="End with status 1 where there is a finding as severe as that.", show_default=False),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE",
            help="A rule not to ask; `cnnfigs rules` has them.",
            autocompletion=_rule_names,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell what your own model costs and sees, and what an expert would change; code inside of the file is never run.

    Architecture, layers with their parameters derived, multiply-adds, memory, receptive fields, findings and, with an
    image, feature maps and the pixels that count for the answer: whatever applies to the model. The rest is named, with
    the reason.
    """
    from cnnfigs.commands.arguments import value_range

    values = None if range_ is None else value_range(range_)
    if values is not None and not image:
        raise CommandError("--range says how a picture is shown: add --image FILE")
    for path, ending in ((svg, "svg"), (png, "png"), (json_, "json")):
        if path is not None and str(path) != "-":
            require_ending(path, ending)
            require_writable(path)
    from cnnfigs.findings.rules import Severity, require_rules

    require_rules(ignore or (), "--ignore")
    from cnnfigs.commands import explain as explaining

    explained = explaining.explain(model, image or (), values, ignore or ())
    # What is printed for programs stands alone on the standard output.
    said = Console(highlight=False, soft_wrap=True, stderr=str(json_) == "-")
    if output is not None:
        said.print(escape(str(explaining.write_report(explained, output))))
    pictures: list[tuple[Path | None, Format]] = [(svg, "svg"), (png, "png")]
    for path, form in pictures:
        if path is not None:
            explaining.write_architecture(explained, path, form, theme)
            said.print(escape(str(path)))
    if json_ is not None:
        from cnnfigs.commands.files import write
        from cnnfigs.commands.report.data import as_json

        if str(json_) == "-":
            print(as_json(explained), end="")
        else:
            write(json_, as_json(explained).encode())
            said.print(escape(str(json_)))
    if text or not any((output, svg, png, json_)):
        from cnnfigs.commands.report.terminal import print_text

        print_text(explained)
    if explained.network.broken:
        raise CommandError(f"{model}: told as far as it goes: {explained.network.broken}")
    if fail_on is not None:
        severe = [each for each in explained.findings if each.severity >= Severity[fail_on.upper()]]
        if severe:
            places = [f"{each.rule} at {each.layer}" if each.layer else each.rule for each in severe]
            told = f"{counted(len(severe), 'finding')}: {', '.join(places)}"
            print(f"cnnfigs: {one_line(told)}", file=sys.stderr)
            raise typer.Exit(1)


@app.command(epilog=_examples("cnnfigs rules"))
def rules() -> None:
    """Name what `cnnfigs explain` looks for in a network, why it matters, and what to change."""
    from cnnfigs.commands.report.terminal import print_rules

    print_rules(Console(highlight=False))


@app.command("items", epilog=_examples("cnnfigs items answers/*.json", "cnnfigs items class.jsonl --json -"))
def items_(
    answers: Annotated[
        list[Path],
        typer.Argument(
            help="Files of what “Copy my answers” on the page *Concept test* gives: in each file one, a list, "
            "or one in each line."
        ),
    ],
    json_: Annotated[
        Path | None,
        typer.Option("--json", help="Write all numbers to a file; - prints them.", show_default=False),
    ] = None,
) -> None:
    r"""Tell of answers to the concept test how hard a question is, whom it tells apart, and what is believed instead.

    Difficulties in logits, by the Rasch model, need `pip install 'cnnfigs\[items]'`.
    """
    import json

    if json_ is not None and str(json_) != "-":
        require_ending(json_, "json")
        require_writable(json_)
    from cnnfigs.commands import items

    key = json.loads(items.KEY.read_text("utf-8"))
    told = items.analysed(items.read(answers, key), key)
    if json_ is None:
        items.print_text(told)
        return
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    if str(json_) == "-":
        print(text, end="")
    else:
        from cnnfigs.commands.files import write

        write(json_, text.encode())
        _print(escape(str(json_)))


@app.command(epilog=_examples("cnnfigs data"))
def data() -> None:
    """List what data and weights ship, with licences, and check each file."""
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
    """Print where results are kept, how many and how large."""
    from cnnfigs.cache import information

    kept = information()
    _print(escape(f"{kept.folder}: {kept.entries:,} results, {kept.size / 1e6:,.1f} MB"))


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


def _rooms(incomplete: str) -> list[str]:
    """Complete the name of a room."""
    from cnnfigs.commands.skeletons import rooms

    return [room for room in rooms() if room.startswith(incomplete)]


@new_app.command("illustration", epilog=_examples("cnnfigs new illustration GroupedFilters --room filters"))
def illustration_(
    name: Annotated[str, typer.Argument(help="As Python names a class.")],
    room: Annotated[str, typer.Option(help="Its topic: a folder of illustrations.", autocompletion=_rooms)] = "filters",
    root: Root = Path(),
) -> None:
    """Begin an illustration with its run and its test, all working."""
    from cnnfigs.commands.skeletons import new_illustration

    _print_made(new_illustration(root, name, room))


@new_app.command("exercise", epilog=_examples("cnnfigs new exercise RowsLeft"))
def exercise_(
    name: Annotated[str, typer.Argument(help="As Python names a class.")],
    root: Root = Path(),
) -> None:
    """Begin an exercise that replies to each mistake, with its run and its test, all working."""
    from cnnfigs.commands.skeletons import new_exercise

    _print_made(new_exercise(root, name))


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
    except CommandError as error:  # it may have several lines, each of its own
        print(f"cnnfigs: {error}", file=sys.stderr)
        return 2
    except typer.TyperException as error:
        told = one_line(error.format_message().replace("Value error, ", ""))  # which Pydantic puts before Typer's words
        if told:  # there is nothing more to say where the help was shown
            print(f"cnnfigs: {told}", file=sys.stderr)
        return 2
    except CnnfigsError as error:  # damaged data, stale weights: it says in one line what helps
        print(f"cnnfigs: {one_line(str(error))}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return status if isinstance(status, int) else 0


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"cnnfigs: {one_line(str(message))}", file=sys.stderr)
