"""What a rule is, which there are, and how they are asked."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from importlib import import_module
from typing import Generic, TypeVar

from cnnfigs.arithmetic.costs import Network
from cnnfigs.errors import ParameterError
from cnnfigs.findings.observed import Observed

#: What rules are about: a network's records, or what it made of images.
Subject = TypeVar("Subject", Network, Observed)
#: Modules that hold rules; whoever adds one enters it here.
_MODULES = ("fields", "windows", "weights", "ends", "images")


class Severity(IntEnum):
    """How much a finding matters: worth knowing, worth a thought, or most likely a mistake."""

    INFO = 1
    HINT = 2
    WARNING = 3

    @property
    def word(self) -> str:
        """The name in small letters."""
        return self.name.lower()


@dataclass(frozen=True)
class Found:
    """What one rule found at one place.

    Parameters
    ----------
    layer
        Name of the layer; empty for the network as a whole.
    number
        The number that tells, in the unit that the message names.
    message
        What was found, in one sentence with its numbers.
    severity
        If it is another than the rule's own.
    """

    layer: str
    number: float
    message: str
    severity: Severity | None = None


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """One thing to look for.

    Parameters
    ----------
    name
        What ``--ignore`` calls it.
    severity
        How much its findings matter, where they do not say otherwise.
    why
        Why that matters.
    change
        What to change.
    page
        Name of the tutorial's page that explains it.
    find
        Yields what it finds.
    """

    name: str
    severity: Severity
    why: str
    change: str
    page: str
    find: Callable[[Subject], Iterator[Found]]


AnyRule = Rule[Network] | Rule[Observed]


@dataclass(frozen=True)
class Finding:
    """What was found, with all that a reader needs to judge it."""

    rule: str
    severity: Severity
    layer: str
    number: float
    message: str


_NETWORK_RULES: dict[str, Rule[Network]] = {}
_IMAGE_RULES: dict[str, Rule[Observed]] = {}


def network_rule(
    name: str, severity: Severity, *, why: str, change: str, page: str
) -> Callable[[Callable[[Network], Iterator[Found]]], Callable[[Network], Iterator[Found]]]:
    """Enter a rule about a network's records; what it looks for stands in its docstring, behind "Find"."""

    def enter(find: Callable[[Network], Iterator[Found]]) -> Callable[[Network], Iterator[Found]]:
        _NETWORK_RULES[name] = Rule(name, severity, why, change, page, find)
        return find

    return enter


def image_rule(
    name: str, severity: Severity, *, why: str, change: str, page: str
) -> Callable[[Callable[[Observed], Iterator[Found]]], Callable[[Observed], Iterator[Found]]]:
    """Enter a rule about what a network made of images."""

    def enter(find: Callable[[Observed], Iterator[Found]]) -> Callable[[Observed], Iterator[Found]]:
        _IMAGE_RULES[name] = Rule(name, severity, why, change, page, find)
        return find

    return enter


def rules() -> dict[str, AnyRule]:
    """Return every rule by its name, those that need images last."""
    for module in _MODULES:
        import_module(f"cnnfigs.findings.{module}")
    known: list[AnyRule] = [*_NETWORK_RULES.values(), *_IMAGE_RULES.values()]
    # Not in the order in which they happen to have been imported.
    ordered = sorted(known, key=lambda each: _MODULES.index(each.find.__module__.rpartition(".")[2]))
    return {each.name: each for each in ordered}


def require_rules(names: Iterable[str], parameter: str = "ignore") -> None:
    """Refuse names of rules that there are not.

    Parameters
    ----------
    names
        Names of rules, as they were given.
    parameter
        What they were given as, for the message.

    Raises
    ------
    cnnfigs.errors.ParameterError
        With the name that is most like it.
    """
    for name in names:
        if name not in rules():
            near = difflib.get_close_matches(name, rules(), n=1)
            advice = f"did you mean {near[0]}? " if near else ""
            raise ParameterError(f"{parameter}: there is no rule {name!r}: {advice}`cnnfigs rules` names all")


def findings(network: Network, ignore: Collection[str] = (), observed: Observed | None = None) -> tuple[Finding, ...]:
    """Ask every rule, and return what was found, what matters most first.

    Parameters
    ----------
    network
        A network's records.
    ignore
        Names of rules that are not asked.
    observed
        What the network made of images; without it the rules about these are not asked.
    """
    order = list(rules())
    found = [*_asked(_NETWORK_RULES, network, ignore)]
    if observed is not None:
        found += _asked(_IMAGE_RULES, observed, ignore)
    return tuple(sorted(found, key=lambda each: (-each.severity, order.index(each.rule))))


def _asked(known: dict[str, Rule[Subject]], subject: Subject, ignore: Collection[str]) -> Iterator[Finding]:
    for rule in known.values():
        if rule.name not in ignore:
            for each in rule.find(subject):
                yield Finding(rule.name, each.severity or rule.severity, each.layer, each.number, each.message)
