// Grids with fewer integers than the nodes of an ONNX file can state. Internal to importer/.
#pragma once

#include <cstdint>
#include <span>

#include "bitline/importer/grids.h"

namespace bitline {

/// Where those metadata call a constant's unsigned integers signed, these stand 2^(bits - 1) too
/// high and their zero points too (exporter/qdq.cc): `x` and `grids` with both taken down.
/// Otherwise `x`.
ImportedValue with_stated_sign(const OnnxNode& node, const ImportedValue& x, Grids& grids);

/// Takes bits, sign, narrow and odd from the metadata "bitline.grid.<constant>" of input 0, where
/// there are some (exporter/grid_writer.h). Throws Error when they cannot be read or an integer is
/// not on that grid.
void take_stated_grid(const OnnxNode& node, std::span<const std::int64_t> integers,
                      QuantSpec& spec);

/// A Clip in front of QuantizeLinear whose limits are the real numbers of the smallest and the
/// largest integer of fewer bits: narrows `spec` and returns what the Clip reads. Otherwise `x`.
ImportedValue without_clip(const OnnxNode& node, const ImportedValue& x, QuantSpec& spec);

/// Whether a Clip of `x` is one of integers: of a constant's, or of those that QuantizeLinear
/// gives.
bool holds_integers(const ImportedValue& x);

/// A Clip of integers, as Brevitas writes grids of fewer than 8 bits: QuantizeLinear, Clip,
/// DequantizeLinear. Where its limits are the ends of fewer bits, the value's grid is narrowed;
/// other limits cut the integers and leave the grid. Throws Error for limits that are no integers.
void build_integer_clip(OnnxNode& node);

}  // namespace bitline
