#include "bitline/importer/linear_grids.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/importer/onnx_tensor.h"

namespace bitline {
namespace {

using onnx::TensorProto;

/// Whether scales state those of a value, one or one per channel.
bool same_scales(const Tensor& stated, const Tensor& of_value) {
  const auto scales = of_value.data<float>();
  return scales.size() == 1
             ? std::ranges::all_of(stated.data<float>(), [&](float v) { return v == scales[0]; })
             : std::ranges::equal(stated.data<float>(), scales);
}

/// Whether `b` reads the integers of `x`, which may be on a part of that grid.
bool reads(const Grids& b, const ImportedValue& x) {
  const QuantSpec& a = *x.grid;
  const Tensor& scales = x.channel_scales ? *x.channel_scales : a.scale;
  return a.bits <= b.spec.bits && a.is_signed == b.spec.is_signed &&
         std::ranges::all_of(b.zero_points, [&](auto z) { return z == a.zero_point; }) &&
         same_scales(b.spec.scale, scales);
}

}  // namespace

Grids linear_grids(const OnnxNode& node, const GridInputs& inputs, int element_type,
                   const Shape& shape, std::int64_t axis) {
  const Tensor& scale = node.constant(inputs.scale, "scale");
  if (scale.dtype() != DType::kF32) fail("its scale holds integers");
  require_finite(scale);
  Grids grids;
  grids.zero_points = {0};
  if (node.has_input(inputs.zero_point))
    grids.zero_points = node.constant_integers(inputs.zero_point, "zero point");
  const auto [bits, is_signed] = integer_type(element_type);
  if (bits == 0 || element_type == TensorProto::UINT32)
    fail(
        "integers of type {} are not supported; supported are INT and UINT of 2, 4, 8 and 16 bits, "
        "and INT32",
        name_of_element_type(element_type));
  grids.spec.bits = bits == 32 ? 0 : bits;
  grids.spec.is_signed = is_signed;
  grids.spec.scale = scale.reshaped({scale.size()});
  if (scale.size() != 1) {
    grids.spec.axis = static_cast<int>(axis < 0 ? axis + std::ssize(shape) : axis);
    if (scale.size() == 0 || grids.spec.axis < 0 || grids.spec.axis >= std::ssize(shape) ||
        shape[static_cast<std::size_t>(grids.spec.axis)] != scale.size())
      fail("{} scales along axis {} of shape {}", scale.size(), axis, to_string(shape));
  }
  if (grids.zero_points.size() != 1 && std::ssize(grids.zero_points) != scale.size())
    fail("{} zero points for {} scales", grids.zero_points.size(), scale.size());
  return grids;
}

ImportedValue dequantized(const ImportedValue& x, const Grids& grids) {
  if (!x.is_constant()) {
    if (!x.grid || !reads(grids, x))
      fail("its scale and zero point are not those of the QuantizeLinear in front of it");
    ImportedValue y = x;
    y.grid.reset();
    return y;
  }
  if (x.constant->dtype() != DType::kI64) fail("its input holds real numbers instead of integers");
  const auto integers = x.constant->data<std::int64_t>();
  Grids of_constant = grids;
  const bool is_bias = grids.spec.bits == 0;
  if (is_bias) of_constant.spec.bits = kMostGridBits;
  ImportedValue y = on_grid(integers, x.shape, of_constant);
  if (is_bias) y.grid.reset();
  return y;
}

}  // namespace bitline
