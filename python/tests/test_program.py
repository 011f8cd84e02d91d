"""The package gives what the program gives."""

import json
import os
import subprocess

import numpy as np
import pytest

import bitline
from conftest import ASSETS, ROOT

PROGRAM = os.environ.get("BITLINE_PROGRAM", ROOT / "build/release/cli/bitline")
CONFIG = f"""
seed = 1
[data]
format = "samples"
search_file = "{ASSETS}/cifar10-search.safetensors"
test_file = "{ASSETS}/cifar10-test.safetensors"
images_per_class = 3
[model]
file = "{ASSETS}/resnet20-w4a4.safetensors"
[array]
rows = 64
[search]
levels = [4]
ranges = ["network-wise", "csnr"]
[cost]
"""
pytestmark = pytest.mark.skipif(not os.path.exists(PROGRAM), reason="the program is not built")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A run folder of the program, and one of Python."""
    root = tmp_path_factory.mktemp("runs")
    (root / "run.toml").write_text(CONFIG)
    subprocess.run(
        [PROGRAM, "run", "run.toml", "--out", "program", "--quiet"],
        cwd=root,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    study = bitline.Study(
        bitline.Network.from_file(ASSETS / "resnet20-w4a4.safetensors"),
        bitline.Dataset.from_file(ASSETS / "cifar10-search.safetensors"),
        bitline.Dataset.from_file(ASSETS / "cifar10-test.safetensors"),
        data={"images_per_class": 3},
        array={"rows": 64},
        search={"levels": [4], "ranges": ["network-wise", "csnr"]},
        cost={},
        progress=None,
    )
    return root / "program", root / "python", study.run(root / "python")


def test_runs_leave_the_same_files(folders):
    program, python, _ = folders
    names = sorted(
        str(path.relative_to(program)) for path in program.rglob("*") if path.is_file()
    )
    assert len(names) > 15
    for name in names:
        if name in ("run.json", "report.html", "manifest.json", ".lock"):
            continue  # time, host and configuration
        assert (program / name).read_bytes() == (python / name).read_bytes(), name


def test_results_are_those_of_results_csv(folders):
    program, _, result = folders
    text = (program / "results.csv").read_text()
    assert bitline.Table.from_csv(text).to_dict() == result.rows.to_dict()
    plan = (program / "plan.json") if (program / "plan.json").exists() else None
    assert (result.plan is None) == (plan is None)
    if plan is not None:
        assert result.plan.to_json() == plan.read_text()
    assert "<table>" in result._repr_html_()
    summary = json.loads((program / "run.json").read_text())
    assert result.doubts == summary["doubts"]


def test_levels_are_numbers_and_words_are_kinds(folders):
    rows = folders[2].rows
    assert [row["kind"] for row in rows if row["levels"] is None] == ["lossless"]
    assert all(isinstance(row["levels"], int) for row in rows if row["kind"] == "plan")


def test_frames_have_the_rows(folders):
    pandas = pytest.importorskip("pandas")
    frame = folders[2].rows.to_frame()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(folders[2].rows)
    assert set(frame[frame.kind == "plan"].levels) == {4}


def test_reports_are_pages(folders):
    page = bitline.report(folders[1])
    assert page.startswith("<!DOCTYPE html>")
    with pytest.raises(bitline.Error, match="nowhere"):
        bitline.report("nowhere")
