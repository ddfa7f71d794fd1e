"""Pictures, tables and numbers of convolutional networks, computed from real model runs.

Import what you use from its own module, for example
``from cnnfigs.illustrations.windows.padding import Padding``: a page's imports then say what it depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnfigs.commands.notebook import ModelReport


def explain(
    model: Any,
    images: Sequence[str | Path] = (),
    limits: tuple[float, float] | None = None,
    ignore: Sequence[str] = (),
) -> ModelReport:
    """Tell what a model costs and sees, and what an expert would change; a notebook shows the report.

    Parameters
    ----------
    model
        A Keras functional or Sequential model, an ``onnx.ModelProto``, or the path of a ``.keras`` or ``.onnx`` file.
    images
        Pictures to show to it.
    limits
        From which to which value its images go; found out where its first layers tell.
    ignore
        Names of rules that are not asked, as ``cnnfigs rules`` has them.

    Raises
    ------
    cnnfigs.errors.CnnfigsError
        In one line, if there is no model, or an image cannot be shown to it.
    """
    from cnnfigs.commands.notebook import explain_model

    return explain_model(model, images, limits, ignore)
