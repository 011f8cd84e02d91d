"""Values on integer grids, equations (8) to (11) of docs/arithmetic.md."""

from __future__ import annotations

import math
from typing import Any

import torch

from bitline import _core

_SMALLEST_STEP = 1e-8


def rounded(value: torch.Tensor, step: torch.Tensor, grid: _core.Grid) -> torch.Tensor:
    """k of the integer before the clamp: A − z, or (A − 1) / 2 on an odd grid."""
    x = value / step if grid.divides else value * (1 / step)
    return ((x - 1) * 0.5 if grid.is_odd else x).round_()


def ends(grid: _core.Grid) -> tuple[int, int]:
    """The least and the largest k."""
    low, high = grid.minimum - grid.zero_point, grid.maximum - grid.zero_point
    return ((low - 1) // 2, (high - 1) // 2) if grid.is_odd else (low, high)


def levels(value: torch.Tensor, step: torch.Tensor, grid: _core.Grid) -> torch.Tensor:
    """A − z of equation (8), as real numbers."""
    if grid.is_odd and grid.bits == 1:
        return torch.where(value >= 0, 1.0, -1.0).to(value.dtype)
    k = rounded(value, step, grid).clamp_(*ends(grid))
    return k.mul_(2).add_(1) if grid.is_odd else k


class _FakeQuantize(torch.autograd.Function):
    """step · level forward; backward (9) for the value and (11) for the step, a tensor of one number
    or of one for each entry of the first axis."""

    @staticmethod
    def forward(
        ctx: Any, value: torch.Tensor, step: torch.Tensor, grid: _core.Grid, factor: float
    ) -> torch.Tensor:
        ctx.save_for_backward(value, step)
        ctx.grid, ctx.factor = grid, factor
        if _by_kernel(value):
            output = torch.empty_like(value)
            _core.fake_quantize(value.detach().numpy(), step.detach().numpy(), grid, output.numpy())
            return output
        broadcast = _broadcast(step, value)
        return levels(value, broadcast, grid).mul_(broadcast)

    @staticmethod
    def backward(ctx: Any, above: torch.Tensor) -> tuple[Any, ...]:
        value, step = ctx.saved_tensors
        if _by_kernel(value):
            below = torch.empty_like(value)
            of_step = torch.from_numpy(_core.fake_quantize_gradients(
                value.detach().numpy(), step.detach().numpy(), ctx.grid,
                above.contiguous().numpy(), below.numpy(),
            ))
        else:
            below, of_step = _gradients(value, _broadcast(step, value), ctx.grid, above)
        return below, (of_step * ctx.factor).to(step.dtype).view_as(step), None, None


def _by_kernel(value: torch.Tensor) -> bool:
    """Whether Bitline's one pass over memory takes it, or PyTorch's operators, one by one."""
    return bool(value.device.type == "cpu" and value.is_contiguous())


def _broadcast(step: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    return step if step.numel() == 1 else step.view([-1] + [1] * (value.dim() - 1))


def _gradients(
    value: torch.Tensor, step: torch.Tensor, grid: _core.Grid, above: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the value, and of the step without f."""
    low, high = ends(grid)
    k = rounded(value, step, grid)
    inside = (k >= low) & (k <= high)
    x = value / step if grid.divides else value * (1 / step)
    level = levels(value, step, grid)
    of_step = (above * torch.where(inside, level - x, level)).sum_to_size(step.shape)
    return above * inside, of_step


class Quantizer(torch.nn.Module):
    """Puts a value, or the weight of a layer, on a grid. `step` is a buffer that no state_dict holds,
    or a parameter where steps are learned."""

    def __init__(
        self, grid: _core.Grid, names: list[str], *, learn: bool, is_weight: bool, is_input: bool = False
    ) -> None:
        super().__init__()
        self.grid = grid
        self.names = names  #: of the values in the network that have this grid, or of the weight
        self.is_weight = is_weight
        self.is_input = is_input  #: of the module: looked at for NaN
        step = torch.from_numpy(grid.scale.copy())
        if learn:
            self.step = torch.nn.Parameter(step)
        else:
            self.register_buffer("step", step, persistent=False)

    def levels(self, value: torch.Tensor) -> torch.Tensor:
        """The integers less the zero point of a value, which may be on the grid already."""
        return levels(value.detach(), _broadcast(self.step.detach(), value), self.grid)

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        if value.dtype != torch.float32:
            raise TypeError(
                f"'{self.names[0]}' is {value.dtype}, and the array takes torch.float32; "
                "call .float(), and use no autocast around the model"
            )
        if (self.is_input or self.is_weight) and not bool(torch.isfinite(value).all()):
            remedy = "a smaller learning rate may help" if self.is_weight else "give images without"
            raise ValueError(f"'{self.names[0]}' holds NaN or infinity; {remedy}")
        if isinstance(self.step, torch.nn.Parameter):
            self.step.data.clamp_(min=_SMALLEST_STEP)  # the optimizer knows of no bound
        shared_by = self.step.numel() if self.is_weight else max(value.shape[0], 1)
        elements = max(value.numel() // shared_by, 1)
        factor = 1 / math.sqrt(elements * self.grid.maximum)
        result: torch.Tensor = _FakeQuantize.apply(value, self.step, self.grid, factor)
        return result
