#include "bitline/importer/grids.h"

#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

using onnx::TensorProto;

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

double rounded(double value, const std::string& rounding) {
  if (rounding == "FLOOR") return std::floor(value);
  if (rounding == "CEIL") return std::ceil(value);
  if (rounding == "ROUND_TO_ZERO") return std::trunc(value);
  if (rounding != "ROUND")
    fail("rounding_mode '{}' is not supported; supported are ROUND, FLOOR, CEIL and ROUND_TO_ZERO",
         rounding);
  return std::nearbyint(value);
}

}  // namespace

void require_positive(const Tensor& scale) {
  for (const float s : scale.data<float>())
    if (!(s > 0) || !std::isfinite(s)) fail("scale {} is not a positive number", s);
}

std::vector<std::int64_t> to_integers(const Tensor& real, const Grids& grids,
                                      const std::string& rounding, ZeroPoint order) {
  const ScaleIndex index(real.shape(), grids.spec.axis);
  const auto scales = grids.spec.scale.data<float>();
  std::vector<std::int64_t> integers;
  for (std::size_t i = 0; i < real.data<float>().size(); ++i) {
    const float v = real.data<float>()[i] / scales[index[i]];
    if (std::isnan(v)) fail("a constant that is no number is put on a grid");
    const auto z = static_cast<double>(grids.zero_point(index[i]));
    const double before = order == ZeroPoint::kBeforeRounding ? z : 0;
    integers.push_back(static_cast<std::int64_t>(std::clamp(
        rounded(static_cast<double>(v) + before, rounding) + (z - before),
        static_cast<double>(grids.spec.minimum()), static_cast<double>(grids.spec.maximum()))));
  }
  return integers;
}

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

}  // namespace bitline
