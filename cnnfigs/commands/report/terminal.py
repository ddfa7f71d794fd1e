"""What is told of a network as text, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cnnfigs.commands.report.costs import HEADS, cost_rows, cost_words
from cnnfigs.commands.report.findings import PAGES, about, by_rule, page_address, place, tally
from cnnfigs.commands.report.layers import memory
from cnnfigs.findings.rules import Severity, rules

if TYPE_CHECKING:
    from cnnfigs.commands.explain import Explained

STYLES = {Severity.WARNING: "bold red", Severity.HINT: "bold yellow", Severity.INFO: "bold cyan"}
#: So many places of one rule are told.
MOST_PLACES = 5
#: Columns of a line where nobody sets a width, as in a pipe.
WIDTH = 132


def print_text(explained: Explained, console: Console | None = None) -> None:
    """Print everything that a terminal can show."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH, file=console.file)
    network = explained.network
    console.print(f"[bold]{escape(network.name)}[/bold]  {escape(' '.join(explained.words))}\n")
    table = Table(box=None, pad_edge=False, header_style="bold", collapse_padding=True, padding=(0, 2, 0, 0))
    for name in (HEADS[0], "Layer", "Output shape", *HEADS[1:]):
        table.add_column(
            name, justify="left" if name in (HEADS[0], "Layer", "Output shape") else "right", overflow="fold"
        )
    layers = [layer for layer in network.layers if layer.inputs]
    *rows, total = cost_rows(network, explained.costs, explained.fields, explained.measured_on)
    for layer, (name, *others) in zip(layers, rows, strict=True):
        shape = ", ".join(map(str, layer.output_shape))
        table.add_row(escape(name), escape(layer.class_name), shape, *map(escape, others))
    table.add_row(total[0], "", "", *total[1:], style="bold")
    console.print(table)
    if network.broken:
        console.print(f"\n[bold red]It breaks off here.[/bold red] {escape(network.broken)}")
    console.print(
        f"\n{network.parameters:,} parameters, {network.trainable_parameters:,} of them trainable, in "
        f"{memory(network.weight_bytes)}. {escape(' '.join(cost_words(explained.costs)))}"
    )
    if explained.no_fields:
        console.print(f"Receptive fields are not told: {escape(explained.no_fields)}.")
    console.print(f"\n[bold]Findings[/bold]: {tally(explained.findings)}")
    for name, found in by_rule(explained.findings):
        rule, severity = rules()[name], found[0].severity
        console.print(f"\n[{STYLES[severity]}]{severity.word}[/] [bold]{name}[/bold]  {escape(about(rule))}")
        for each in found[:MOST_PLACES]:
            console.print(f"  {escape(place(each))}: {escape(each.message)}", soft_wrap=False)
        if len(found) > MOST_PLACES:
            console.print(f"  and {len(found) - MOST_PLACES:,} more")
        console.print(f"  [dim]Why: {escape(rule.why)}[/dim]")
        console.print(f"  Change: {escape(rule.change)}")


def print_rules(console: Console) -> None:
    """Print what each rule looks for, why, and what to change."""
    for rule in rules().values():
        address = page_address(rule.page) or PAGES[rule.page]
        console.print(
            f"[{STYLES[rule.severity]}]{rule.severity.word}[/] [bold]{rule.name}[/bold]  {escape(about(rule))}"
        )
        console.print(f"    Why: {escape(rule.why)}")
        console.print(f"    Change: {escape(rule.change)}")
        console.print(f"    [dim]Page: {escape(address)}[/dim]\n")
