// Constants and values on integer grids, as the operators of ONNX and QONNX put them there.
// Internal to importer/.
#pragma once

#include <string>
#include <vector>

#include "bitline/importer/onnx_node.h"

namespace bitline {

/// Of a QuantSpec; integers with more are biases, which have no grid.
inline constexpr int kMostGridBits = 16;

/// A grid whose zero points, like its scales, may run along an axis. ONNX files mean v / s.
struct Grids {
  Grids() { spec.rule = GridRule::kDivide; }

  QuantSpec spec;
  std::vector<std::int64_t> zero_points;  ///< as many as scales

  std::int64_t zero_point(std::size_t i) const {
    return zero_points[zero_points.size() == 1 ? 0 : i];
  }
};

/// Quant adds the zero point before it rounds, QuantizeLinear behind that: another integer for a
/// value in the middle, where the zero point is odd.
enum class ZeroPoint { kBeforeRounding, kBehindRounding };

/// Throws Error for a scale that is 0, negative or no number.
void require_positive(const Tensor& scale);

/// The integers of real numbers, by the file's `rounding` (ROUND, FLOOR, CEIL or ROUND_TO_ZERO) and
/// within the grid. Throws Error for another rounding, and for a number that is none.
std::vector<std::int64_t> to_integers(const Tensor& real, const Grids& grids,
                                      const std::string& rounding, ZeroPoint order);

/// Integers, zero point not yet taken off, as real numbers on their grid.
ImportedValue on_grid(const std::vector<std::int64_t>& integers, const Shape& shape,
                      const Grids& grids);

/// A grid on a value of the network, as a node of its own; simplify() merges it where it can.
ImportedValue with_grid(OnnxNode& node, const ImportedValue& x, const Grids& grids);

}  // namespace bitline
