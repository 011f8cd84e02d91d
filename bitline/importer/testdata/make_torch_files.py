#!/usr/bin/env python3
"""Writes the .pt and .pth files of this folder without PyTorch: python3 make_torch_files.py

Pickle asks classes and functions for their module and name alone, so modules of the same names give
the same bytes as PyTorch does. The values are small numbers that a test can work out.
"""

import collections
import pathlib
import pickle
import struct
import sys
import types
import zipfile

OrderedDict = collections.OrderedDict


def module(name):
    sys.modules[name] = types.ModuleType(name)
    return sys.modules[name]


torch, utils = module("torch"), module("torch._utils")
torch._utils = utils


def pretend(owner, name, thing):
    thing.__module__, thing.__qualname__, thing.__name__ = owner.__name__, name, name
    setattr(owner, name, thing)
    return thing


rebuild_tensor = pretend(utils, "_rebuild_tensor_v2", lambda *arguments: None)
rebuild_old_tensor = pretend(utils, "_rebuild_tensor", lambda *arguments: None)
rebuild_parameter = pretend(utils, "_rebuild_parameter", lambda *arguments: None)

# Python's struct has no bfloat16, which is the upper half of a float32.
CODES = {"Float": "f", "Double": "d", "Half": "e", "Long": "q", "BFloat16": None}
CLASSES = {name: pretend(torch, name + "Storage", type(name, (), {})) for name in CODES}


class Storage:
    def __init__(self, kind, values):
        self.kind, self.values = kind, values

    def bytes(self):
        if self.kind == "BFloat16":
            return b"".join(struct.pack("<f", value)[2:] for value in self.values)
        return struct.pack(f"<{len(self.values)}{CODES[self.kind]}", *self.values)


class Tensor:
    def __init__(self, storage, shape, strides=None, offset=0):
        self.storage, self.shape, self.offset = storage, tuple(shape), offset
        self.strides = strides
        if strides is None:
            self.strides, step = [], 1
            for extent in reversed(shape):
                self.strides.insert(0, step)
                step *= extent

    def __reduce_ex__(self, protocol):
        arguments = (self.storage, self.offset, self.shape, tuple(self.strides), False, OrderedDict())
        return rebuild_tensor, arguments


class OldTensor(Tensor):
    """As PyTorch up to 0.3 wrote it."""

    def __reduce_ex__(self, protocol):
        return rebuild_old_tensor, (self.storage, self.offset, self.shape, tuple(self.strides))


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce_ex__(self, protocol):
        return rebuild_parameter, (self.tensor, True, OrderedDict())


def tensor(shape, values, kind="Float"):
    return Tensor(Storage(kind, values), shape)


class Pickler(pickle._Pickler):
    """Storages stand outside the pickle, under keys in the order in which they turn up."""

    def __init__(self, file, protocol, legacy):
        super().__init__(file, protocol)
        self.keys, self.storages, self.legacy = {}, [], legacy

    def persistent_id(self, thing):
        if not isinstance(thing, Storage):
            return None
        if id(thing) not in self.keys:
            self.keys[id(thing)] = str(len(self.storages))
            self.storages.append(thing)
        identity = ("storage", CLASSES[thing.kind], self.keys[id(thing)], "cpu", len(thing.values))
        return identity + (None,) if self.legacy else identity


def pickled(thing, protocol, legacy):
    import io

    file = io.BytesIO()
    pickler = Pickler(file, protocol, legacy)
    pickler.dump(thing)
    return file.getvalue(), pickler.storages


def save_zip(name, thing, byte_order="little"):
    content, storages = pickled(thing, 2, legacy=False)
    members = [("data.pkl", content), ("byteorder", byte_order.encode())]
    members += [(f"data/{key}", storage.bytes()) for key, storage in enumerate(storages)]
    members += [("version", b"3\n"), (".data/serialization_id", b"0" * 40)]
    with zipfile.ZipFile(name, "w", zipfile.ZIP_STORED) as archive:
        for member, content in members:
            archive.writestr(zipfile.ZipInfo(f"{name.stem}/{member}"), content)


def save_legacy(name, thing, protocol=2):
    content, storages = pickled(thing, protocol, legacy=True)
    system = {
        "protocol_version": 1001,
        "little_endian": True,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    keys = [str(key) for key in range(len(storages))]
    parts = [pickle.dumps(0x1950A86A20F9469CFC6C, protocol), pickle.dumps(1001, protocol)]
    parts += [pickle.dumps(system, protocol), content, pickle.dumps(keys, protocol)]
    for storage in storages:
        parts.append(struct.pack("<q", len(storage.values)) + storage.bytes())
    name.write_bytes(b"".join(parts))


def state_dict(prefix=""):
    """A 1 x 1 convolution of two channels, batch-norm, a linear layer of two classes."""
    state = OrderedDict()
    state[prefix + "conv.weight"] = tensor([2, 1, 1, 1], [0.5, -2.0])
    state[prefix + "bn.weight"] = tensor([2], [1.0, 1.5])
    state[prefix + "bn.bias"] = tensor([2], [0.0, -0.25])
    state[prefix + "bn.running_mean"] = tensor([2], [0.125, 3.0])
    state[prefix + "bn.running_var"] = tensor([2], [1.0, 4.0])
    state[prefix + "bn.num_batches_tracked"] = tensor([], [17], "Long")
    state[prefix + "fc.weight"] = tensor([2, 2], [1.0, 2.0, 3.0, 4.0])
    state[prefix + "fc.bias"] = tensor([2], [-1.0, 1.0])
    state._metadata = OrderedDict([("", {"version": 1}), ("bn", {"version": 2})])
    return state


def views():
    shared = Storage("Float", [float(i) for i in range(8)])
    return {
        "transposed": Tensor(shared, [2, 3], [1, 2], 1),
        "tail": Tensor(shared, [2], [1], 6),
        "double": tensor([2], [0.1, -3.0], "Double"),
        "half": tensor([2], [1.5, -0.25], "Half"),
        "brain": tensor([2], [1.5, -256.0], "BFloat16"),
        "parameter": Parameter(tensor([1], [9.0])),
        "scalar": tensor([], [2.5]),
        "empty": tensor([0, 3], []),
    }


def checkpoint():
    momentum = {"momentum_buffer": tensor([2], [0.0, 0.0])}
    return {
        "epoch": 7,
        "best": 91.25,
        "state_dict": state_dict("module."),
        "optimizer": {"state": {0: momentum}, "param_groups": [{"lr": 0.1, "params": [0]}]},
        "scheduler": None,
    }


folder = pathlib.Path(__file__).parent
save_zip(folder / "state_dict.pt", state_dict())
save_zip(folder / "big_endian.pt", state_dict(), "big")
save_zip(folder / "views.pt", views())
save_zip(folder / "checkpoint.pt", checkpoint())
save_zip(folder / "two_models.pt", {"model": state_dict(), "ema": state_dict()})
save_legacy(folder / "legacy.pth", state_dict())
save_legacy(folder / "legacy_protocol4.pth", checkpoint(), protocol=4)
old = {name: OldTensor(t.storage, t.shape) for name, t in state_dict("module.").items()}
save_legacy(folder / "old.pth.tar", {"epoch": 3, "arch": "resnet", "state_dict": old})
