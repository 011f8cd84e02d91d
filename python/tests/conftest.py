"""A tiny quantized network and tiny images, of which every study is made in a moment."""

import pathlib

import pytest

import bitline

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"


@pytest.fixture(scope="session")
def network():
    return bitline.Network.from_file(ASSETS / "resnet20-w4a4.safetensors")


@pytest.fixture(scope="session")
def training():
    return bitline.Dataset.from_file(ASSETS / "cifar10-search.safetensors")


@pytest.fixture(scope="session")
def test_images():
    all_of_it = bitline.Dataset.from_file(ASSETS / "cifar10-test.safetensors")
    return bitline.Dataset(all_of_it.images[:100], all_of_it.labels[:100], classes=10)


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
