"""Images and labels from NumPy, PyTorch or anything that shares its memory by DLPack."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from bitline import _core


def as_array(values: Any, what: str) -> np.ndarray[Any, Any]:
    """The values as a NumPy array, without a copy where that is possible."""
    if isinstance(values, np.ndarray):
        array = values
    elif hasattr(values, "__dlpack__"):
        device = getattr(values, "device", "cpu")
        if getattr(device, "type", str(device)) != "cpu":
            raise ValueError(f"{what} are on device {device}; move them with .cpu()")
        array = np.from_dlpack(values.detach() if hasattr(values, "detach") else values)
    else:
        array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{what} are of type {array.dtype}; give integers or real numbers")
    return array


class Dataset:
    """Images [n, channels, height, width], or [n, ...] of any other rank, with one label each.

    uint8 images are bytes as the usual datasets have them, which are scaled to 0 ... 1 before mean
    and deviation; others are numbers as they are. C-contiguous uint8 and float32 arrays are not
    copied: leave them as they are while the dataset is in use. Others are copied, and become float32.
    `classes`: how many there are, where no label is of the last one.
    """

    def __init__(self, images: Any, labels: Any, *, classes: int = 0) -> None:
        pixels = as_array(images, "images")
        if pixels.dtype == np.uint16 or pixels.dtype == np.float16:
            pixels = pixels.astype(np.float32)
        answers = as_array(labels, "labels")
        if answers.dtype.kind == "u" and answers.dtype.itemsize > 1:
            answers = answers.astype(np.int64)
        self._core = _core.Dataset(pixels, answers, classes)

    @classmethod
    def _of(cls, core: _core.Dataset) -> Dataset:
        dataset = cls.__new__(cls)
        dataset._core = core
        return dataset

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Dataset:
        """Of a sample file, as `bitline sample` writes it."""
        return cls._of(_core.Dataset.from_file(os.fspath(path)))

    @classmethod
    def from_torch(cls, source: Any, *, limit: int | None = None, classes: int = 0) -> Dataset:
        """Of a torch.utils.data.Dataset (pairs of an image and a label) or DataLoader (batches of
        them): all of it, or the first `limit` images. What its transform does has been done then;
        mean and deviation of the study are for what comes out of it."""
        is_loader = hasattr(source, "batch_sampler")
        images: list[np.ndarray[Any, Any]] = []
        labels: list[np.ndarray[Any, Any]] = []
        count = 0
        for item in source if is_loader else (source[i] for i in range(len(source))):
            image, label = as_array(item[0], "images"), np.asarray(item[1])
            images.append(image if is_loader else image[None])
            labels.append(np.atleast_1d(label))
            count += len(images[-1])
            if limit is not None and count >= limit:
                break
        if not images:
            raise ValueError("the torch dataset has no images")
        end = count if limit is None else limit
        return cls(np.concatenate(images)[:end], np.concatenate(labels)[:end], classes=classes)

    @property
    def images(self) -> np.ndarray[Any, Any]:
        """The images; cannot be written to."""
        return self._core.images

    @property
    def labels(self) -> np.ndarray[Any, Any]:
        """The labels, int32; cannot be written to."""
        return self._core.labels

    @property
    def classes(self) -> int:
        """The number of classes."""
        return self._core.classes

    def hash(self) -> str:
        """SHA-256 of images and labels."""
        return self._core.hash()

    def __len__(self) -> int:
        return len(self._core)

    def __repr__(self) -> str:
        return f"Dataset({list(self.images.shape)}, {self.images.dtype}, {self.classes} classes)"
