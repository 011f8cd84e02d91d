"""The tables of a study's options, for type checkers. Written by tools/python_option_types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Literal, TypedDict


class ExplainOptions(TypedDict, total=False):
    """[explain]: has no key; that it is there says all."""


class AdcLayersOptions(TypedDict, total=False):
    """[adc.layers]."""

    quantizer: Literal["full-range", "lossless", "table", "zero-rise", "zero-tread"]
    step_rule: Literal["range", "outer-levels", "codes"]
    tie_rule: Literal["up", "away"]
    sides: Literal["automatic", "both", "one-sided"]
    table: str | PathLike[str]


class ArrayLayersOptions(TypedDict, total=False):
    """[array.layers]."""

    digital: bool
    rows: int
    active_rows: int
    bias_rows: int
    thresholds: Literal["layer", "column"]
    columns: int
    cell_bits: int
    dac_bits: int
    encoding: Literal["bipolar", "differential", "offset", "twos-complement"]
    subtract: Literal["analog", "digital"]
    offset_removal: Literal["reference-column", "digital"]
    column_flip: Literal["none", "complement", "sign"]
    row_order: Literal["channel-major", "kernel-major", "whole-channels"]
    tile_cut: Literal["full", "balanced"]
    activation_encoding: Literal["twos-complement", "sign-magnitude"]
    columns_per_adc: int
    bit_lines_per_adc: int
    adc_levels: int
    requantize: Literal["float", "fixed"]
    requantize_bits: int


class AdcOptions(TypedDict, total=False):
    """[adc]."""

    quantizer: Literal["full-range", "lossless", "table", "zero-rise", "zero-tread"]
    step_rule: Literal["range", "outer-levels", "codes"]
    tie_rule: Literal["up", "away"]
    sides: Literal["automatic", "both", "one-sided"]
    table: str | PathLike[str]
    layers: Mapping[str, AdcLayersOptions]


class AllocateOptions(TypedDict, total=False):
    """[allocate]."""

    levels: int | Sequence[int]
    ranges: Literal["column-bound", "column-lloyd-max", "column-mse", "csnr", "csnr-lloyd-max", "full-range", "layer-wise", "lloyd-max", "measured", "min-max", "mse", "network-wise", "percentile", "refine", "three-sigma", "three-sigma-gaussian"]
    cost: Literal["energy", "area"]
    max_loss: float
    max_cost: float


class ArrayOptions(TypedDict, total=False):
    """[array]."""

    rows: int
    active_rows: int
    bias_rows: int
    thresholds: Literal["layer", "column"]
    columns: int
    cell_bits: int
    dac_bits: int
    encoding: Literal["bipolar", "differential", "offset", "twos-complement"]
    subtract: Literal["analog", "digital"]
    offset_removal: Literal["reference-column", "digital"]
    column_flip: Literal["none", "complement", "sign"]
    row_order: Literal["channel-major", "kernel-major", "whole-channels"]
    tile_cut: Literal["full", "balanced"]
    activation_encoding: Literal["twos-complement", "sign-magnitude"]
    columns_per_adc: int
    bit_lines_per_adc: int
    adc_levels: int
    first_layer: Literal["digital-integer", "mapped"]
    last_layer: Literal["digital-integer", "mapped"]
    requantize: Literal["float", "fixed"]
    requantize_bits: int
    layers: Mapping[str, ArrayLayersOptions]


class CompareOptions(TypedDict, total=False):
    """[compare]."""

    methods: Sequence[str]


class CostOptions(TypedDict, total=False):
    """[cost]."""

    adc: Literal["andrulis", "flash", "sar", "survey"]
    technology: str | PathLike[str]
    baseline_levels: int
    adc_share: float
    dummy_column: bool
    zero_detection: bool


class DataOptions(TypedDict, total=False):
    """[data]."""

    format: Literal["cifar10", "cifar100", "mnist", "image-folder", "numpy", "samples"]
    folder: str | PathLike[str]
    search_file: str | PathLike[str]
    test_file: str | PathLike[str]
    search_labels: str | PathLike[str]
    test_labels: str | PathLike[str]
    resize: int
    crop: int
    verify: bool
    images_per_class: int
    validation_per_class: int
    test_per_class: int
    mean: Sequence[float]
    deviation: Sequence[float]


class QuantizeOptions(TypedDict, total=False):
    """[quantize]."""

    quantizer: Literal["lsq", "qnn"]
    weight_bits: int
    activation_bits: int
    edge_bits: int
    weight_scale: Literal["layer", "channel"]
    weight_grid: Literal["ordinary", "odd"]
    range: Literal["min-max", "percentile", "mse"]
    percentile: float
    fold_batch_norm: bool
    rounding: Literal["nearest", "least-squares"]
    bias_correction: bool
    fine_tune: bool


class RetrainOptions(TypedDict, total=False):
    """[retrain]."""

    output: str | PathLike[str]
    epochs: int
    batch_size: int
    learning_rate: float | Literal["auto"]
    momentum: float
    weight_decay: float
    schedule: Literal["cosine", "step"]
    warmup_epochs: float
    step_epochs: int | Sequence[int]
    step_factor: float
    holdout: int
    augment: bool
    device: str
    gradient: Literal["clipped", "identity", "scaled"]
    recalibrate: bool
    reference: str | PathLike[str]
    teacher: str | PathLike[str]
    distillation: float
    learn_ranges: bool
    search_after: int | Sequence[int]
    stop_below: float
    temperature: float


class SearchOptions(TypedDict, total=False):
    """[search]."""

    levels: int | Sequence[int] | Literal["fewest"]
    ranges: Sequence[Literal["column-bound", "column-lloyd-max", "column-mse", "csnr", "csnr-lloyd-max", "full-range", "layer-wise", "lloyd-max", "measured", "min-max", "mse", "network-wise", "percentile", "refine", "three-sigma", "three-sigma-gaussian"]]
    percentile: float | str
    objective: Literal["accuracy", "loss", "agreement"]
    centre: Literal["zero", "mean"]
    statistics: Literal["stored", "recalibrated"]
    stream_ranges: Literal["shared", "by-spread"]
    delta_step: float | str
    full: bool
    layers: Sequence[str]
    max_loss: float | str
    recalibrate: bool
