"""A tiny quantized network and tiny images, of which every study is made in a moment."""

import json
import pathlib
import struct

import numpy as np
import pytest

import bitline

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"


def read_samples(path):
    """images and labels of a sample file of ours (safetensors)."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])

    def array(name, dtype):
        begin, end = header[name]["data_offsets"]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], dtype=dtype)
        return values.reshape(header[name]["shape"])

    return array("images", np.uint8), array("labels", np.uint8)


@pytest.fixture(scope="session")
def network():
    return bitline.Network.from_file(ASSETS / "resnet20-w4a4.safetensors")


@pytest.fixture(scope="session")
def training():
    return bitline.Dataset(*read_samples(ASSETS / "cifar10-search.safetensors"))


@pytest.fixture(scope="session")
def test_images():
    images, labels = read_samples(ASSETS / "cifar10-test.safetensors")
    return bitline.Dataset(images[:100], labels[:100], classes=10)


@pytest.fixture(scope="session")
def study(network, training, test_images):
    return bitline.Study(
        network,
        training,
        test_images,
        data={"images_per_class": 4},
        array={"rows": 128},
        progress=None,
    )
