"""Networks from files, weights, ONNX in memory and PyTorch."""

from __future__ import annotations

import importlib.util
import io
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bitline import _core
from bitline.dataset import as_array


class Node(NamedTuple):
    """A node of a network, and the shape of its value for one image."""

    name: str
    operator: str
    inputs: list[str]
    shape: tuple[int, ...]


def _has_onnx() -> bool:
    # An empty folder of that name, as Debian's test data for ONNX leaves one, has no origin.
    spec = importlib.util.find_spec("onnx")
    return spec is not None and spec.origin is not None


class Network:
    """A trained network. `from_...` make one."""

    def __init__(self, core: _core.Network) -> None:
        self._core = core

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], *, input: Sequence[int] = ()
    ) -> Network:
        """Of an ONNX file, a network file or a training checkpoint (.safetensors). `input` fills the
        image sizes that an ONNX file leaves open."""
        return cls(_core.Network.from_file(os.fspath(path), list(input)))

    @classmethod
    def from_onnx(cls, data: bytes, *, input: Sequence[int] = ()) -> Network:
        """Of an ONNX model in memory, which holds its own weights."""
        return cls(_core.Network.from_onnx(data, list(input)))

    @classmethod
    def from_torch(cls, module: Any, example: Any, **export: Any) -> Network:
        """Of a torch.nn.Module, by its ONNX export for an example batch of images. Batch-norm is
        kept apart from the weights, so that it can be recalibrated. `export` goes to
        torch.onnx.export."""
        import torch

        given: dict[str, Any] = {
            "training": torch.onnx.TrainingMode.PRESERVE,
            "do_constant_folding": False,
        }
        if "dynamo" in torch.onnx.export.__code__.co_varnames:
            given["dynamo"] = False
        if module.training:
            raise ValueError("the module is in training mode; call module.eval() first")
        buffer = io.BytesIO()
        try:
            torch.onnx.export(module, example, buffer, **{**given, **export})
        except Exception as error:
            if _has_onnx():
                raise
            raise ImportError(
                f"torch.onnx.export of PyTorch {torch.__version__} failed, and the Python package onnx, "
                "which it asks for since PyTorch 2, is not installed: apt-get install python3-onnx, or pip "
                "install onnx"
            ) from error
        return cls.from_onnx(buffer.getvalue())

    @classmethod
    def built_in(
        cls,
        name: str,
        state: Mapping[str, Any] | None = None,
        *,
        width: float = 1.0,
        classes: int = 10,
        input: Sequence[int] = (3, 32, 32),
        seed: int = 1,
        match: str = "name",
        rename: Mapping[str, str] | None = None,
    ) -> Network:
        """resnet18, resnet20 or vgg9 with the weights of a state_dict (of PyTorch or NumPy), or with
        ones drawn by `seed`. `match` and `rename` say where they go, as `model.match` and
        `model.rename`."""
        network = _core.Network.built_in(name, width, classes, list(input), seed)
        if state is None:
            return cls(network)
        if match not in ("name", "order"):
            raise ValueError(f"match is {match!r}; choose 'name' or 'order'")
        tensors = {key: np.asarray(as_array(value, key)) for key, value in state.items()}
        return cls(network.with_weights(tensors, match == "order", dict(rename or {})))

    @property
    def name(self) -> str:
        """What it is called."""
        return self._core.name

    @property
    def nodes(self) -> list[Node]:
        """Front to back; the first is the input."""
        return [Node(*node) for node in self._core.nodes]

    @property
    def normalization(self) -> tuple[list[float], list[float]] | None:
        """Mean and deviation of the images that it was trained on, where that is known."""
        return self._core.normalization

    @property
    def is_quantized(self) -> bool:
        """Whether it has integer grids, which layers need to lie on an array."""
        return self._core.has_grids

    @property
    def tensors(self) -> list[str]:
        """Keys of its tensors."""
        return self._core.tensors

    def tensor(self, key: str) -> np.ndarray[Any, Any]:
        """A tensor; cannot be written to."""
        return self._core.tensor(key)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a network file (.safetensors), which every command of the program reads."""
        self._core.save(os.fspath(path))

    def hash(self) -> str:
        """SHA-256 of its network file."""
        return self._core.hash()

    def __repr__(self) -> str:
        kind = "quantized" if self.is_quantized else "float"
        return f"Network({self.name!r}, {kind}, {len(self._core.nodes)} nodes)"
