"""From a module, a network and a plan to a module that learns on the array, and back."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import fx, nn

from bitline import _core
from bitline.network import Network
from bitline.plan import Plan
from bitline.study import Study
from bitline.torch import graph as graphs
from bitline.torch.digital import FoldedNorm, FoldedNorm1d, FoldedNorm2d, GlobalAverage
from bitline.torch.layers import GRADIENTS, ArrayConv2d, ArrayLayer, ArrayLinear
from bitline.torch.quantizer import Quantizer

_BATCH_NORM = {"weight": "scale", "bias": "shift", "running_mean": "mean", "running_var": "variance"}


def convert(
    module: nn.Module,
    study: Study,
    plan: Plan | None = None,
    *,
    layers: Mapping[str, str] | None = None,
    gradient: str = "identity",
    learn_steps: bool = False,
    engine: str = "fused",
) -> fx.GraphModule:
    """A copy of the module, traced by torch.fx, whose convolutions and linear layers are those of the
    study's network on its array, behind the plan's ADCs (without a plan, in exact integers).

    Weights, biases and batch-norm come from the network, which has to have grids. Its layers are
    those of the module in the order in which they run, or as `layers` says: name in the module to
    name in the network. `gradient`: "identity" or "scaled", as `retrain.gradient`. `learn_steps`
    makes the steps of the grids parameters, named "...step" in the state_dict, which otherwise is
    that of the float module. `engine`: "fused" kernels on the CPU, or "composed", what a GPU takes.
    """
    if gradient not in GRADIENTS:
        raise ValueError(
            f"gradient is {gradient!r}; choose one of {GRADIENTS}; `bitline retrain` has others"
        )
    if engine not in ("fused", "composed"):
        raise ValueError(f"engine is {engine!r}; choose 'fused' or 'composed'")
    trained = {
        layer.name: layer
        for layer in _core.trained_layers(study._core, (plan or Plan())._core)
    }
    model = graphs.trace(copy.deepcopy(module))
    return _Conversion(model, study.network, trained, layers).run(
        {"gradient": gradient, "learn_steps": learn_steps, "force_composed": engine == "composed"}
    )


def to_network(model: nn.Module, study: Study) -> Network:
    """The study's network with what the converted module has learned."""
    tensors: dict[str, Any] = {}
    steps: dict[str, Any] = {}
    covered: set[int] = set()
    for part in model.modules():
        for name, key in part.__dict__.get("network_keys", {}).items():
            values = getattr(part, name).detach()
            covered.add(id(getattr(part, name)))
            tensors[key] = values.cpu().contiguous().numpy()
        if isinstance(part, Quantizer):
            covered.add(id(part.step))
            steps.update({name: part.step.detach().cpu().numpy() for name in part.names})
    for name, parameter in model.named_parameters():
        if id(parameter) not in covered:
            raise ValueError(
                f"parameter '{name}' has no place in network '{study.network.name}'; freeze it, and "
                "make the network again from the module where it has to learn"
            )
    return Network(study.network._core.with_values(tensors, steps))


class _Conversion:
    """One module on its way onto the array."""

    def __init__(
        self,
        model: fx.GraphModule,
        network: Network,
        trained: dict[str, _core.TrainedLayer],
        names: Mapping[str, str] | None,
    ) -> None:
        self._model = model
        self._network = network
        self._trained = trained
        self._layers = graphs.layers_of(model)
        self._matched = graphs.match(self._layers, network, names)
        graphs.check_wiring(self._layers, network, self._matched)
        self._quantizers: dict[str, Quantizer] = {}
        self._places: dict[tuple[fx.Node, str], None] = {}  # in their order

    def run(self, options: dict[str, Any]) -> fx.GraphModule:
        """Grids first: a layer knows that of its input."""
        for name in self._layers:
            self._check(name)
        self._refuse_other_grids()
        self._model.add_module("grids", nn.Module())
        for name, node in self._layers.items():
            if self._matched[name] in self._trained:
                self._place(name, node, options)
            else:
                self._take_parameters(name)
        for node in list(self._model.graph.nodes):
            if graphs.is_global_average(self._model, node):
                self._average_exactly(node)
        for node, name in reversed(list(self._places)):  # each goes right behind its node
            self._insert(node, name)
        self._model.graph.lint()
        self._model.recompile()
        return self._model

    def _check(self, name: str) -> None:
        layer, theirs = self._model.get_submodule(name), self._matched[name]
        keys = self._network._core.parameters(theirs)
        shape = tuple(self._network.tensor(keys["weight"]).shape)
        if tuple(layer.weight.shape) != shape:
            raise ValueError(
                f"layer '{name}' has a weight of shape {list(layer.weight.shape)}, and '{theirs}' of "
                f"network '{self._network.name}' {list(shape)}; give the network that was made of "
                "this module"
            )
        trained = self._trained.get(theirs)
        if trained is None:
            return
        for grid, what in ((trained.weight_grid, "weight"), (trained.input_grid, "input")):
            if grid.rounding != "half-even" or grid.by_multiplier:
                raise ValueError(
                    f"layer '{theirs}' has a grid of its {what} that PyTorch cannot learn on "
                    f"(rounding {grid.rounding}); take the float network and study.quantize()"
                )
        if isinstance(layer, nn.Conv2d):
            self._check_geometry(name, layer, trained)

    def _check_geometry(self, name: str, layer: nn.Conv2d, trained: _core.TrainedLayer) -> None:
        geometry = trained.geometry
        top, left, bottom, right = geometry["padding"]
        if (top, left) != (bottom, right):
            raise ValueError(
                f"layer '{name}' pads {geometry['padding']} at its top, left, bottom and right; pad "
                "its input in front of it, and set padding to 0"
            )
        padding = layer.padding
        if isinstance(padding, str):  # "same": half of what the kernel reaches; "valid"
            padding = (top, left)
        own = (layer.stride, padding, layer.dilation, layer.groups)
        theirs = (geometry["stride"], (top, left), geometry["dilation"], geometry["groups"])
        if tuple(own) != theirs:
            raise ValueError(
                f"layer '{name}' has stride, padding, dilation and groups {own}, and "
                f"'{trained.name}' {theirs}; give the network that was made of this module"
            )

    def _refuse_other_grids(self) -> None:
        known = {layer.weight_key for layer in self._trained.values()}
        theirs = {node.name: node for node in self._network.nodes}
        for name in self._trained:
            known.update(graphs.carried(self._network, theirs[name].inputs[0]))
        for grid in self._network._core.grids:
            if grid not in known:
                raise ValueError(
                    f"'{grid}' of network '{self._network.name}' has a grid, and is neither weight "
                    "nor input of a layer in integers; take the float network and study.quantize()"
                )

    def _place(self, name: str, node: fx.Node, options: dict[str, Any]) -> None:
        layer = self._model.get_submodule(name)
        trained = self._trained[self._matched[name]]
        norm = self._take_parameters(name)
        layer.__class__ = ArrayConv2d if isinstance(layer, nn.Conv2d) else ArrayLinear
        assert isinstance(layer, ArrayLayer)
        value = self._input_of(node)
        source = next(n for n in self._network.nodes if n.name == trained.name).inputs[0]
        for at, names in graphs.grid_places(self._model, value, self._network, source):
            grid = self._grid(names, at.op == "placeholder", options["learn_steps"])
            self._places[at, names[0]] = None
        layer.place(trained, grid, norm, **options)
        self._take_correction(layer, trained.name)

    def _grid(self, names: list[str], is_input: bool, learn: bool) -> Quantizer:
        """One of each grid, wherever it stands."""
        spec = self._network._core.grid(names[0])
        assert spec is not None
        if names[0] not in self._quantizers:
            self._quantizers[names[0]] = Quantizer(
                spec, names, learn=learn, is_weight=False, is_input=is_input
            )
        grid = self._quantizers[names[0]]
        grid.names += [name for name in names if name not in grid.names]
        return grid

    def _input_of(self, node: fx.Node) -> fx.Node:
        (value,) = node.all_input_nodes
        return value

    def _take_correction(self, layer: ArrayLayer, theirs: str) -> None:
        key = self._network._core.parameters(theirs).get("bias")
        has_own = layer.bias is not None or key is None
        layer.set_correction(None if has_own else self._tensor(str(key)))

    def _tensor(self, key: str) -> torch.Tensor:
        return torch.from_numpy(self._network.tensor(key).copy())

    def _take_parameters(self, name: str) -> FoldedNorm | None:
        """Those of the network, for the layer and the batch-norm behind it."""
        layer, theirs = self._model.get_submodule(name), self._matched[name]
        keys = self._network._core.parameters(theirs)
        own = {role: keys[role] for role in ("weight", "bias") if getattr(layer, role) is not None
               and role in keys}
        self._copy(layer, own)
        if layer.bias is not None and "bias" not in keys:
            raise ValueError(
                f"layer '{name}' has a bias, and '{theirs}' of network '{self._network.name}' has "
                "none; give the network that was made of this module"
            )
        return self._take_norm(name, theirs)

    def _copy(self, part: nn.Module, keys: dict[str, str]) -> None:
        part.__dict__["network_keys"] = keys
        with torch.no_grad():
            for role, key in keys.items():
                getattr(part, role).copy_(self._tensor(key))

    def _take_norm(self, name: str, theirs: str) -> FoldedNorm | None:
        readers = list(self._layers[name].users)
        norm = graphs.module_of(self._model, readers[0]) if len(readers) == 1 else None
        is_norm = isinstance(norm, graphs.NORMS)
        node = graphs.norm_behind(self._network, theirs)
        if is_norm != (node is not None):
            here, there = ("batch-norm" if there else "none" for there in (is_norm, node is not None))
            raise ValueError(
                f"behind layer '{name}' the module has {here}, and network '{self._network.name}' "
                f"{there}; keep batch-norm apart with quantize={{'fold_batch_norm': False}}, or fold "
                "it into the module too"
            )
        if norm is None or node is None:
            return None
        if norm.running_mean is None:
            raise ValueError(
                f"batch-norm '{readers[0].target}' tracks no statistics; set track_running_stats"
            )
        keys = self._network._core.parameters(node.name)
        self._copy(norm, {own: keys[role] for own, role in _BATCH_NORM.items()
                          if getattr(norm, own) is not None})
        if self._matched[name] not in self._trained:
            return None
        norm.__class__ = FoldedNorm1d if isinstance(norm, nn.BatchNorm1d) else FoldedNorm2d
        assert isinstance(norm, FoldedNorm)
        layer = self._model.get_submodule(name)
        norm.follow(layer, self._network._core.epsilon(node.name))
        return norm

    def _average_exactly(self, node: fx.Node) -> None:
        """In the order of operations of the engine, whose numbers a mean in float32 may miss."""
        value = node.all_input_nodes[0]
        grid = next((self._quantizers[n] for at, n in self._places if at is value), None)
        name = f"average_{node.name}"
        self._model.add_module(name, GlobalAverage(grid))
        with self._model.graph.inserting_after(node):
            mean = self._model.graph.call_module(name, (value,))
        node.replace_all_uses_with(mean)
        self._model.graph.erase_node(node)
        moved = {(mean if at is node else at, n): None for at, n in self._places}
        self._places = moved

    def _insert(self, node: fx.Node, name: str) -> None:
        grids = self._model.get_submodule("grids")
        key = "".join(c if c.isalnum() else "_" for c in name).strip("_")
        if grids._modules.get(key) not in (None, self._quantizers[name]):
            key += f"_{len(grids._modules)}"
        grids.add_module(key, self._quantizers[name])
        with self._model.graph.inserting_after(node):
            put = self._model.graph.call_module(f"grids.{key}", (node,))
        node.replace_all_uses_with(put)
        put.args = (node,)
