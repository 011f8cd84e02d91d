"""A mapped layer in PyTorch's operators, on any device: one matrix product per tile, plane and
stream, a table look-up, shift and add. The integers are those of the kernels."""

from __future__ import annotations

from typing import Any

import torch

_CHUNK = 1 << 22  # numbers of one unfolded chunk: bounds the memory


class ComposedLayer:
    """What `_core.MappedLayer.parts` says, on a device."""

    def __init__(self, parts: dict[str, Any], groups: int, device: torch.device) -> None:
        self._parts = parts
        self._groups = groups
        planes, outputs, fan_in = parts["digits"].shape
        shape = (planes, groups, outputs // groups, fan_in)
        self._digits = _on(parts["digits"], device).float().view(shape)
        self._tiles = [torch.tensor(tile, device=device) for tile in parts["tiles"]]
        self._streams = _on(parts["stream_digits"], device).float()
        self._tables = [(low, _on(values, device).long()) for low, values in parts["tables"]]
        reference = parts["reference"]
        self._reference = (
            None if reference is None else (reference[0], _on(reference[1], device).long())
        )
        signs = parts["signs"]
        self._signs = (
            None if signs is None else _on(signs, device).long().view(*shape[:3], 1, -1)
        )
        self._complements = torch.tensor(parts["complement_weights"], device=device).view(
            groups, outputs // groups, -1
        )

    def accumulate(self, unfolded: torch.Tensor) -> torch.Tensor:
        """Y_int, int64 [rows, outputs, positions], of the integers that the word lines get: [rows,
        groups, fan-in, positions], padding included."""
        rows = max(1, _CHUNK // max(1, unfolded[:1].numel()))
        return torch.cat([self._chunk(part).flatten(1, 2) for part in unfolded.split(rows)])

    def _chunk(self, unfolded: torch.Tensor) -> torch.Tensor:
        parts = self._parts
        index = unfolded.long() - parts["smallest"]
        total = torch.zeros((), dtype=torch.int64, device=unfolded.device)
        for j, of_stream in enumerate(parts["stream_weights"]):
            digits = self._streams[j][index]
            for t, tile in enumerate(self._tiles):
                x = digits.index_select(2, tile)
                for i, of_plane in enumerate(parts["plane_weights"]):
                    values = self._convert(j, self._digits[i].index_select(2, tile), x)
                    if self._signs is not None:
                        values = values * self._signs[i, ..., t]
                    total = total + values * (parts["adc_factor"] * of_plane * of_stream)
                if self._reference is not None:
                    seen = _look_up(self._reference, x.sum(2, keepdim=True))
                    total = total - seen * (parts["reference_factor"] * of_stream)
        whole = unfolded.long()
        if parts["complement_factor"]:
            for t, tile in enumerate(self._tiles):
                sums = whole.index_select(2, tile).sum(2, keepdim=True)
                weights = self._complements[:, :, t : t + 1] * parts["complement_factor"]
                total = total + sums * weights
        if parts["input_sum_factor"]:
            total = total - whole.sum(2, keepdim=True) * parts["input_sum_factor"]
        return total

    def _convert(self, stream: int, w: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """Converted sums of one tile, plane and stream: [rows, groups, outputs, positions]."""
        table = self._tables[stream]
        if not self._parts["subtract_digitally"]:
            return _look_up(table, torch.matmul(w, x))
        positive, negative = w.clamp(min=0), (-w).clamp(min=0)
        return _look_up(table, torch.matmul(positive, x)) - _look_up(
            table, torch.matmul(negative, x)
        )


def _on(array: Any, device: torch.device) -> torch.Tensor:
    return torch.tensor(array, device=device)


def _look_up(table: tuple[int, torch.Tensor], sums: torch.Tensor) -> torch.Tensor:
    low, values = table
    return values[sums.long() - low]
