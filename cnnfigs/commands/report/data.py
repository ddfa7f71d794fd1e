"""What is told of a network as JSON, for programs; ``schema.json`` beside this says what each field holds.

A field is never taken away or given another meaning without a new :data:`VERSION`; new ones may come.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnfigs.arithmetic.costs import share_of_input
from cnnfigs.commands.report.costs import BYTES
from cnnfigs.commands.report.findings import page_address
from cnnfigs.findings.rules import Finding, rules

if TYPE_CHECKING:
    from cnnfigs.commands.explain import Explained

#: Of the schema.
VERSION = 1
SCHEMA = Path(__file__).with_name("schema.json")


def as_json(explained: Explained) -> str:
    """Write everything as JSON."""
    return json.dumps(as_data(explained), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_data(explained: Explained) -> dict[str, Any]:
    """Return everything as plain dictionaries, lists, texts and numbers."""
    network, costs = explained.network, explained.costs
    view = explained.shown.view if explained.shown is not None else None
    return {
        "schema": "cnnfigs-explain",
        "version": VERSION,
        "network": {
            "name": network.name,
            "kind": explained.kind,
            "inputs": {name: list(shape) for name, shape in network.inputs.items()},
            "outputs": {name: list(network.shape(name)) for name in network.outputs},
            "broken": network.broken or None,
        },
        "totals": {
            "layers": sum(bool(layer.inputs) for layer in network.layers),
            "parameters": network.parameters,
            "trainable_parameters": network.trainable_parameters,
            "weight_bytes": network.weight_bytes,
            "multiply_adds": costs.total,
            "flops": costs.flops,
            "not_counted": costs.uncounted,
            "activation_bytes_at_once": BYTES * costs.at_once,
            "activation_bytes_kept": BYTES * costs.kept,
        },
        "layers": [_layer(explained, number) for number in range(len(network.layers))],
        "findings": [_finding(each) for each in explained.findings],
        "answers": None
        if view is None
        else [
            {"output": each.name, "activation": each.activation, "values": [float(value) for value in each.values]}
            for each in view.answers
        ],
    }


def _layer(explained: Explained, number: int) -> dict[str, Any]:
    layer = explained.network.layers[number]
    size, field = explained.fields.sizes.get(layer.name), explained.fields.fields.get(layer.name)
    image = explained.measured_on
    return {
        "name": layer.name,
        "class": layer.class_name,
        "inputs": list(layer.inputs),
        "output_shape": list(layer.output_shape),
        "parameters": layer.parameters,
        "trainable_parameters": layer.trainable_parameters,
        "shares_weights_with": layer.shares_weights_with,
        "multiply_adds": explained.costs.multiply_adds[layer.name],
        "activation_bytes": BYTES * explained.costs.numbers[layer.name],
        "receptive_field": list(size) if size else None,
        "jump": list(field.jump) if field is not None else None,
        "share_of_input": share_of_input(size, image) if size and len(size) == len(image) - 1 else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    rule = rules()[finding.rule]
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "layer": finding.layer or None,
        "number": float(finding.number),
        "message": finding.message,
        "why": rule.why,
        "change": rule.change,
        "page": page_address(rule.page) or rule.page,
    }
