#!/usr/bin/env python3
"""Writes the seeds of fuzz/corpus: small valid files, one of each kind. python3 fuzz/make_corpus.py

The seeds of data_npy, data_npz, data_picture and importer_onnx are files that NumPy, Pillow, Debian's
libonnx-testdata and bitline/importer/testdata/make_networks.py hold or wrote. Plans come from a run:
python3 fuzz/make_corpus.py PLAN.json ... keeps the first two layers of each.
"""

import gzip
import json
import pathlib
import struct
import sys
import zipfile

here = pathlib.Path(__file__).parent
torch_files = here.parent / "bitline" / "importer" / "testdata"


def seed(target, name, content):
    path = here / "corpus" / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def safetensors(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, content) in tensors.items():
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def network(version):
    names = ["scale", "shift", "mean", "variance"]
    conv = {"stride": 1, "padding": 1, "groups": 1}
    windows = {"kernel": 2, "stride": 2}
    grid = {"bits": 4, "signed": True, "narrow": True, "odd": False, "axis": -1}
    graph = {"version": version, "name": "seed", "nodes": [], "quant": {}}
    if version == 4:
        conv["dilation"] = 1
        windows.update({"padding": [0, 0, 0, 0], "dilation": [1, 1], "ceil": False})
        grid.update({"zero_point": 0, "rule": "divide"})
        graph["normalization"] = {"mean": [0.5], "deviation": [0.25]}
    nodes = [
        ("input", "input", [], {"shape": [1, 4, 4]}, []),
        ("conv", "conv", ["input"], conv, ["weight"]),
        ("norm", "batch_norm", ["conv"], {"epsilon": 1e-5}, names),
        ("relu", "relu", ["norm"], {}, []),
        ("add", "add", ["relu", "norm"], {}, []),
        ("max", "max_pool", ["add"], windows, []),
        ("pool", "global_average_pool", ["max"], {}, []),
        ("linear", "linear", ["pool"], {}, ["weight", "bias"]),
    ]
    for name, operator, inputs, attributes, roles in nodes:
        node = {"name": name, "operator": operator, "inputs": inputs}
        if attributes:
            node["attributes"] = attributes
        if roles:
            node["parameters"] = {role: f"{name}.{role}" for role in roles}
        graph["nodes"].append(node)
    graph["quant"] = {"conv.weight": grid, "relu": {**grid, "signed": False, "narrow": False}}
    tensors = {
        "conv.weight": ("F32", [2, 1, 3, 3], floats(*range(18))),
        "conv.weight.quant_scale": ("F32", [1], floats(1)),
        "linear.bias": ("F32", [2], floats(0, 1)),
        "linear.weight": ("F32", [2, 2], floats(1, 2, 3, 4)),
        "relu.quant_scale": ("F32", [1], floats(0.5)),
    }
    tensors.update({f"norm.{role}": ("F32", [2], floats(1, 1)) for role in names})
    return safetensors(tensors, {"bitline_network": json.dumps(graph)})


halves = {"a": ("BF16", [2], b"\x80\x3f\x00\x40"), "b": ("F16", [1, 1], b"\x00\x3c")}
seed("base_safetensors", "floats", safetensors({"w": ("F32", [2, 1], floats(1, 2))}, {"key": "text"}))
seed("base_safetensors", "halves", safetensors(halves))
seed("graph_network_file", "network", network(1))
seed("graph_network_file", "dividing_network", network(4))
seed("data_idx", "labels", struct.pack(">II", 0x801, 3) + b"\x01\x02\x03")
seed("data_idx", "images", struct.pack(">IIII", 0x803, 2, 2, 2) + bytes(range(8)))
seed("data_gzip", "text", gzip.compress(b"labels labels labels", mtime=0))
seed("data_cifar", "record", b"\x07" + bytes(i % 256 for i in range(3072)))
for path in torch_files.glob("*.pt*"):
    seed("importer_torch_file", path.name, path.read_bytes())
    if path.suffix == ".pt":
        with zipfile.ZipFile(path) as archive:
            seed("importer_pickle", path.stem, archive.read(f"{path.stem}/data.pkl"))
with zipfile.ZipFile(here / "deflated.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr(zipfile.ZipInfo("member"), b"content " * 10, zipfile.ZIP_DEFLATED)
seed("base_zip", "deflated", (here / "deflated.zip").read_bytes())
(here / "deflated.zip").unlink()
seed("base_zip", "stored", (torch_files / "views.pt").read_bytes())
for number, name in enumerate(sys.argv[1:]):
    plan = json.loads(pathlib.Path(name).read_text())
    plan["layers"] = dict(list(plan["layers"].items())[:2])
    seed("adc_adc_plan", f"plan{number}", json.dumps(plan).encode())
