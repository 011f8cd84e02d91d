// Integer grids: QuantizeLinear and DequantizeLinear of ONNX, Quant, BipolarQuant and Trunc of
// QONNX. Constants are put on their grid here, with the very integers of the file; on values of the
// network the grid becomes a QuantSpec.
#include <algorithm>
#include <cmath>

#include "bitline/graph/value_signs.h"
#include "bitline/importer/builders.h"
#include "bitline/importer/narrow_grids.h"
#include "bitline/importer/onnx_tensor.h"
#include "bitline/importer/simplify.h"

namespace bitline {
namespace {

using onnx::TensorProto;

/// A grid whose zero points, like its scales, may run along an axis.
struct Grids {
  QuantSpec spec;
  std::vector<std::int64_t> zero_points;  ///< as many as scales

  std::int64_t zero_point(std::size_t i) const {
    return zero_points[zero_points.size() == 1 ? 0 : i];
  }
};

/// Which scale each element has.
class ScaleIndex {
 public:
  ScaleIndex(const Shape& shape, int axis) {
    if (axis < 0) return;
    entries_ = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
    inner_ = static_cast<std::size_t>(element_count({shape.begin() + axis + 1, shape.end()}));
  }
  std::size_t operator[](std::size_t element) const { return element / inner_ % entries_; }

 private:
  std::size_t entries_ = 1;
  std::size_t inner_ = 1;
};

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

/// Zero points of weights go into the integers, on a signed grid that is as wide as that takes.
QuantSpec without_zero_points(const Grids& grids) {
  QuantSpec spec = grids.spec;
  if (std::ranges::all_of(grids.zero_points, [](std::int64_t z) { return z == 0; })) return spec;
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (const std::int64_t z : grids.zero_points) {
    low = std::min(low, grids.spec.minimum() - z);
    high = std::max(high, grids.spec.maximum() - z);
  }
  spec.zero_point = 0;
  spec.is_signed = true;
  spec.narrow = false;
  spec.bits = 2;
  while (spec.minimum() > low || spec.maximum() < high) ++spec.bits;
  return spec;
}

/// Integers, zero point not yet taken off, as real numbers on their grid.
ImportedValue on_grid(const std::vector<std::int64_t>& integers, const Shape& shape,
                      const Grids& grids) {
  Tensor real(DType::kF32, shape);
  const ScaleIndex index(shape, grids.spec.axis);
  const auto scales = grids.spec.scale.data<float>();
  for (std::size_t i = 0; i < integers.size(); ++i) {
    const std::size_t entry = index[i];
    real.data<float>()[i] =
        static_cast<float>(integers[i] - grids.zero_point(entry)) * scales[entry];
  }
  return {"", shape, real, TensorProto::FLOAT, without_zero_points(grids), 0};
}

double rounded(double value, const std::string& mode) {
  if (mode == "FLOOR") return std::floor(value);
  if (mode == "CEIL") return std::ceil(value);
  if (mode == "ROUND_TO_ZERO") return std::trunc(value);
  if (mode != "ROUND")
    fail("rounding_mode '{}' is not supported; supported are ROUND, FLOOR, CEIL and ROUND_TO_ZERO",
         mode);
  return std::nearbyint(value);
}

/// Quant adds the zero point before it rounds, QuantizeLinear behind that: another integer for a
/// value in the middle, where the zero point is odd.
enum class ZeroPoint { kBeforeRounding, kBehindRounding };

std::vector<std::int64_t> to_integers(const Tensor& real, const Grids& grids,
                                      const std::string& mode, ZeroPoint order) {
  const ScaleIndex index(real.shape(), grids.spec.axis);
  const auto scales = grids.spec.scale.data<float>();
  std::vector<std::int64_t> integers;
  for (std::size_t i = 0; i < real.data<float>().size(); ++i) {
    const float v = real.data<float>()[i] / scales[index[i]];
    if (std::isnan(v)) fail("a constant that is no number is put on a grid");
    const auto z = static_cast<double>(grids.zero_point(index[i]));
    const double before = order == ZeroPoint::kBeforeRounding ? z : 0;
    integers.push_back(static_cast<std::int64_t>(std::clamp(
        rounded(static_cast<double>(v) + before, mode) + (z - before),
        static_cast<double>(grids.spec.minimum()), static_cast<double>(grids.spec.maximum()))));
  }
  return integers;
}

void require_positive(const Tensor& scale) {
  for (const float s : scale.data<float>())
    if (!(s > 0) || !std::isfinite(s)) fail("scale {} is not a positive number", s);
}

/// The grid of 8-bit integers that QuantizeLinear and DequantizeLinear state.
Grids linear_grids(OnnxNode& node, const Shape& shape) {
  const std::int64_t axis = node.integer("axis", 1);
  const Tensor& scale = node.constant(1, "scale");
  require_positive(scale);
  int type = TensorProto::UINT8;
  Grids grids;
  grids.zero_points = {0};
  if (node.has_input(2)) {
    grids.zero_points = node.constant_integers(2, "zero point");
    type = node.input(2).element_type;
  } else if (node.input(0).is_constant() && node.input(0).constant->dtype() == DType::kI64) {
    type = node.input(0).element_type;
  }
  grids.spec.is_signed = type == TensorProto::INT8 || type == TensorProto::INT32;
  grids.spec.bits = type == TensorProto::INT32 ? 0 : 8;  // 0: a bias, which has no grid of ours
  if (type != TensorProto::INT8 && type != TensorProto::UINT8 && type != TensorProto::INT32)
    fail("integers of type {} are not supported; supported are INT8, UINT8 and INT32",
         name_of_element_type(type));
  grids.spec.scale = scale.reshaped({scale.size()});
  if (scale.size() != 1) {
    grids.spec.axis = static_cast<int>(axis < 0 ? axis + std::ssize(shape) : axis);
    if (grids.spec.axis < 0 || grids.spec.axis >= std::ssize(shape) ||
        shape[static_cast<std::size_t>(grids.spec.axis)] != scale.size())
      fail("{} scales along axis {} of shape {}", scale.size(), axis, to_string(shape));
  }
  if (grids.zero_points.size() != 1 && std::ssize(grids.zero_points) != scale.size())
    fail("{} zero points for {} scales", grids.zero_points.size(), scale.size());
  return grids;
}

/// A grid on a value of the network, as a node of its own; simplify() merges it where it can.
ImportedValue with_grid(OnnxNode& node, const ImportedValue& x, const Grids& grids) {
  if (grids.spec.axis >= 0 || grids.spec.scale.size() != 1)
    fail("a value of the network with one scale per channel is not supported; use one scale");
  QuantSpec spec = grids.spec;
  spec.zero_point = grids.zero_points[0];
  validate(spec, "its grid");
  ImportedValue y = node.append(Identity{}, {x});
  node.state().network.quant[y.node] = spec;
  return y;
}

/// Whether `b`, of 8 bits, reads the integers of `a`, which may be on a part of that grid.
bool reads(const QuantSpec& b, std::int64_t b_zero_point, const QuantSpec& a) {
  return b.scale.size() == 1 && a.bits <= b.bits && a.is_signed == b.is_signed &&
         a.zero_point == b_zero_point && a.scale.data<float>()[0] == b.scale.data<float>()[0];
}

/// The grid that Quant states; bits and signs are attributes and inputs of QONNX.
Grids quant_grids(OnnxNode& node, const Shape& shape) {
  const Tensor& scale = node.constant(1, "scale");
  require_positive(scale);
  const double bits = node.constant_number(3, "bit width");
  if (bits < 1 || bits > 32 || bits != std::floor(bits)) fail("a bit width of {}", bits);
  Grids grids;
  grids.spec.bits = static_cast<int>(bits);
  grids.spec.is_signed = node.integer("signed", 1) != 0;
  grids.spec.narrow = node.integer("narrow", 0) != 0;
  grids.spec.scale = scale.reshaped({scale.size()});
  grids.spec.axis = axis_of_scales(scale.shape(), shape);
  const Tensor& zero = node.constant(2, "zero point");
  for (const float z : zero.data<float>()) {
    if (z != std::nearbyint(z) || std::abs(z) > 65536) fail("a zero point of {}", z);
    grids.zero_points.push_back(static_cast<std::int64_t>(z));
  }
  if (grids.zero_points.size() != 1 && std::ssize(grids.zero_points) != scale.size())
    fail("{} zero points for {} scales", grids.zero_points.size(), scale.size());
  return grids;
}

}  // namespace

void build_quantize_linear(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  Grids grids = linear_grids(node, node.file_shape(x));
  if (grids.spec.bits == 0) fail("its integers are INT32; supported are INT8 and UINT8");
  if (!x.is_constant()) {
    grids.spec.zero_point = grids.zero_points[0];
    const ImportedValue unclipped = without_clip(node, x, grids.spec);
    ImportedValue y = with_grid(node, unclipped, grids);
    y.grid = node.state().network.quant.at(y.node);
    return node.set_output(0, y);
  }
  const std::vector<std::int64_t> integers =
      to_integers(*x.constant, grids, "ROUND", ZeroPoint::kBehindRounding);
  node.set_constant(Tensor::of<std::int64_t>(x.shape, integers),
                    grids.spec.is_signed ? TensorProto::INT8 : TensorProto::UINT8);
}

void build_dequantize_linear(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  Grids grids = linear_grids(node, node.file_shape(x));
  if (!x.is_constant()) {
    if (!x.grid || !reads(grids.spec, grids.zero_points[0], *x.grid))
      fail("its scale and zero point are not those of the QuantizeLinear in front of it");
    ImportedValue y = x;
    y.grid.reset();
    return node.set_output(0, y);
  }
  if (x.constant->dtype() != DType::kI64) fail("its input holds real numbers instead of integers");
  const auto integers = x.constant->data<std::int64_t>();
  ImportedValue y;
  if (grids.spec.bits == 0) {
    Grids wide = grids;
    wide.spec.bits = 16;
    y = on_grid({integers.begin(), integers.end()}, x.shape, wide);
    y.grid.reset();
  } else {
    take_stated_grid(node, integers, grids.spec);
    if (x.grid) {
      grids.spec.bits = x.grid->bits;
      grids.spec.is_signed = x.grid->is_signed;
      grids.spec.narrow = x.grid->narrow;
    }
    y = on_grid({integers.begin(), integers.end()}, x.shape, grids);
  }
  node.set_output(0, y);
}

void build_quant(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  Grids grids = quant_grids(node, node.file_shape(x));
  const std::string mode = node.text("rounding_mode", "ROUND");
  if (!x.is_constant()) {
    if (mode != "ROUND")
      fail("rounding_mode '{}' on a value of the network is not supported; supported is ROUND",
           mode);
    return node.set_output(0, with_grid(node, x, grids));
  }
  constexpr int kMostGridBits = 16;
  const std::vector<std::int64_t> integers =
      to_integers(*x.constant, grids, mode, ZeroPoint::kBeforeRounding);
  take_stated_grid(node, integers, grids.spec);
  ImportedValue y = on_grid(integers, x.shape, grids);
  if (y.grid->bits > kMostGridBits) y.grid.reset();  // a bias
  node.set_output(0, y);
}

void build_bipolar_quant(OnnxNode& node) {
  const ImportedValue x = node.input(0);
  const Tensor& scale = node.constant(1, "scale");
  require_positive(scale);
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
  const Tensor& scale = node.constant(1, "scale");
  require_positive(scale);
  if (scale.size() != 1) fail("one scale per channel is not supported; use one scale");
  if (node.constant_number(2, "zero point") != 0)
    fail("a zero point other than 0 is not supported");
  const double in_bits = node.constant_number(3, "input bit width");
  const double out_bits = node.constant_number(4, "output bit width");
  const std::string mode = node.text("rounding_mode", "FLOOR");
  if (mode != "FLOOR") fail("rounding_mode '{}' is not supported; supported is FLOOR", mode);
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
