"""ADC levels and ranges for analog compute-in-memory: Bitline's exact engine in Python.

    import bitline

    network = bitline.Network.from_file("network.onnx")
    images = bitline.Dataset(train_images, train_labels)
    study = bitline.Study(network, images, array={"rows": 128})
    found = study.search(levels=4)
    print(study.evaluate(found.plan, bitline.Dataset(test_images, test_labels)))

Options are those of the program's configuration, table by table; `bitline.options()` lists them.
"""

from bitline._core import Error, core_count, revision, set_thread_count, thread_count
from bitline._core import version as _version
from bitline.dataset import Dataset
from bitline.network import Network
from bitline.options import options
from bitline.plan import Plan
from bitline.report import report
from bitline.results import Evaluation, Profile, Record, Retrained, RunResult, Search, Table
from bitline.study import Study

__version__: str = _version()

__all__ = [
    "Dataset",
    "Error",
    "Evaluation",
    "Network",
    "Plan",
    "Profile",
    "Record",
    "Retrained",
    "RunResult",
    "Search",
    "Study",
    "Table",
    "core_count",
    "options",
    "report",
    "revision",
    "set_thread_count",
    "thread_count",
]
