"""Convolutions and linear layers on the array: its integers forward, straight through backward."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional

from bitline import _core
from bitline.torch.composed import ComposedLayer
from bitline.torch.digital import exactly
from bitline.torch.quantizer import Quantizer
from bitline.torch.straight_through import straight_through

_EXACT_IN_FLOAT = 1 << 24
GRADIENTS = ("identity", "scaled")


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
        output = self._straight_through(value, weight)
        bias = self._bias()
        if bias is not None:
            output = output + self.by_channel(bias)
        if self.training:
            return output
        if self.folds:
            output = self.norm.normalize(output)
        with torch.no_grad():
            exact = self._exact_outputs(value, weight)
        return exactly(output, exact)

    def _straight_through(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Without bias. A layer without ADC is the ordinary one of values on their grids."""
        if not self.trained.on_array:
            return self.ordinary_outputs(value, weight)
        return straight_through(value, weight, self)

    def _bias(self) -> torch.Tensor | None:
        return self.bias if self.bias is not None else self.correction

    def by_channel(self, numbers: torch.Tensor) -> torch.Tensor:
        """As they broadcast to outputs."""
        return numbers

    def array_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """float32(s_a · s_w · Y) without bias, as training takes it."""
        value, weight = value.detach(), weight.detach()
        mapped, scale = self._map(weight), self._scale()
        return self._array_outputs(
            mapped, value, scale * mapped.unit, self._of_zero_point(weight, scale)
        )

    def _exact_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """The outputs in the order of operations of equation (7): those of the engine."""
        value, weight = value.detach(), weight.detach()
        mapped = self._map(weight) if self.trained.on_array else None
        scale, bias = self._scale(), self._bias()
        offset = torch.zeros_like(scale) if bias is None else bias.detach().double()
        offset = offset + self._of_zero_point(weight, scale)
        factor = scale if mapped is None else scale * mapped.unit
        if self.folds:
            factor, offset = self.norm.fold(factor, offset)
        if mapped is None:
            return self._affine(self._integer_sums(value, weight), factor, offset)
        return self._array_outputs(mapped, value, factor, offset)

    def _scale(self) -> torch.Tensor:
        """s_a · s_w of every channel, in double."""
        scale = self.weight_grid.step.detach().double() * self.input_grid.step.detach().double()
        return scale.expand(self.weight.shape[0])

    def _of_zero_point(self, weight: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """The term of equation (7) that the zero point of the input leaves behind."""
        zero_point = self.trained.input_grid.zero_point
        if not zero_point:
            return torch.zeros_like(scale)
        return -scale * (self.weight_grid.levels(weight).flatten(1).double().sum(1) * zero_point)

    def _affine(
        self, sums: torch.Tensor, factor: torch.Tensor, offset: torch.Tensor
    ) -> torch.Tensor:
        return (sums.double() * self.by_channel(factor) + self.by_channel(offset)).float()

    def _array_outputs(
        self, mapped: _core.MappedLayer, value: torch.Tensor, factor: torch.Tensor,
        offset: torch.Tensor,
    ) -> torch.Tensor:
        """float32(Y · factor + offset), Y in units of `mapped`."""
        if value.device.type != "cpu" or self.force_composed:
            return self._affine(self._composed_sums(mapped, value), factor, offset)
        output = value.new_empty(self.output_shape(value))
        mapped.outputs(
            value.contiguous().numpy(), float(self.input_grid.step.detach()),
            factor.contiguous().numpy(), offset.contiguous().numpy(), output.numpy(),
        )
        return output

    def _composed_sums(self, mapped: _core.MappedLayer, value: torch.Tensor) -> torch.Tensor:
        """Y of equation (6), in units of `mapped`, by operators of PyTorch."""
        composed = ComposedLayer(mapped.parts(), self._groups(), value.device)
        integers = self.input_grid.levels(value) + self.trained.input_grid.zero_point
        return composed.accumulate(self._unfold(integers)).view(self.output_shape(value))

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
        sums = self.ordinary_outputs(a, w)
        zero_point = self.trained.input_grid.zero_point
        if zero_point:
            sums = sums.double() + self.by_channel(w.flatten(1).double().sum(1) * zero_point)
        return sums

    def ordinary_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
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

    def output_shape(self, value: torch.Tensor) -> tuple[int, ...]:
        """Of the outputs of an input."""
        raise NotImplementedError

    def _unfold(self, integers: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError


class ArrayConv2d(ArrayLayer, torch.nn.Conv2d):
    """A convolution on the array."""

    channel_axis = 1

    def by_channel(self, numbers: torch.Tensor) -> torch.Tensor:
        return numbers.view(1, -1, 1, 1)

    def ordinary_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
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

    def output_shape(self, value: torch.Tensor) -> tuple[int, ...]:
        return (value.shape[0], *self.trained.geometry["output"])

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

    def ordinary_outputs(self, value: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
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

    def output_shape(self, value: torch.Tensor) -> tuple[int, ...]:
        return (*value.shape[:-1], self.out_features)

    def _unfold(self, integers: torch.Tensor) -> torch.Tensor:
        return integers.reshape(-1, 1, integers.shape[-1], 1)
