"""Which layers make the maps smaller in published networks, read off their architectures."""

from __future__ import annotations

from dataclasses import dataclass

from cnnfigs.arithmetic import Layer
from cnnfigs.models.backend import load_keras
from cnnfigs.models.records import layer_records

#: The network's name in ``keras.applications`` and the size of the images that it is shown: 225 is our cat's.
INPUT_SIZES = {"VGG16": 224, "ResNet50": 224, "MobileNetV2": 225, "ConvNeXtTiny": 224}


@dataclass(frozen=True)
class Step:
    """One step down in size."""

    #: Height of the maps before and after it, without padding layers.
    start: int
    end: int
    #: Class of the layer that takes it; where several take it side by side, of one of them, as they are alike.
    class_name: str
    #: Side of its window, and cells from one window to the next.
    kernel_size: int
    strides: int
    #: How many layers take it side by side.
    layers: int

    @property
    def pools(self) -> bool:
        """Whether it pools; else it convolves."""
        return "Pooling" in self.class_name


@dataclass(frozen=True)
class Descent:
    """All steps down of one network, as far as they have strides."""

    network: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Descents:
    """The steps down of several networks."""

    networks: tuple[Descent, ...]


def descents(networks: tuple[str, ...]) -> Descents:
    """Build networks of ``keras.applications`` without weights and read where their maps become smaller.

    Parameters
    ----------
    networks
        Names of :data:`INPUT_SIZES`.

    Raises
    ------
    ValueError
        If layers that stand side by side take a step in different ways.
    """
    return Descents(tuple(Descent(network, _steps(network)) for network in networks))


def _steps(network: str) -> tuple[Step, ...]:
    keras = load_keras()
    size = INPUT_SIZES[network]
    model = getattr(keras.applications, network)(weights=None, include_top=False, input_shape=(size, size, 3))
    striding = [layer for layer in layer_records(model) if layer.kernel_size and max(layer.strides or (1,)) > 1]
    steps = []
    for end in sorted({layer.output_shape[0] for layer in striding}, reverse=True):
        takers = [layer for layer in striding if layer.output_shape[0] == end]
        ways = {_way(layer) for layer in takers}
        if len(ways) != 1:
            raise ValueError(f"{network} comes to {end} by {sorted(ways)}: only layers that are alike can be told")
        steps.append(Step(size, end, *ways.pop(), layers=len(takers)))
        size = end
    return tuple(steps)


def _way(layer: Layer) -> tuple[str, int, int]:
    return layer.class_name, (layer.kernel_size or (0,))[0], (layer.strides or (0,))[0]
