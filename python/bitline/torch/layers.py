"""Convolutions and linear layers on the array: its integers forward, straight through backward."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional

from bitline import _core
from bitline.torch.composed import ComposedLayer
from bitline.torch.quantizer import Quantizer

_EXACT_IN_FLOAT = 1 << 24
GRADIENTS = ("identity", "scaled")


class _Array(torch.autograd.Function):
    """s_a · s_w · Y forward; backward the gradients (18) and (19) for both values."""

    @staticmethod
    def forward(
        ctx: Any, value: torch.Tensor, weight: torch.Tensor, layer: ArrayLayer
    ) -> torch.Tensor:
        ctx.save_for_backward(value, weight)
        ctx.layer = layer
        output = layer.real_outputs(value, weight)
        ctx.slope = None
        if layer.gradient == "scaled" and layer.trained.on_array:
            ctx.slope = _slopes(layer.exact_outputs(value, weight), output, layer.channel_axis)
        return output

    @staticmethod
    def backward(ctx: Any, above: torch.Tensor) -> tuple[Any, ...]:
        value, weight = ctx.saved_tensors
        layer: ArrayLayer = ctx.layer
        if ctx.slope is not None:
            above = above * layer.by_channel(ctx.slope)
        return (*layer.ordinary_gradients(value, weight, above, ctx.needs_input_grad[:2]), None)


class _Exact(torch.autograd.Function):
    """`exact` forward, the gradient of `close` backward."""

    @staticmethod
    def forward(ctx: Any, close: torch.Tensor, exact: torch.Tensor) -> torch.Tensor:
        return exact.view_as(exact)

    @staticmethod
    def backward(ctx: Any, above: torch.Tensor) -> tuple[Any, ...]:
        return above, None


def _slopes(exact: torch.Tensor, value: torch.Tensor, axis: int) -> torch.Tensor:
    """By channel, the slope of the least-squares line of `value` over `exact`; 1 where all are
    alike. β of equation (19)."""
    e = exact.movedim(axis, -1).flatten(0, -2).double()
    v = value.movedim(axis, -1).flatten(0, -2).double()
    e = e - e.mean(0)
    spread = (e * e).sum(0)
    slopes = torch.where(spread > 0, (e * v).sum(0) / spread, torch.ones_like(spread))
    return slopes.to(exact.dtype)


class ArrayLayer(torch.nn.Module):
    """What convolutions and linear layers have in common. Made by convert() of the module's own
    layer, whose weight and bias it keeps."""

    weight: torch.nn.Parameter
    bias: torch.nn.Parameter | None
    channel_axis: int

    def place(
        self, trained: _core.TrainedLayer, grid: Quantizer, norm: torch.nn.Module | None, *,
        gradient: str, learn_steps: bool, force_composed: bool,
    ) -> None:
        """Puts the layer on the array. `grid`: of its input. `norm`: the batch-norm behind it."""
        self.trained = trained
        self.gradient = gradient
        self.force_composed = force_composed
        self.weight_grid = Quantizer(
            trained.weight_grid, [trained.weight_key], learn=learn_steps, is_weight=True
        )
        # Registered where they stand in the module: a state_dict names them once.
        self.__dict__["input_grid"] = grid
        self.__dict__["norm"] = norm
        self.__dict__["_mapped"] = None

    def set_correction(self, bias: torch.Tensor | None) -> None:
        """A bias that quantization gave the layer, which has none: not learned, in no state_dict."""
        self.register_buffer("correction", bias, persistent=False)

    @property
    def folds(self) -> bool:
        """Whether the batch-norm behind is part of the layer's outputs, as the engine folds it."""
        return not self.training and self.norm is not None and not self.norm.training

    def forward(self, value: torch.Tensor) -> torch.Tensor:
        if value.device != self.weight.device:
            raise ValueError(
                f"layer {self.trained.name}: its input is on {value.device}, its weight on "
                f"{self.weight.device}; move both to one device"
            )
        self.check(value)
        weight = self.weight_grid(self.weight)
        differentiates = torch.is_grad_enabled() and (value.requires_grad or weight.requires_grad)
        if not self.training and not differentiates:
            return self._exact_outputs(value, weight)
        output: torch.Tensor = _Array.apply(value, weight, self)
        bias = self._bias()
        if bias is not None:
            output = output + self.by_channel(bias)
        if self.training:
            return output
        if self.folds:
            output = self.norm.normalize(output)
        with torch.no_grad():
            exact = self._exact_outputs(value, weight)
        result: torch.Tensor = _Exact.apply(output, exact)
        return result

    def _bias(self) -> torch.Tensor | None:
        return self.bias if self.bias is not None else self.correction

    def by_channel(self, numbers: torch.Tensor) -> torch.Tensor:
        """As they broadcast to outputs."""
        return numbers

    def real_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """float32(s_a · s_w · Y) without bias, as training takes it."""
        sums, unit = self._sums(value, weight)
        scale = self.input_grid.step.detach() * self.weight_grid.step.detach() * unit
        output = torch.mul(sums, self.by_channel(scale)).to(torch.float32)
        zero_point = self.trained.input_grid.zero_point
        if zero_point:
            offset = weight.flatten(1).sum(1) * self.input_grid.step.detach() * zero_point
            output = output - self.by_channel(offset)
        return output

    def _exact_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """The outputs in the order of operations of equation (7): those of the engine."""
        sums, unit = self._sums(value, weight)
        scale = self.weight_grid.step.detach().double() * self.input_grid.step.detach().double()
        multiplier = (scale * unit).expand(weight.shape[0])
        bias = self._bias()
        offset = torch.zeros_like(multiplier) if bias is None else bias.detach().double()
        zero_point = self.trained.input_grid.zero_point
        if zero_point:
            offset = offset - scale * (self.weight_grid.levels(weight).flatten(1).double().sum(1)
                                       * zero_point)
        if self.folds:
            multiplier, offset = self.norm.fold(multiplier, offset)
        outputs = sums.double() * self.by_channel(multiplier) + self.by_channel(offset)
        return outputs.float()

    def _sums(self, value: torch.Tensor, weight: torch.Tensor) -> tuple[torch.Tensor, float]:
        """Y of equation (6) in units of the second number, in the outputs' shape."""
        value, weight = value.detach(), weight.detach()
        if not self.trained.on_array:
            return self._integer_sums(value, weight), 1.0
        mapped = self._map(weight)
        if value.device.type == "cpu" and not self.force_composed:
            step = float(self.input_grid.step.detach())
            sums = mapped.accumulate(value.contiguous().numpy(), step)
            return self._shaped(torch.from_numpy(sums), value), mapped.unit
        composed = ComposedLayer(mapped.parts(), self._groups(), value.device)
        integers = self.input_grid.levels(value) + self.trained.input_grid.zero_point
        return self._shaped(composed.accumulate(self._unfold(integers)), value), mapped.unit

    def _map(self, weight: torch.Tensor) -> _core.MappedLayer:
        """The weights on the array; kept while they stay what they are and nothing is trained."""
        integers = self.weight_grid.levels(weight).int().flatten(1).cpu().contiguous().numpy()
        kept: tuple[np.ndarray[Any, Any], _core.MappedLayer] | None = self.__dict__["_mapped"]
        if kept is not None and np.array_equal(kept[0], integers):
            return kept[1]
        mapped = self.trained.map(integers)
        self.__dict__["_mapped"] = None if self.training else (integers, mapped)
        return mapped

    def _integer_sums(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Σ W A of a layer that has no ADC: exact in whichever type holds every part of it."""
        a, w = self.input_grid.levels(value), self.weight_grid.levels(weight)
        grid = self.trained.weight_grid
        most = max(-grid.minimum, grid.maximum) + abs(grid.zero_point)
        bound = weight[0].numel() * most << self.trained.input_grid.bits
        exact = a.device.type == "cpu" and bound < _EXACT_IN_FLOAT
        if not exact:
            a, w = a.double(), w.double()
        sums = self.exact_outputs(a, w)
        zero_point = self.trained.input_grid.zero_point
        if zero_point:
            sums = sums.double() + self.by_channel(w.flatten(1).double().sum(1) * zero_point)
        return sums

    def exact_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """The ordinary layer's outputs, without bias."""
        raise NotImplementedError

    def ordinary_gradients(
        self, value: torch.Tensor, weight: torch.Tensor, above: torch.Tensor, needed: tuple[bool, ...]
    ) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """Of the value and of the weight."""
        raise NotImplementedError

    def check(self, value: torch.Tensor) -> None:
        """Raises where the input has another shape than the network's."""
        raise NotImplementedError

    def _groups(self) -> int:
        return 1

    def _shaped(self, sums: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def _unfold(self, integers: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError


class ArrayConv2d(ArrayLayer, torch.nn.Conv2d):
    """A convolution on the array."""

    channel_axis = 1

    def by_channel(self, numbers: torch.Tensor) -> torch.Tensor:
        return numbers.view(1, -1, 1, 1)

    def exact_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        geometry = self.trained.geometry
        return functional.conv2d(
            value, weight, None, geometry["stride"], geometry["padding"][:2],
            geometry["dilation"], geometry["groups"],
        )

    def ordinary_gradients(
        self, value: torch.Tensor, weight: torch.Tensor, above: torch.Tensor, needed: tuple[bool, ...]
    ) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        geometry = self.trained.geometry
        of_value, of_weight, _ = torch.ops.aten.convolution_backward(
            above, value, weight, None, geometry["stride"], geometry["padding"][:2],
            geometry["dilation"], False, [0, 0], geometry["groups"], [*needed, False],
        )
        return of_value, of_weight

    def _groups(self) -> int:
        groups: int = self.trained.geometry["groups"]
        return groups

    def check(self, value: torch.Tensor) -> None:
        expected = self.trained.geometry["input"]
        if value.dim() != 4 or tuple(value.shape[1:]) != expected:
            raise ValueError(
                f"layer {self.trained.name}: its input is {list(value.shape)}, in the network "
                f"[images, {', '.join(map(str, expected))}]; make the network for this size"
            )

    def _shaped(self, sums: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        return sums.view(-1, *self.trained.geometry["output"])

    def _unfold(self, integers: torch.Tensor) -> torch.Tensor:
        geometry = self.trained.geometry
        top, left = geometry["padding"][:2]
        padded = functional.pad(integers, (left, left, top, top), value=self.trained.pad_value)
        columns = functional.unfold(
            padded, self.kernel_size, geometry["dilation"], 0, geometry["stride"]
        )
        return columns.view(integers.shape[0], geometry["groups"], -1, columns.shape[-1])


class ArrayLinear(ArrayLayer, torch.nn.Linear):
    """A linear layer on the array."""

    channel_axis = -1

    def exact_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return functional.linear(value, weight)

    def ordinary_gradients(
        self, value: torch.Tensor, weight: torch.Tensor, above: torch.Tensor, needed: tuple[bool, ...]
    ) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        rows = above.reshape(-1, weight.shape[0])
        of_value = above.matmul(weight) if needed[0] else None
        return of_value, rows.t().matmul(value.reshape(-1, weight.shape[1])) if needed[1] else None

    def check(self, value: torch.Tensor) -> None:
        if value.shape[-1] != self.in_features:
            raise ValueError(
                f"layer {self.trained.name}: its input is {list(value.shape)}, and the last axis "
                f"has to be {self.in_features}"
            )

    def _shaped(self, sums: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        return sums.view(*value.shape[:-1], -1)

    def _unfold(self, integers: torch.Tensor) -> torch.Tensor:
        return integers.reshape(-1, 1, integers.shape[-1], 1)


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
        result: torch.Tensor = _Exact.apply(mean, exact)
        return result
