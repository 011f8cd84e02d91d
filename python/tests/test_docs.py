"""What docs/python.md shows works."""

import re
import subprocess
import sys

import numpy as np
import pytest
import torch

import bitline
from conftest import ASSETS, ROOT


def shown():
    """The programs of the page."""
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    first, second = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return first, second


def test_a_model_of_pytorch_learns_as_the_page_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(3, 6, 3, padding=1, bias=False), torch.nn.BatchNorm2d(6), torch.nn.ReLU(),
        torch.nn.Conv2d(6, 6, 3, padding=1, bias=False), torch.nn.BatchNorm2d(6), torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(6, 4),
    )
    labels = torch.arange(40) % 4
    images = torch.randn(40, 3, 8, 8) + 0.4 * labels.view(-1, 1, 1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    names = {"model": model, "images": images, "labels": labels}
    exec(compile(shown()[1], "docs/python.md", "exec"), names)
    study, plan = names["study"], names["plan"]
    before = study.evaluate(plan)
    after = study.evaluate(plan, network=bitline.Network.from_file("retrained.safetensors"))
    assert after.loss < before.loss


def test_the_page_does_what_it_shows(tmp_path, monkeypatch):
    code = shown()[0]
    (tmp_path / "assets").symlink_to(ASSETS)
    monkeypatch.chdir(tmp_path)
    train = bitline.Dataset.from_file(ASSETS / "cifar10-search.safetensors")
    test = bitline.Dataset.from_file(ASSETS / "cifar10-test.safetensors")
    names = {"train_images": train.images, "train_labels": train.labels,
             "test_images": test.images[:200], "test_labels": test.labels[:200]}
    exec(compile(code, "docs/python.md", "exec"), names)
    assert bitline.Plan.load("plan.json") == names["found"].plan
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(names["result"].rows) == 3  # lossless, 4 and 8 levels


def test_the_example_finds_the_plan_that_a_study_finds(tmp_path, network, training):
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "python" / "find_levels.py",
         ASSETS / "resnet20-w4a4.safetensors", ASSETS / "cifar10-search.safetensors", tmp_path, "16"],
        check=True, capture_output=True, text=True,
    )
    data = {"mean": [0.485, 0.456, 0.406], "deviation": [0.229, 0.224, 0.225]}
    found = bitline.Study(network, training, data=data, array={"columns_per_adc": 8},
                          progress=None).search(16)
    assert bitline.Plan.load(tmp_path / "L16.json") == found.plan
    assert done.stdout.splitlines()[1] == f"16 levels: {found.correct}"


def test_the_page_names_every_method():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    for owner in (bitline.Study, bitline.Plan):
        for name in vars(owner):
            if not name.startswith("_") and name not in ("network", "configuration", "sample", "hash"):
                assert f"`{name}`" in text, name


GIVEN = """
import numpy as np
import numpy.typing as npt
import torch
train_images: npt.NDArray[np.uint8]
train_labels: npt.NDArray[np.int64]
test_images: npt.NDArray[np.uint8]
test_labels: npt.NDArray[np.int64]
model: torch.nn.Module
images: torch.Tensor
labels: torch.Tensor
"""
MISSPELT = """
import bitline
def study(network: bitline.Network, images: bitline.Dataset) -> bitline.Study:
    return bitline.Study(network, images, array={"row": 128})
def retyped(network: bitline.Network, images: bitline.Dataset) -> bitline.Study:
    return bitline.Study(network, images, array={"encoding": "differentia"})
"""


def checked(folder, code):
    """What mypy says of a program, strictly."""
    pytest.importorskip("mypy")
    (folder / "program.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "program.py"],
        cwd=folder, capture_output=True, text=True,
    )
    return done.stdout


@pytest.mark.parametrize("program", [0, 1])
def test_type_checkers_find_nothing_in_what_the_page_shows(tmp_path, program):
    assert "Success" in checked(tmp_path, GIVEN + shown()[program])


def test_type_checkers_know_keys_and_names(tmp_path):
    found = checked(tmp_path, MISSPELT)
    assert "program.py:4: error" in found and "program.py:6: error" in found


def test_annotations_of_options_are_those_of_the_lists_of_fields():
    subprocess.run([sys.executable, ROOT / "tools" / "python_option_types", "--check"], check=True)
