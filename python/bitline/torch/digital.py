"""What stands behind the array and has to give the engine's numbers too: batch-norm, averages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from bitline.torch.quantizer import Quantizer

if TYPE_CHECKING:
    from bitline.torch.layers import ArrayLayer


class _Exact(torch.autograd.Function):
    """`exact` forward, the gradient of `close` backward."""

    @staticmethod
    def forward(ctx: Any, close: torch.Tensor, exact: torch.Tensor) -> torch.Tensor:
        return exact.view_as(exact)

    @staticmethod
    def backward(ctx: Any, above: torch.Tensor) -> tuple[Any, ...]:
        return above, None


def exactly(close: torch.Tensor, exact: torch.Tensor) -> torch.Tensor:
    """`exact`, with the gradient of `close`."""
    result: torch.Tensor = _Exact.apply(close, exact)
    return result


class FoldedNorm(torch.nn.Module):
    """A batch-norm behind a layer of the array, which does its work where neither trains."""

    def follow(self, layer: ArrayLayer, epsilon: float) -> None:
        """`epsilon`: the network's, a float32 number in ONNX."""
        self.__dict__["layer"] = layer
        self.eps = epsilon

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        return value if self.layer.folds else self.normalize(value)

    def normalize(self, value: torch.Tensor) -> torch.Tensor:
        """What the batch-norm does by itself."""
        result: torch.Tensor = super().forward(value)
        return result

    def fold(
        self, multiplier: torch.Tensor, offset: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The affine map of equation (7) with the batch-norm in it, in double."""
        scale = torch.ones_like(self.running_var) if self.weight is None else self.weight.detach()
        shift = torch.zeros_like(scale) if self.bias is None else self.bias.detach()
        deviation = torch.sqrt(self.running_var.double() + self.eps)
        gain = scale.double() / deviation
        changes = (scale != deviation.float()) | (shift != self.running_mean)
        moved = (offset - self.running_mean.double()) * gain + shift.double()
        return (torch.where(changes, multiplier * gain, multiplier),
                torch.where(changes, moved, offset))


class FoldedNorm1d(FoldedNorm, torch.nn.BatchNorm1d):
    """Behind a linear layer."""


class FoldedNorm2d(FoldedNorm, torch.nn.BatchNorm2d):
    """Behind a convolution."""


class GlobalAverage(torch.nn.Module):
    """The mean of each channel over the whole picture, summed as the engine sums: integers where the
    value has a grid."""

    def __init__(self, grid: Quantizer | None) -> None:
        super().__init__()
        self.__dict__["grid"] = grid

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        mean = value.mean((2, 3), keepdim=True)
        with torch.no_grad():
            count = value.shape[2] * value.shape[3]
            scale = 1.0 if self.grid is None else self.grid.step.double()
            summed = value if self.grid is None else self.grid.levels(value)
            exact = (summed.double().sum((2, 3), keepdim=True) * scale / count).float()
        return exactly(mean, exact)
