// What lies on the array, for NumPy.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/code_table.h"
#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// The bytes of an NPZ file: of every layer its integers, digits, factors, tiles and scales, and of
/// those with an entry in `tables` (by layer name; LayerAdc::tables) the ADC. Keys and element
/// types: docs/export.md.
std::vector<std::byte> layers_npz(std::span<const CimLayer* const> layers,
                                  const std::map<std::string, std::vector<CodeTable>>& tables);

}  // namespace bitline
