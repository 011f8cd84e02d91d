"""A module's layers, and which of a network's they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as functional
from torch import fx, nn

from bitline.network import Network, Node

LAYERS = (nn.Conv2d, nn.Linear)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)

# Layers for an array in every other respect.
_OTHER_LAYERS = (nn.Conv1d, nn.Conv3d, nn.Bilinear, nn.MultiheadAttention, nn.RNNBase)
_OTHER_CALLS = (
    torch.conv1d, torch.conv2d, torch.conv3d, functional.linear, functional.bilinear,
    functional.multi_head_attention_forward,
)
_KEEPING_MODULES = (nn.MaxPool2d, nn.Flatten, nn.Dropout, nn.Dropout2d, nn.Identity)
_KEEPING_CALLS = (
    functional.max_pool2d, functional.dropout, torch.flatten, torch.reshape, torch.permute,
    torch.transpose,
)
_KEEPING_METHODS = ("flatten", "view", "reshape", "permute", "transpose", "contiguous")
# What keeps values in a network; kept_values.h.
_KEEPING_OPERATORS = ("max_pool", "flatten", "reshape", "transpose", "identity", "gather")


def trace(module: nn.Module) -> fx.GraphModule:
    """The module as a graph of its layers."""
    try:
        return fx.symbolic_trace(module)
    except Exception as error:
        raise ValueError(
            f"torch.fx cannot trace the module ({type(error).__name__}: {str(error).splitlines()[0]});"
            " its forward pass must not depend on values: convert the part that does not"
        ) from error


def module_of(model: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    """The module that the node calls."""
    return model.get_submodule(str(node.target)) if node.op == "call_module" else None


def layers_of(model: fx.GraphModule) -> dict[str, fx.Node]:
    """The calls of convolutions and linear layers by name, in the order in which they run."""
    layers: dict[str, fx.Node] = {}
    for node in model.graph.nodes:
        called = module_of(model, node)
        if isinstance(called, _OTHER_LAYERS):
            raise ValueError(
                f"layer '{node.target}' is a {type(called).__name__}, which cannot be converted; "
                "write it with Conv2d and Linear"
            )
        if node.op == "call_function" and node.target in _OTHER_CALLS:
            raise ValueError(
                f"'{node.name}' calls {node.target.__name__}, which cannot be converted; make it a "
                "module, Conv2d or Linear"
            )
        if not isinstance(called, LAYERS):
            continue
        if str(node.target) in layers:
            raise ValueError(
                f"layer '{node.target}' is called twice; give each call a layer of its own"
            )
        if isinstance(called, nn.Conv2d) and called.padding_mode != "zeros":
            raise ValueError(
                f"layer '{node.target}' pads with '{called.padding_mode}'; pad its input in front of "
                "it, and set padding to 0"
            )
        layers[str(node.target)] = node
    return layers


def match(
    layers: Mapping[str, fx.Node], network: Network, names: Mapping[str, str] | None
) -> dict[str, str]:
    """The network's layer for each of the module's: as `names` says, of the same name, or in the
    order in which they run."""
    own = [node.name for node in network.nodes if node.operator in ("conv", "linear")]
    if names is not None:
        wrong = [n for n in layers if n not in names] + [n for n in names if n not in layers]
        wrong += [n for n in names.values() if n not in own]
        if wrong or len(set(names.values())) != len(names):
            raise ValueError(
                f"layers has to name each of the module's {list(layers)} and of the network's {own} "
                f"once; wrong are {wrong or 'layers that are named twice'}"
            )
        return dict(names)
    if set(own) == set(layers):
        return {name: name for name in layers}
    if len(own) != len(layers):
        raise ValueError(
            f"the module has {len(layers)} layers {list(layers)}, and network '{network.name}' "
            f"{len(own)} {own}; give the network that was made of this module"
        )
    return dict(zip(layers, own))


def check_wiring(
    layers: Mapping[str, fx.Node], network: Network, matched: Mapping[str, str]
) -> None:
    """Raises where a layer reads other layers' values in the module than in the network."""
    theirs = {node.name: node for node in network.nodes}
    name_of = {node: matched[name] for name, node in layers.items()}
    for name, node in layers.items():
        here = _sources(node, lambda n: n.all_input_nodes, name_of.get)
        there = _sources(
            theirs[matched[name]],
            lambda n: [theirs[i] for i in n.inputs],
            lambda n: n.name if n.operator in ("conv", "linear") else None,
        )
        if here != there:
            raise ValueError(
                f"layer '{name}' reads {sorted(here) or 'the input'} in the module, and "
                f"'{matched[name]}' reads {sorted(there) or 'the input'} in network "
                f"'{network.name}'; give the network that was made of this module, or say with "
                "layers which is which"
            )


def _sources(start: Any, inputs_of: Any, name_of: Any) -> set[str]:
    """The nearest layers in front of a node."""
    found: set[str] = set()
    seen: set[Any] = set()
    waiting = list(inputs_of(start))
    while waiting:
        node = waiting.pop()
        key = node.name
        if key in seen:
            continue
        seen.add(key)
        name = name_of(node)
        if name is not None:
            found.add(name)
        else:
            waiting.extend(inputs_of(node))
    return found


def behind_kept(model: fx.GraphModule, node: fx.Node) -> fx.Node:
    """The node that makes the values which `node` moves or chooses among; itself, if it does not."""
    while True:
        keeps = (
            isinstance(module_of(model, node), _KEEPING_MODULES)
            or (node.op == "call_function" and node.target in _KEEPING_CALLS)
            or (node.op == "call_method" and node.target in _KEEPING_METHODS)
        )
        if not keeps:
            return node
        node = node.all_input_nodes[0]


def carried(network: Network, name: str) -> list[str]:
    """A value, and those that it moves or chooses among as far as they have grids: front to back."""
    theirs = {node.name: node for node in network.nodes}
    names = [name]
    while theirs[names[-1]].operator in _KEEPING_OPERATORS:
        front = theirs[names[-1]].inputs[0]
        if network._core.grid(front) is None:
            break
        names.append(front)
    return names[::-1]


def grid_places(
    model: fx.GraphModule, value: fx.Node, network: Network, name: str
) -> list[tuple[fx.Node, list[str]]]:
    """Where the grids stand that a layer's input goes through, `value` in the module and `name` in
    the network, with the values in the network that they are of: front to back."""
    names = carried(network, name)
    if len(names) == 1:
        return [(value, names)]
    first = behind_kept(model, value)
    own = [n for n in names if _same(network._core.grid(n), network._core.grid(name))]
    if own == names:
        return [(first, names)]
    return [(first, [n for n in names if n not in own]), (value, own)]


def _same(a: Any, b: Any) -> bool:
    fields = ("bits", "is_odd", "minimum", "maximum", "zero_point", "divides", "rounding", "axis")
    return all(getattr(a, f) == getattr(b, f) for f in fields) and a.scale.tolist() == b.scale.tolist()


def norm_behind(network: Network, layer: str) -> Node | None:
    """The batch-norm that alone reads the layer's value."""
    readers = [node for node in network.nodes if layer in node.inputs]
    return readers[0] if len(readers) == 1 and readers[0].operator == "batch_norm" else None


def is_global_average(model: fx.GraphModule, node: fx.Node) -> bool:
    """Whether the node averages each channel over the whole picture."""
    ones = (1, (1, 1), [1, 1])
    called = module_of(model, node)
    if isinstance(called, nn.AdaptiveAvgPool2d):
        return called.output_size in ones
    if node.op == "call_function" and node.target is functional.adaptive_avg_pool2d:
        size = node.args[1] if len(node.args) > 1 else node.kwargs.get("output_size")
        return size in ones
    return False
