// Constants and values on integer grids, as the operators of ONNX and QONNX put them there.
// Internal to importer/.
#pragma once

#include <span>
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

/// The real number of an integer on a grid of one scale; qdq.cc of exporter/ works it out in the
/// same way.
double real_at(const QuantSpec& spec, std::int64_t integer);

/// Throws Error for a scale that is 0, negative or no number.
void require_positive(const Tensor& scale);
/// Of a constant: 0 makes zeros and a negative one negates, as products do. Throws Error for one
/// that is no number.
void require_finite(const Tensor& scale);

/// The integers of real numbers within the grid, by its rounding. Throws Error for a number that is
/// none.
std::vector<std::int64_t> to_integers(const Tensor& real, const Grids& grids, ZeroPoint order);

/// Integers, zero point not yet taken off, as real numbers on their grid, whose scales are
/// positive: those with a negative scale are negated, and a scale of 0 becomes 1, its integers 0.
/// How they came to be integers no longer matters, and their grid rounds half to even.
ImportedValue on_grid(std::span<const std::int64_t> integers, const Shape& shape,
                      const Grids& grids);

/// A grid on a value of the network, as a node of its own; simplify() merges it where it can. Of
/// one scale per channel the value is divided by its scales, and stands on a grid of scale 1 with
/// the scales beside it, for with_scales_of_input().
ImportedValue with_grid(OnnxNode& node, const ImportedValue& x, const Grids& grids);

/// The weight [out, in / groups, ...] of a layer that reads `x`: where that has one scale per
/// channel, the weight times those. `x` has none any more. Throws Error where the channels are not
/// along the image axis `axis`, or the weight has a grid and an output reads channels of different
/// scales.
ImportedValue with_scales_of_input(ImportedValue& x, const ImportedValue& weight,
                                   std::int64_t groups, std::int64_t axis);

}  // namespace bitline
