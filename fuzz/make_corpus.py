#!/usr/bin/env python3
"""Writes the seeds of fuzz/corpus: small valid files, one of each kind. python3 fuzz/make_corpus.py

The seeds of data_npy, data_npz, data_picture and most of importer_onnx are files that NumPy, Pillow,
Debian's libonnx-testdata and bitline/importer/testdata/make_networks.py hold or wrote. Plans come from a run:
python3 fuzz/make_corpus.py PLAN.json ... keeps the first two layers of each.
"""

import gzip
import io
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


def npy(descr, shape, content):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + content


def npz(images, labels):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in (("images.npy", images), ("labels.npy", labels)):
            archive.writestr(zipfile.ZipInfo(name), array)
    return file.getvalue()


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


# ONNX is Protocol Buffers: a number of the schema and a kind for each field, then what it holds.
def field(number, value):
    def varint(n):
        n &= 2**64 - 1
        out = b""
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


FLOAT, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7
FORMATS = {FLOAT: "f", UINT8: "B", INT8: "b", INT32: "i", INT64: "q"}


def constant(name, kind, shape, *values):
    raw = struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)
    dims = b"".join(field(1, extent) for extent in shape)
    return field(5, dims + field(2, kind) + field(8, name) + field(9, raw))


class Reference(str):
    """To a number of the caller's, by the attribute's name."""


def attribute(name, value):
    if isinstance(value, Reference):
        typed = field(21, value) + field(20, 1)
    elif isinstance(value, list):
        typed = b"".join(field(8, entry) for entry in value) + field(20, 7)
    else:
        number, kind = {float: (2, 1), int: (3, 2), str: (4, 3)}[type(value)]
        typed = field(number, value) + field(20, kind)
    return field(1, name) + typed


def step(operator, inputs, outputs, domain="", number=1, **attributes):
    """A node; its number is 1 in a graph and 7 in a function."""
    content = b"".join(field(1, name) for name in inputs.split())
    content += b"".join(field(2, name) for name in outputs.split())
    content += field(4, operator) + field(7, domain)
    for name, value in attributes.items():
        content += field(5, attribute(name, value))
    return field(number, content)


def function(name, inputs, outputs, *steps, operators=13, overload=None, **defaults):
    content = field(1, name) + field(10, "own")
    content += b"".join(field(4, name) for name in inputs.split())
    content += b"".join(field(5, name) for name in outputs.split())
    content += b"".join(field(11, attribute(*default)) for default in defaults.items())
    content += field(13, overload) if overload else b""
    return field(25, content + b"".join(steps) + field(9, field(1, "") + field(2, operators)))


def onnx_model(shape, *parts, operators=13, functions=()):
    """Input "x" whose open extents are names, output "y"; parts are steps and constants."""
    def value(name, extents):
        dims = b"".join(field(1, field(1 if isinstance(e, int) else 2, e)) for e in extents)
        return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, dims)))

    graph = b"".join(parts) + field(2, "seed")
    graph += field(11, value("x", shape)) + field(12, value("y", []))
    versions = field(8, field(1, "") + field(2, operators))
    return field(1, 8) + field(7, graph) + versions + b"".join(functions)


def on_grid(*parts, shape=("n", 2, 2, 2)):
    grids = [constant("s", FLOAT, [], 0.5), constant("z", UINT8, [], 3)]
    return onnx_model(shape, *grids, step("QuantizeLinear", "x s z", "q"), *parts)


def seed_onnx():
    scales = [constant("w", INT8, [2, 1, 1, 1], -128, 7), constant("ws", FLOAT, [2], 0.0, -0.5)]
    scales += [constant("vs", FLOAT, [2], 0.5, 2.0), constant("vz", INT8, [2], 0, 0)]
    seed("importer_onnx", "scales.onnx", onnx_model(
        ["n", 2, 2, 2], *scales, step("QuantizeLinear", "x vs vz", "q", axis=1),
        step("DequantizeLinear", "q vs vz", "d", axis=1),
        step("DequantizeLinear", "w ws", "k", axis=0), step("Conv", "d k", "y", group=2)))
    seed("importer_onnx", "integers_moved.onnx", on_grid(
        constant("c", UINT8, [1, 1, 2, 2], 1, 2, 3, 4), constant("p", INT64, [8], 0, 0, 1, 0, 0, 0, 0, 1),
        step("Concat", "q c", "j", axis=1), step("Split", "j", "a", axis=1),
        step("Pad", "a p z", "b"), step("DequantizeLinear", "b s z", "y")))
    seed("importer_onnx", "quant_roundings.onnx", onnx_model(
        ["n", 2], constant("s", FLOAT, [], 0.5), constant("z", FLOAT, [], 1.0),
        constant("b", FLOAT, [], 4.0),
        step("Quant", "x s z b", "a", "finn.custom_op.general", rounding_mode="HALF_UP", signed=0),
        step("Quant", "a s z b", "y", "", rounding_mode="up", narrow=1)))
    conv = [constant("w", INT8, [2, 2, 1, 1], 1, -2, 3, -4), constant("ws", FLOAT, [2], 0.5, 0.25)]
    conv += [constant("wz", INT8, [2], 0, 0), constant("bias", INT32, [2], 5, -6)]
    seed("importer_onnx", "qlinear.onnx", on_grid(
        *conv, step("QLinearConv", "q s z w ws wz s z bias", "c", kernel_shape=[1, 1]),
        step("QLinearAdd", "c s z q s z s z", "a", "com.microsoft"),
        step("QLinearLeakyRelu", "a s z s z", "l", "com.microsoft", alpha=0.3),
        step("QLinearConcat", "s z l s z a s z", "j", "com.microsoft", axis=1),
        step("QLinearGlobalAveragePool", "j s z s z", "g", "com.microsoft", channels_last=0),
        step("Flatten", "g", "f"), constant("m", INT8, [4, 1], 1, 2, 3, 4), constant("mz", INT8, [], 0),
        step("QGemm", "f s z m s mz", "y", "com.microsoft")))
    seed("importer_onnx", "integer_sums.onnx", on_grid(
        constant("w", UINT8, [2, 1, 1, 1], 1, 255), constant("wz", UINT8, [], 128),
        constant("c", FLOAT, [1, 2, 1, 1], 0.5, -1.0),
        step("ConvInteger", "q w z wz", "i", group=2), step("Cast", "i", "r", to=1),
        step("Mul", "r c", "y")))
    seed("importer_onnx", "multi_threshold.onnx", onnx_model(
        ["n", 2, 2, 2], constant("t", FLOAT, [2, 3], 0.25, 0.75, 1.25, 3.0, 1.0, 2.0),
        step("MultiThreshold", "x t", "y", "finn.custom_op.general", out_dtype="UINT2",
             out_scale=0.5, out_bias=-0.5)))
    seed("importer_onnx", "last_softmax.onnx", onnx_model(
        ["n", 5, 1, 1], step("LogSoftmax", "x", "s"), step("Flatten", "s", "y"), operators=11))
    seed("importer_onnx", "masks.onnx", onnx_model(
        ["n", 2], constant("c", FLOAT, [1, 2], 0.5, -1.0),
        step("Max", "x c", "m"), step("Elu", "m", "e", alpha=0.5), step("Selu", "e", "f"),
        step("Greater", "f x", "g"), step("Cast", "g", "r", to=1), step("Cast", "r", "b", to=9),
        step("Where", "b e c", "w"), step("Swish", "w", "s", alpha=1.5), step("Mish", "s", "y"),
        operators=24))
    groups = [constant("one", FLOAT, [2], 1.0, 1.0), constant("zero", FLOAT, [2], 0.0, 0.0)]
    groups += [constant("c", FLOAT, [4, 1, 1], 1.0, 2.0, 3.0, 4.0), constant("v", FLOAT, [4], 1.0, 2.0, 3.0, 4.0)]
    groups += [constant("p", INT64, [3], 0, 2, -1), constant("q", INT64, [4], 0, 4, 2, 2)]
    seed("importer_onnx", "group_norms.onnx", onnx_model(
        ["n", 4, 2, 2], *groups, step("Reshape", "x p", "r"),
        step("InstanceNormalization", "r one zero", "i", epsilon=0.001), step("Reshape", "i q", "t"),
        step("Mul", "t c", "u"), step("Add", "u c", "a"),
        step("GroupNormalization", "a v v", "g", num_groups=2),
        step("DepthToSpace", "g", "d", blocksize=2, mode="CRD"),
        step("SpaceToDepth", "d", "y", blocksize=2), operators=21))
    seed("importer_onnx", "functions.onnx", onnx_model(
        ["n", 2], step("Outer", "x", "m", "own", slope=0.5), step("Outer", "m", "y", "own"),
        functions=[
            function("Outer", "a", "b", step("Inner", "a", "t", "own", 7, slope=Reference("slope")),
                     step("Neg", "t", "b", "", 7), slope=0.25),
            function("Inner", "a", "b", step("LeakyRelu", "a", "b", "", 7, alpha=Reference("slope")),
                     operators=16, slope=0.125)]))
    seed("importer_onnx", "two_bits.onnx", onnx_model(
        ["n", 3], constant("s", FLOAT, [], 0.5),
        field(5, field(1, 3) + field(1, 1) + field(2, 26) + field(8, "w") + field(9, b"\x1e")),
        step("QuantizeLinear", "x s", "q", output_dtype=25), step("DequantizeLinear", "q s", "d"),
        step("DequantizeLinear", "w s", "k"), step("MatMul", "d k", "y"), operators=25))
    seed("importer_onnx", "vector.onnx", onnx_model(
        ["n", 4], constant("w", FLOAT, [2, 4], 1, -1, 0.5, 2, 0, 1, 2, 3),
        step("Gemm", "x w", "y", transB=1)))
    seed("importer_onnx", "signal.onnx", onnx_model(
        ["n", 2, 5], constant("w", FLOAT, [1, 2, 3], 1, -1, 0.5, 2, 0, 1),
        step("Conv", "x w", "y", pads=[1, 1])))
    seed("importer_onnx", "flatten_first.onnx", onnx_model(
        ["n", 2, 3, 1], constant("w", FLOAT, [2, 6], *range(12)), step("Flatten", "x", "f"),
        step("Gemm", "f w", "y", transB=1)))
    seed("importer_onnx", "open_size.onnx", onnx_model(["n", 3, "height", 2], step("Relu", "x", "y")))


seed_onnx()
halves = {"a": ("BF16", [2], b"\x80\x3f\x00\x40"), "b": ("F16", [1, 1], b"\x00\x3c")}
seed("base_safetensors", "floats", safetensors({"w": ("F32", [2, 1], floats(1, 2))}, {"key": "text"}))
seed("base_safetensors", "halves", safetensors(halves))
seed("graph_network_file", "network", network(1))
seed("graph_network_file", "dividing_network", network(4))
seed("data_idx", "labels", struct.pack(">II", 0x801, 3) + b"\x01\x02\x03")
seed("data_idx", "images", struct.pack(">IIII", 0x803, 2, 2, 2) + bytes(range(8)))
two_labels = npy("|u1", "(2,)", b"\0\1")
seed("data_npz", "vectors.npz", npz(npy("<f8", "(2, 3)", struct.pack("<6d", *range(6))), two_labels))
seed("data_npz", "signals.npz", npz(npy("<i2", "(2, 1, 3)", struct.pack("<6h", *range(6))), two_labels))
seed("data_npz", "rank6.npz", npz(npy("<i4", "(2, 1, 1, 3, 1, 1)", struct.pack("<6i", *range(6))), two_labels))
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
    next(iter(plan["layers"].values()))["array"] = {"active_rows": "64"}
    seed("adc_adc_plan", f"own_array{number}", json.dumps(plan).encode())
