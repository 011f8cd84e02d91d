"""The verbs: profile, search, evaluate, recalibrate, explain, cost, allocate, compare, run."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bitline import _core
from bitline.dataset import Dataset
from bitline.network import Network
from bitline.option_types import (
    AdcOptions, AllocateOptions, ArrayOptions, CompareOptions, CostOptions, DataOptions,
    ExplainOptions, QuantizeOptions, RetrainOptions, SearchOptions,
)
from bitline.options import to_toml
from bitline.plan import Plan
from bitline.progress import ProgressChoice, choose
from bitline.results import Evaluation, Profile, Record, Retrained, RunResult, Search, Table

Options = Mapping[str, Any]


class Study:
    """A network on an array, and the images that its ADCs are chosen by.

    `training` are training images: searches look at a class-balanced sample of them
    (`data={"images_per_class": 50}`), plans are judged on others. `test` are those of `run` and
    `compare`. The other arguments are the tables of docs/config.md, and mean there what they mean
    here; mean and deviation stand in `data`.
    """

    def __init__(
        self,
        network: Network,
        training: Dataset,
        test: Dataset | None = None,
        *,
        seed: int = 1,
        threads: int = 0,
        engine: str = "fused",
        data: DataOptions | None = None,
        array: ArrayOptions | None = None,
        adc: AdcOptions | None = None,
        search: SearchOptions | None = None,
        cost: CostOptions | None = None,
        allocate: AllocateOptions | None = None,
        explain: ExplainOptions | None = None,
        compare: CompareOptions | None = None,
        quantize: QuantizeOptions | None = None,
        retrain: RetrainOptions | None = None,
        progress: ProgressChoice = "auto",
    ) -> None:
        tables = {"data": data, "array": array, "adc": adc, "search": search, "cost": cost,
                  "allocate": allocate, "explain": explain, "compare": compare,
                  "quantize": quantize, "retrain": retrain}
        self._options: dict[str, Any] = {"seed": seed, "threads": threads, "engine": engine}
        self._options.update({name: dict(t) for name, t in tables.items() if t is not None})
        self._given = (network, training, test if test is not None else training)
        self._has_test = test is not None
        self._progress = choose(progress)
        if threads:
            _core.set_thread_count(threads)
        self._core = self._make(self._options)

    def _make(self, options: Mapping[str, Any]) -> _core.Study:
        network, training, test = self._given
        # What stands in place of a file's name, which the configuration asks for.
        named = {**options, "model": {"file": "given.safetensors"}}
        return _core.Study(_core.Config(to_toml(named)), network._core, training._core, test._core)

    def _with(self, table: str, changes: Options) -> _core.Study:
        """The study with other options of a table: itself where they are what it has."""
        own = self._options.get(table, {})
        changed = {**own, **changes}
        return self._core if changed == own else self._make({**self._options, table: changed})

    def with_network(self, network: Network) -> Study:
        """A study of another network, quantized for example, with the same images and options."""
        study = copy.copy(self)
        study._given = (network, *self._given[1:])
        study._core = study._make(study._options)
        return study

    @property
    def network(self) -> Network:
        """The network."""
        return Network(self._core.network)

    @property
    def configuration(self) -> str:
        """Every option as the program's configuration (TOML) has it."""
        return self._core.as_used

    def sample(self) -> Dataset:
        """The class-balanced sample that searches look at."""
        return Dataset._of(self._core.sample())

    def map(self) -> Record:
        """How each layer lies on the array: mapping.json."""
        return Record.from_json(self._core.mapping())

    def lossless(self) -> tuple[int, int]:
        """Right answers on the search sample with lossless ADCs, and its images."""
        return self._core.lossless(self._progress)

    def profile(self) -> list[Profile]:
        """Exact histograms of the partial sums on the search sample."""
        return [Profile(*part) for part in self._core.profile(self._progress)]

    def search(self, levels: int, ranges: str = "layer-wise", **search: Any) -> Search:
        """The plan with that many levels that the method gives: the best one where it searches.
        `search`: other options of [search] for this call."""
        plan, score, curves, measured, in_full = self._with("search", search).search(
            levels, ranges, self._progress
        )
        return Search(Plan(plan), score[0], score[1], Table.from_csv(curves), measured, in_full)

    def evaluate(
        self,
        plan: Plan | None = None,
        images: Dataset | None = None,
        *,
        network: Network | None = None,
        mode: str = "analog",
    ) -> Evaluation:
        """Accuracy under a plan (lossless without one) on images: the test images, unless given.
        `network`: another one, recalibrated for example. `mode`: analog (the array), lossless (exact
        integer products) or float (real numbers; a network on grids stays on them)."""
        return Evaluation.from_json(
            self._core.evaluate(*self._evaluated(plan, images, network, mode), self._progress)
        )

    def logits(
        self,
        plan: Plan | None = None,
        images: Dataset | None = None,
        *,
        network: Network | None = None,
        mode: str = "analog",
    ) -> np.ndarray[Any, Any]:
        """The answers themselves: float32 [images, classes]."""
        return self._core.logits(*self._evaluated(plan, images, network, mode), self._progress)

    def _evaluated(
        self, plan: Plan | None, images: Dataset | None, network: Network | None, mode: str
    ) -> tuple[Any, ...]:
        if images is None and not self._has_test:
            raise ValueError("the study has no test images; give images")
        return (
            network._core if network is not None else self._core.network,
            (plan or Plan())._core,
            mode,
            (images if images is not None else self._given[2])._core,
        )

    def recalibrate(self, plan: Plan) -> Network:
        """The network with batch-norm statistics that fit the plan's ADCs."""
        return Network(self._core.recalibrate(plan._core, self._progress))

    def retrain(
        self,
        plan: Plan | None,
        output: str | os.PathLike[str],
        *,
        resume: bool = False,
        **retrain: Any,
    ) -> Retrained:
        """`bitline retrain`: the network trained by [retrain] with the plan's ADCs in the loop (None:
        the same training with lossless ADCs), the epoch that does best on held-out training images,
        written to `output`, with a checkpoint and a log beside it. Stopped, it goes on from there
        with `resume`. Needs the package built with LibTorch, and a process without another one."""
        changes = {**retrain, "output": os.fspath(output)}
        network, epoch, trained_with, epochs = self._with("retrain", changes).retrain(
            (plan or Plan())._core, resume, self._progress
        )
        names = ("epoch", "loss", "accuracy", "holdout_accuracy", "learning_rate")
        rows = Table([dict(zip(names, row)) for row in epochs])
        return Retrained(Network(network), Plan(trained_with), epoch, rows)

    def quantize(self, **quantize: Any) -> Network:
        """The float network on integer grids, by [quantize], calibrated on the search sample."""
        return Network(self._with("quantize", quantize).quantize(self._progress))

    def explain(self, plan: Plan) -> Record:
        """Which layers cost answers, and what helps: explanations/NAME.json."""
        return Record.from_json(self._core.explain(plan._core, self._progress))

    def cost(self, plan: Plan, **cost: Any) -> Record:
        """Area and energy, against ADCs of cost.baseline_levels: costs/NAME.json."""
        return Record.from_json(self._with("cost", cost).cost(plan._core, self._progress))

    def allocate(self, **allocate: Any) -> tuple[Plan | None, Record]:
        """Levels layer by layer by [allocate]: the plan where one keeps the budget, and
        allocation.json."""
        record, best = self._with("allocate", allocate).allocate(self._progress)
        return (Plan(best) if best is not None else None), Record.from_json(record)

    def export_golden(
        self,
        folder: str | os.PathLike[str],
        plan: Plan | None = None,
        *,
        layers: Sequence[str] = (),
        images: int = 1,
    ) -> None:
        """Writes golden vectors for a testbench into the folder."""
        self._core.export_golden(
            os.fspath(folder), (plan or Plan())._core, list(layers), images, self._progress
        )

    def run(self, folder: str | os.PathLike[str]) -> RunResult:
        """All of [search], with costs, allocation and explanation where their tables are given, into
        a run folder, which can be stopped and continued and is that of `bitline run`."""
        self._need_test("run")
        rows, recommended, plan, doubts, next_steps = _core.run(
            self._core, os.fspath(folder), self._progress
        )
        best = Plan(plan) if plan is not None else None
        return RunResult(Table.from_csv(rows), recommended, best, doubts, next_steps)

    def compare(self, folder: str | os.PathLike[str]) -> Table:
        """The methods of [compare] with all numbers of levels: comparison.csv."""
        self._need_test("compare")
        return Table.from_csv(_core.compare(self._core, os.fspath(folder), self._progress))

    def _need_test(self, verb: str) -> None:
        if not self._has_test:
            raise ValueError(f"{verb} ends with figures of test images; give the study some")
