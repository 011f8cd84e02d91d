"""Threads, processes, memory, signals and the end of the interpreter."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import bitline
from conftest import ASSETS


def run_python(code, **options):
    prelude = f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
    return subprocess.run(
        [sys.executable, "-c", prelude + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


STUDY = f"""
import bitline, conftest
network = bitline.Network.from_file({str(ASSETS / "resnet20-w4a4.safetensors")!r})
images = bitline.Dataset.from_file(conftest.ASSETS / "cifar10-search.safetensors")
def make(**options):
    return bitline.Study(network, images, images, data={{"images_per_class": 2}}, **options)
"""


def test_import_is_quick_and_brings_no_libtorch():
    found = run_python("""
        import time, numpy
        start = time.perf_counter()
        import bitline
        print(time.perf_counter() - start)
        print("torch" in open("/proc/self/maps").read())
    """)
    assert found.returncode == 0, found.stderr
    seconds, torch = found.stdout.split()
    assert float(seconds) < 5  # half a second on a machine with nothing else to do
    assert torch == "False"


def test_two_threads_give_what_one_gives(network, training):
    def work(results, levels):
        study = bitline.Study(network, training, data={"images_per_class": 2}, progress=None)
        results[levels] = study.search(levels, "csnr").plan

    alone, together = {}, {}
    for levels in (3, 5):
        work(alone, levels)
    threads = [threading.Thread(target=work, args=(together, levels)) for levels in (3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_one_study_is_shared_by_threads(study):
    plans = [None] * 4
    def work(i):
        plans[i] = study.search(4, "csnr").plan
    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(plan == plans[0] for plan in plans)


def test_others_run_while_it_works(study):
    ticks = []
    done = threading.Event()
    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)
    thread = threading.Thread(target=tick)
    thread.start()
    study.search(4, "network-wise")
    done.set()
    thread.join()
    assert len(ticks) > 5


def test_progress_is_told_and_may_stop_the_work(network, training):
    told = []
    study = bitline.Study(
        network,
        training,
        data={"images_per_class": 2},
        progress=lambda *what: told.append(what),
    )
    study.search(4, "network-wise")
    tasks = {task for task, *_ in told}
    assert any(task.startswith("search network-wise") for task in tasks)
    assert all(0 <= done <= total for _, done, total, _ in told)

    def stop(*_):
        raise RuntimeError("enough")

    stopped = bitline.Study(network, training, data={"images_per_class": 2}, progress=stop)
    with pytest.raises(RuntimeError, match="enough"):
        stopped.search(4, "layer-wise")


def test_ctrl_c_is_a_keyboard_interrupt():
    found = run_python(
        STUDY
        + textwrap.dedent("""
        import os, signal, threading
        def interrupt(task, done, total, note):
            if task.startswith("search"):
                os.kill(os.getpid(), signal.SIGINT)
        try:
            make(progress=interrupt).search(4, "layer-wise")
        except KeyboardInterrupt:
            print("interrupted")
    """)
    )
    assert found.stdout == "interrupted\n", found.stderr


def test_a_forked_process_goes_on_with_one_thread():
    found = run_python(
        STUDY
        + textwrap.dedent("""
        import os
        bitline.set_thread_count(2)
        study = make(progress=None)
        before = study.search(4, "csnr").plan
        child = os.fork()
        if child == 0:
            same = make(progress=None).search(4, "csnr").plan == before
            os._exit(0 if same and bitline.thread_count() == 1 else 1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), bitline.thread_count())
    """)
    )
    assert found.stdout == "0 2\n", found.stderr


def test_memory_stays_where_it_is(network, training):
    study = bitline.Study(network, training, data={"images_per_class": 1}, progress=None)
    images = bitline.Dataset(training.images[:1], training.labels[:1], classes=10)

    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    for call in range(1, 1001):
        study.evaluate(images=images)
        if call == 100:
            before = resident()
    assert resident() - before < 5 << 20


def test_the_interpreter_may_end_while_work_runs():
    found = run_python(
        STUDY
        + textwrap.dedent("""
        import threading, time
        begun = threading.Event()
        study = make(progress=lambda *what: begun.set())
        threading.Thread(target=lambda: study.search(8, "refine"), daemon=True).start()
        begun.wait()
    """)
    )
    assert found.returncode == 0, found.stderr
    assert "terminate" not in found.stderr
    assert "Exception in thread" not in found.stderr  # printed at that time, it is fatal to Python 3.13
