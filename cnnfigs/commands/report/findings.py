"""What the rules found, each with why it matters and what to change."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from itertools import groupby

from cnnfigs.findings.rules import AnyRule, Finding, Severity, rules
from cnnfigs.words import counted, typeset

#: So many places of one rule are told without a click.
OPEN_PLACES = 6
#: Titles of the tutorial's pages that rules name.
PAGES = {
    "convolution-in-other-words": "Convolution in other words",
    "downsampling": "Why make the maps smaller?",
    "from-labels-to-masks": "From labels to masks",
    "how-far-to-trust-it": "How far to trust it",
    "images-and-dense-layers": "Images and dense layers",
    "later-networks": "Later networks",
    "measured": "The scoreboard",
    "padding-and-strides": "Padding and strides",
    "pooling": "Pooling",
    "what-convnets-learn": "What a network has learned",
    "where-answers-come-from": "Where an answer comes from",
}


def about(rule: AnyRule) -> str:
    """Return what a rule looks for: its docstring, behind "Find". No run may depend on it, so it is read here.

    Examples
    --------
    >>> about(rules()["stride-beyond-kernel"]).endswith(".")
    True
    """
    words = (rule.find.__doc__ or "").strip().removeprefix("Find ")
    return words[0].upper() + words[1:]


def tally(findings: Sequence[Finding]) -> str:
    """Write how many findings there are of each severity.

    Examples
    --------
    >>> tally([Finding("a", Severity.HINT, "", 0, ""), Finding("b", Severity.INFO, "", 0, "")])
    '1 hint, 1 info'
    """
    counts = [(sum(each.severity == severity for each in findings), severity) for severity in reversed(Severity)]
    told = [f"{n:,} info" if s is Severity.INFO else counted(n, s.word) for n, s in counts if n]
    return ", ".join(told) or "nothing found"


def place(finding: Finding) -> str:
    """Name where something was found."""
    return finding.layer or "the network"


def by_rule(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Put the findings of one rule and severity together, in their order."""
    ordered = sorted(findings, key=lambda each: (-each.severity, each.rule))
    return [(rule, list(each)) for (_, rule), each in groupby(ordered, key=lambda each: (each.severity, each.rule))]


def page_address(page: str) -> str:
    """Return where a page of the tutorial is published; empty where that is not known."""
    site = os.environ.get("CNNFIGS_SITE_URL", "")
    return f"{site.rstrip('/')}/{page}.html" if site.startswith("https://") else ""


def finding_list(findings: Sequence[Finding]) -> str:
    """Write the section on what was found."""
    known = rules()
    if not findings:
        return f"<p>Of {len(known)} rules none found anything.</p>"
    parts = [
        f"<p>{escape(tally(findings))}. A warning is most likely a mistake; a hint is worth a thought; an info is "
        "worth knowing. <code>cnnfigs rules</code> explains each rule.</p>"
    ]
    for name, found in by_rule(findings):
        rule = known[name]
        places = [
            f"<li><strong>{escape(place(each))}</strong>: {escape(typeset(each.message))}.</li>" for each in found
        ]
        shown = f"<ul>{''.join(places[:OPEN_PLACES])}</ul>"
        more = places[OPEN_PLACES:]
        if more:
            shown += f"<details><summary>{len(more):,} more</summary><ul>{''.join(more)}</ul></details>"
        heading = f"{found[0].severity.word.capitalize()}: {name}"
        parts.append(
            f"<h3>{escape(heading)}</h3>\n<p>{escape(about(rule))}</p>\n{shown}\n"
            f"<p><strong>Why it matters.</strong> {escape(typeset(rule.why))} <strong>What to change.</strong> "
            f"{escape(rule.change)} {_page(rule)}</p>"
        )
    return "\n".join(parts)


def _page(rule: AnyRule) -> str:
    """Name the page that explains a rule, with a link to it where its address is known."""
    address, title = page_address(rule.page), escape(PAGES[rule.page])
    named = f'<a href="{escape(address)}">{title}</a>' if address else f"<em>{title}</em>"
    return f"More on the tutorial's page {named}{'' if title.endswith('?') else '.'}"
