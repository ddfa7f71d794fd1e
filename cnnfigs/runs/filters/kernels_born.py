"""The first layer's kernels before, during and after training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnfigs.models.training import Moment
from cnnfigs.models.weights import load, record


@dataclass(frozen=True)
class KernelsBornRun:
    """The kernels of the convnet's first layer at three moments of its training."""

    #: Before training, after the first epoch, and at the end; shape (3, 3, 1, 32) each.
    initial: NDArray[np.float32]
    first_epoch: NDArray[np.float32]
    trained: NDArray[np.float32]
    #: After how many epochs the end was.
    epochs: int

    @property
    def means(self) -> tuple[float, float]:
        """The mean absolute weight before training, and at the end."""
        return float(np.abs(self.initial).mean()), float(np.abs(self.trained).mean())

    @property
    def signs_kept(self) -> int:
        """How many weights have the sign of the beginning at the end."""
        return int((np.sign(self.initial) == np.sign(self.trained)).sum())


def kernels_born() -> KernelsBornRun:
    """Read the kernels of the convnet's first layer at the three moments whose weights ship."""
    return KernelsBornRun(
        initial=_first_kernels("initial"),
        first_epoch=_first_kernels("first_epoch"),
        trained=_first_kernels("trained"),
        epochs=record("convnet")["best_epoch"],
    )


def _first_kernels(moment: Moment) -> NDArray[np.float32]:
    kernel: NDArray[np.float32] = load("convnet", moment).get_layer("conv2d_1").get_weights()[0]
    return kernel
