"""Study.retrain: the program's trainer, in a process that has no other LibTorch."""

import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

import bitline
from conftest import ASSETS, ROOT

PROGRAM = os.environ.get("BITLINE_PROGRAM", ROOT / "build/release/cli/bitline")
PART = pathlib.Path(bitline._core.__file__).parent / "bitline_torch.so"
pytestmark = pytest.mark.skipif(not PART.exists(), reason="the package has no LibTorch")

STUDY = f"""
import sys; sys.path.insert(0, {os.path.dirname(__file__)!r})
import bitline, conftest
network = bitline.Network.from_file({str(ASSETS / "resnet20-w4a4.safetensors")!r})
images = bitline.Dataset.from_file(conftest.ASSETS / "cifar10-search.safetensors")
test = bitline.Dataset.from_file(conftest.ASSETS / "cifar10-test.safetensors")
study = bitline.Study(network, images, test, data={{"images_per_class": 3}}, array={{"rows": 64}},
                      threads=1, progress=None)
plan = study.search(4, "csnr").plan
OPTIONS = {{"epochs": 2, "holdout": 460, "batch_size": 20, "learning_rate": 0.001}}
"""


def run_python(code, folder):
    done = subprocess.run(
        [sys.executable, "-c", STUDY + textwrap.dedent(code)],
        capture_output=True, text=True, timeout=300, cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not os.path.exists(PROGRAM), reason="the program is not built")
def test_it_trains_to_the_weights_of_the_program(tmp_path):
    answer = run_python("""
        plan.save("plan.json")
        done = study.retrain(plan, "python.safetensors", **OPTIONS)
        assert len(done.epochs) == 2 and done.plan == plan
        print(done.best_epoch, done.network.hash())
    """, tmp_path)
    (tmp_path / "retrain.toml").write_text(f"""
seed = 1
threads = 1
[data]
format = "samples"
search_file = "{ASSETS}/cifar10-search.safetensors"
test_file = "{ASSETS}/cifar10-test.safetensors"
images_per_class = 3
[model]
file = "{ASSETS}/resnet20-w4a4.safetensors"
[array]
rows = 64
[retrain]
epochs = 2
holdout = 460
batch_size = 20
learning_rate = 0.001
""")
    subprocess.run([PROGRAM, "retrain", "retrain.toml", "--plan", "plan.json", "--out",
                    "program.safetensors", "--quiet"], cwd=tmp_path, check=True,
                   stdout=subprocess.DEVNULL)
    assert ((tmp_path / "program.safetensors").read_bytes()
            == (tmp_path / "python.safetensors").read_bytes())
    network = bitline.Network.from_file(tmp_path / "program.safetensors")
    assert answer.split()[1] == network.hash()


def test_stopped_it_goes_on_to_the_same_weights(tmp_path):
    hashes = run_python("""
        whole = study.retrain(plan, "whole.safetensors", **OPTIONS).network
        def stop(task, done, total, note):
            if "epoch 2" in task + note:
                raise KeyboardInterrupt
        stopping = bitline.Study(network, images, test, data={"images_per_class": 3},
                                 array={"rows": 64}, threads=1, progress=stop)
        try:
            stopping.retrain(plan, "stopped.safetensors", **OPTIONS)
            print("went on")
        except KeyboardInterrupt:
            pass
        rest = study.retrain(plan, "stopped.safetensors", resume=True, **OPTIONS)
        print(whole.hash(), rest.network.hash())
    """, tmp_path).split()
    assert hashes[0] == hashes[1]


def test_another_libtorch_in_the_process_is_refused_by_name(tmp_path):
    (tmp_path / "stub.c").write_text("int nothing;")
    stub = tmp_path / "libtorch_cpu.so"
    subprocess.run(["cc", "-shared", "-o", stub, tmp_path / "stub.c"], check=True)
    message = run_python(f"""
        import ctypes
        ctypes.CDLL({str(stub)!r})
        try:
            study.retrain(plan, "network.safetensors", **OPTIONS)
        except bitline.Error as error:
            print(error.kind, error)
    """, tmp_path)
    assert message.startswith("usage ") and f"another LibTorch, {stub}" in message


def test_its_own_libtorch_may_be_there_already(tmp_path):
    pytest.importorskip("torch")
    assert run_python("""
        import torch
        if torch.__file__.startswith("/usr/lib/python3"):  # Debian's, which has the same LibTorch
            study.retrain(plan, "network.safetensors", **OPTIONS)
        print("trained")
    """, tmp_path) == "trained\n"
