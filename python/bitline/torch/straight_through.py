"""Through the array forward, past it backward."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from bitline.torch.layers import ArrayLayer


class _StraightThrough(torch.autograd.Function):
    """s_a · s_w · Y forward; backward the gradients (18) and (19) for both values."""

    @staticmethod
    def forward(
        ctx: Any, value: torch.Tensor, weight: torch.Tensor, layer: ArrayLayer
    ) -> torch.Tensor:
        ctx.save_for_backward(value, weight)
        ctx.layer = layer
        output = layer.array_outputs(value, weight)
        ctx.slope = None
        if layer.gradient == "scaled":
            ctx.slope = _slopes(layer.ordinary_outputs(value, weight), output, layer.channel_axis)
        return output

    @staticmethod
    def backward(ctx: Any, above: torch.Tensor) -> tuple[Any, ...]:
        value, weight = ctx.saved_tensors
        layer: ArrayLayer = ctx.layer
        if ctx.slope is not None:
            above = above * layer.by_channel(ctx.slope)
        return (*layer.ordinary_gradients(value, weight, above, ctx.needs_input_grad[:2]), None)


def _slopes(exact: torch.Tensor, value: torch.Tensor, axis: int) -> torch.Tensor:
    """By channel, the slope of the least-squares line of `value` over `exact`; 1 where all are
    alike. β of equation (19)."""
    e = exact.movedim(axis, -1).flatten(0, -2).double()
    v = value.movedim(axis, -1).flatten(0, -2).double()
    e = e - e.mean(0)
    spread = (e * e).sum(0)
    slopes = torch.where(spread > 0, (e * v).sum(0) / spread, torch.ones_like(spread))
    return slopes.to(exact.dtype)


def straight_through(
    value: torch.Tensor, weight: torch.Tensor, layer: ArrayLayer
) -> torch.Tensor:
    """s_a · s_w · Y with the gradients (18) and (19)."""
    result: torch.Tensor = _StraightThrough.apply(value, weight, layer)
    return result
