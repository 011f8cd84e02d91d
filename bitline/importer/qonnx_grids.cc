// Quant, BipolarQuant and Trunc of QONNX: grids of any number of bits.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "bitline/base/fail.h"
#include "bitline/graph/value_signs.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/grids.h"
#include "bitline/importer/narrow_grids.h"

namespace bitline {
namespace {

/// The axis along which a constant's scales run, from their shape as it is broadcast.
int axis_of_scales(const Shape& scales, const Shape& shape) {
  if (element_count(scales) == 1) return -1;
  int found = -1;
  const std::ptrdiff_t offset = std::ssize(shape) - std::ssize(scales);
  for (std::ptrdiff_t i = 0; i < std::ssize(scales); ++i) {
    if (scales[static_cast<std::size_t>(i)] == 1) continue;
    if (found >= 0 || i + offset < 0 ||
        shape[static_cast<std::size_t>(i + offset)] != scales[static_cast<std::size_t>(i)])
      fail(
          "scales of shape {} for a value of shape {}; supported are one for all, or one per entry "
          "of one axis",
          to_string(scales), to_string(shape));
    found = static_cast<int>(i + offset);
  }
  return found;
}

/// The scale of input 1, as real numbers: exporters write whole ones as integers.
Tensor scale_of(const OnnxNode& node) {
  Tensor scale = converted(node.constant(1, "scale"), true);
  if (scale.size() == 0) fail("its scale has no elements");
  require_finite(scale);
  return scale;
}

/// By the names of QONNX, in either case.
Rounding rounding_of(OnnxNode& node, const std::string& fallback) {
  std::string mode = node.text("rounding_mode", fallback);
  std::ranges::transform(mode, mode.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  static const std::map<std::string_view, Rounding> kModes{
      {"ROUND", Rounding::kHalfEven},
      {"HALF_EVEN", Rounding::kHalfEven},
      {"FLOOR", Rounding::kFloor},
      {"CEIL", Rounding::kCeil},
      {"UP", Rounding::kUp},
      {"DOWN", Rounding::kDown},
      {"ROUND_TO_ZERO", Rounding::kDown},
      {"HALF_UP", Rounding::kHalfUp},
      {"HALF_DOWN", Rounding::kHalfDown},
  };
  const auto found = kModes.find(mode);
  if (found == kModes.end())
    fail(
        "rounding_mode '{}' is not supported; supported are ROUND (HALF_EVEN), FLOOR, CEIL, UP, "
        "DOWN (ROUND_TO_ZERO), HALF_UP and HALF_DOWN",
        mode);
  return found->second;
}

/// The grid that Quant states; bits and signs are attributes and inputs of QONNX.
Grids quant_grids(OnnxNode& node, const Shape& shape) {
  const Tensor scale = scale_of(node);
  const double bits = node.constant_number(3, "bit width");
  if (bits < 1 || bits > 32 || bits != std::floor(bits)) fail("a bit width of {}", bits);
  Grids grids;
  grids.spec.bits = static_cast<int>(bits);
  grids.spec.is_signed = node.integer("signed", 1) != 0;
  grids.spec.narrow = node.integer("narrow", 0) != 0;
  grids.spec.scale = scale.reshaped({scale.size()});
  grids.spec.axis = axis_of_scales(scale.shape(), shape);
  const Tensor zero = converted(node.constant(2, "zero point"), true);
  for (const float z : zero.data<float>()) {
    if (z != std::nearbyint(z) || std::abs(z) > 65536) fail("a zero point of {}", z);
    grids.zero_points.push_back(static_cast<std::int64_t>(z));
  }
  if (grids.zero_points.size() != 1 && std::ssize(grids.zero_points) != scale.size())
    fail("{} zero points for {} scales", grids.zero_points.size(), scale.size());
  return grids;
}

}  // namespace

void build_quant(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  Grids grids = quant_grids(node, node.file_shape(x));
  grids.spec.rounding = rounding_of(node, "ROUND");
  if (grids.spec.bits == 1 && grids.spec.is_signed) {  // QONNX takes the sign, +1 of 0
    if (std::ranges::any_of(grids.zero_points, [](std::int64_t z) { return z != 0; }))
      fail("signed integers of 1 bit are -1 and +1, and have no zero point");
    return build_bipolar_quant(node);
  }
  if (!x.is_constant()) return node.set_output(0, with_grid(node, x, grids));
  const std::vector<std::int64_t> integers =
      to_integers(*x.constant, grids, ZeroPoint::kBeforeRounding);
  take_stated_grid(node, integers, grids.spec);
  ImportedValue y = on_grid(integers, x.shape, grids);
  if (y.grid->bits > kMostGridBits) y.grid.reset();  // a bias
  node.set_output(0, y);
}

void build_bipolar_quant(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  const Tensor scale = scale_of(node);
  Grids grids;
  grids.zero_points = {0};
  grids.spec.bits = 1;
  grids.spec.is_signed = true;
  grids.spec.odd = true;
  grids.spec.scale = scale.reshaped({scale.size()});
  grids.spec.axis = axis_of_scales(scale.shape(), node.file_shape(x));
  if (!x.is_constant()) return node.set_output(0, with_grid(node, x, grids));
  std::vector<std::int64_t> signs;
  for (const float v : x.constant->data<float>()) signs.push_back(v >= 0 ? 1 : -1);
  node.set_output(0, on_grid(signs, x.shape, grids));
}

// scale · ⌊integer / 2^(bits lost)⌋ on a grid of the bits that are left.
void build_trunc(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  // A newer Trunc has an output scale in front of the output's bit width.
  if (node.input_count() != 5)
    fail(
        "{} inputs are not supported; supported are five: the value, scale, zero point, and bit "
        "widths before and behind",
        node.input_count());
  const Tensor scale = scale_of(node);
  if (scale.size() != 1) fail("one scale per channel is not supported; use one scale");
  require_positive(scale);
  if (node.constant_number(2, "zero point") != 0)
    fail("a zero point other than 0 is not supported");
  const double in_bits = node.constant_number(3, "input bit width");
  const double out_bits = node.constant_number(4, "output bit width");
  if (rounding_of(node, "FLOOR") != Rounding::kFloor)
    fail("a rounding_mode other than FLOOR is not supported");
  if (out_bits < 1 || in_bits < out_bits || in_bits > 32)
    fail("{} bits cannot be cut to {}", in_bits, out_bits);
  Grids grids;
  grids.zero_points = {0};
  grids.spec.bits = static_cast<int>(out_bits);
  grids.spec.is_signed = !non_negative_values(node.network()).contains(x.node);
  grids.spec.scale = scale.reshaped({1});
  const double step = static_cast<double>(scale.data<float>()[0]);
  const Unary truncate{UnaryFunction::kTruncate, step, std::exp2(in_bits - out_bits)};
  node.set_output(0, with_grid(node, node.append(truncate, {x}, {}, "/truncate"), grids));
}

}  // namespace bitline
