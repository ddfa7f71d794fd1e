"""``cnnfigs.explain`` in a notebook: a model's report, shown as the last line of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from cnnfigs.commands import explain as explaining
from cnnfigs.commands.arguments import read_image
from cnnfigs.commands.explain import Explained
from cnnfigs.commands.report.data import as_data
from cnnfigs.commands.report.document import as_document
from cnnfigs.commands.report.findings import tally
from cnnfigs.errors import ParameterError
from cnnfigs.findings.rules import Finding, require_rules

#: Height of the report in a notebook, in pixels.
HEIGHT = 720


@dataclass(frozen=True)
class ModelReport:
    """What is told of a model.

    Attributes
    ----------
    explained
        Its records, costs and findings.
    """

    explained: Explained

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules found, what matters most first."""
        return self.explained.findings

    @property
    def data(self) -> dict[str, Any]:
        """All numbers and findings, as ``cnnfigs explain --json`` writes them."""
        return as_data(self.explained)

    def html(self) -> str:
        """Return the report as a page that stands alone."""
        return as_document(explaining.report(self.explained), self.explained.network.name, self.explained.words)

    def save(self, folder: str | Path) -> Path:
        """Write the report as ``index.html`` into a folder, and return its path."""
        return explaining.write_report(self.explained, Path(folder))

    def _repr_html_(self) -> str:
        # A frame of its own: the page's style sheet and the notebook's do not meet, and no script could be run.
        return (
            f'<iframe title="What is told of the network {escape(self.explained.network.name)}" sandbox '
            f'style="width: 100%; height: {HEIGHT}px; border: 0" srcdoc="{escape(self.html())}"></iframe>'
        )

    def __repr__(self) -> str:
        network, costs = self.explained.network, self.explained.costs
        return (
            f"<{network.name}: {network.parameters:,} parameters, {costs.total:,} multiply-adds; "
            f"{tally(self.findings)}>"
        )


def explain_model(
    model: Any,
    images: Sequence[str | Path] = (),
    limits: tuple[float, float] | None = None,
    ignore: Sequence[str] = (),
) -> ModelReport:
    """Tell of a model what ``cnnfigs explain`` does; see :func:`cnnfigs.explain`."""
    if isinstance(model, str | Path):
        return ModelReport(explaining.explain(Path(model), [Path(each) for each in images], limits, ignore))
    require_rules(ignore)
    pictures = {Path(each): read_image(Path(each)) for each in images}
    if type(model).__module__.split(".")[0] == "onnx":
        from cnnfigs.models.onnx_files import checked

        whole = checked(model, "the model", None)
        return ModelReport(explaining.explain_onnx(whole, "the model", pictures, limits, ignore))
    families = {each.__module__.partition(".")[0] for each in type(model).__mro__}
    if "keras" not in families:
        kind = type(model).__name__
        hint = ": torch.onnx.export writes it as NAME.onnx, which is read" if "torch" in families else ""
        raise ParameterError(
            f"model: expected a Keras model, an onnx.ModelProto or the path of a file, got {kind!r}{hint}"
        )
    name = str(getattr(model, "name", "the model"))
    return ModelReport(explaining.explain_keras(model, name, pictures, limits, ignore))
