#!/usr/bin/env python3
"""Fits the flash ADC of a technology table: tools/fit_flash.py bitline/cost/32nm.toml

Prints the area and the energy of a comparator with which ADCs take 57 % of the area and 86 % of the
energy of one read of a 128 x 128 array with 16 levels, where sixteen columns share an ADC. The macro
is a layer of 128 inputs and 32 outputs with four one-bit weight planes and four input streams, as
cost/layer_cost.h counts it (layer_cost_test.cc checks the same shares there).
"""
import sys
import tomllib

AREA_SHARE, ENERGY_SHARE = 0.57, 0.86
LEVELS, COLUMNS_PER_ADC = 16, 16
SIDE, PLANES, STREAMS, INPUT_BITS = 128, 4, 4, 4

with open(sys.argv[1], "rb") as file:
    table = tomllib.load(file)


def value(circuit, quantity):
    return table[circuit][quantity]["value"]


channels = SIDE // PLANES
adcs = SIDE // COLUMNS_PER_ADC
# T · Σ|c| · Σ|g| · largest sum, with a sign bit
accumulator_bits = ((2**PLANES - 1) * (2**STREAMS - 1) * SIDE).bit_length() + 1
buffer_bytes = SIDE * INPUT_BITS / 8

area = (
    SIDE * SIDE * value("array", "cell_area")
    + SIDE * value("word_line_driver", "area")
    + SIDE * value("column_multiplexer", "area")
    + adcs * value("shift_add", "area")
    + channels * accumulator_bits * value("accumulator", "area")
    + buffer_bytes * value("buffer", "area")
)
energy = STREAMS * (
    SIDE * SIDE * (value("array", "cell_energy") + value("word_line_driver", "energy"))
    + SIDE * (value("column_multiplexer", "energy") + value("shift_add", "energy"))
) + (
    channels * accumulator_bits * value("accumulator", "energy")
    + buffer_bytes * value("buffer", "energy")
)
print(f"comparator_area = {AREA_SHARE / (1 - AREA_SHARE) * area / adcs / (LEVELS - 1):.2f} um2")
conversions = STREAMS * SIDE
print(
    "comparator_energy = "
    f"{ENERGY_SHARE / (1 - ENERGY_SHARE) * energy / conversions / (LEVELS - 1):.2f} fJ"
)
