"""What docs/python.md shows works."""

import re

import numpy as np

import bitline
from conftest import ASSETS, ROOT, read_samples


def test_the_page_does_what_it_shows(tmp_path, monkeypatch):
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
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
