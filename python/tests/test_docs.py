"""What docs/python.md shows works."""

import re

import numpy as np
import torch

import bitline
from conftest import ASSETS, ROOT, read_samples


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
    assert after.correct > before.correct


def test_the_page_does_what_it_shows(tmp_path, monkeypatch):
    code = shown()[0]
    (tmp_path / "assets").symlink_to(ASSETS)
    monkeypatch.chdir(tmp_path)
    names = {}
    names["train_images"], names["train_labels"] = read_samples(ASSETS / "cifar10-search.safetensors")
    images, labels = read_samples(ASSETS / "cifar10-test.safetensors")
    names["test_images"], names["test_labels"] = images[:200], labels[:200]
    exec(compile(code, "docs/python.md", "exec"), names)
    assert bitline.Plan.load("plan.json") == names["found"].plan
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(names["result"].rows) == 3  # lossless, 4 and 8 levels


def test_the_page_names_every_method():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    for owner in (bitline.Study, bitline.Plan):
        for name in vars(owner):
            if not name.startswith("_") and name not in ("network", "configuration", "sample", "hash"):
                assert f"`{name}`" in text, name
