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

struct Ends {
  std::int64_t low = 0;
  std::int64_t high = 0;
  void take(std::int64_t level) {
    low = std::min(low, level);
    high = std::max(high, level);
  }
};

/// The smallest signed grid that reaches both ends; `spec` itself where that does and no zero point
/// moves its integers. Zero points of constants go into the integers.
QuantSpec without_zero_points(const Grids& grids, const Ends& ends) {
  QuantSpec spec = grids.spec;
  const bool has_zero_points =
      std::ranges::any_of(grids.zero_points, [](std::int64_t z) { return z != 0; });
  if (!has_zero_points && ends.low >= spec.minimum() && ends.high <= spec.maximum()) return spec;
  spec.zero_point = 0;
  spec.is_signed = true;
  spec.narrow = false;
  spec.bits = 2;
  while (spec.minimum() > ends.low || spec.maximum() < ends.high) ++spec.bits;
  return spec;
}

/// What a grid's own ends are where its scales do not turn them; where they do, the integers that
/// there are say how far it has to reach.
Ends ends_of_positive_scales(const Grids& grids) {
  Ends ends;
  const auto scales = grids.spec.scale.data<float>();
  for (std::size_t i = 0; i < scales.size(); ++i) {
    if (!(scales[i] > 0)) continue;
    ends.take(grids.spec.minimum() - grids.zero_point(i));
    ends.take(grids.spec.maximum() - grids.zero_point(i));
  }
  return ends;
}

Tensor positive(const Tensor& scales) {
  Tensor result = scales.clone();
  for (float& s : result.data<float>()) s = s == 0 ? 1 : std::abs(s);
  return result;
}

}  // namespace

double real_at(const QuantSpec& spec, std::int64_t integer) {
  return static_cast<double>(spec.scale.data<float>()[0] *
                             static_cast<float>(integer - spec.zero_point));
}

void require_positive(const Tensor& scale) {
  for (const float s : scale.data<float>())
    if (!(s > 0) || !std::isfinite(s)) fail("scale {} is not a positive number", s);
}

void require_finite(const Tensor& scale) {
  for (const float s : scale.data<float>())
    if (!std::isfinite(s)) fail("scale {} is not a number", s);
}

std::vector<std::int64_t> to_integers(const Tensor& real, const Grids& grids, ZeroPoint order) {
  const ScaleIndex index(real.shape(), grids.spec.axis);
  const auto scales = grids.spec.scale.data<float>();
  std::vector<std::int64_t> integers;
  integers.reserve(static_cast<std::size_t>(real.size()));
  for (std::size_t i = 0; i < real.data<float>().size(); ++i) {
    const float scale = scales[index[i]];
    const float v = scale == 0 ? 0 * real.data<float>()[i] : real.data<float>()[i] / scale;
    if (std::isnan(v)) fail("a constant that is no number is put on a grid");
    const auto z = static_cast<double>(grids.zero_point(index[i]));
    const double before = order == ZeroPoint::kBeforeRounding ? z : 0;
    integers.push_back(static_cast<std::int64_t>(std::clamp(
        rounded(static_cast<double>(v) + before, grids.spec.rounding) + (z - before),
        static_cast<double>(grids.spec.minimum()), static_cast<double>(grids.spec.maximum()))));
  }
  return integers;
}

ImportedValue on_grid(std::span<const std::int64_t> integers, const Shape& shape,
                      const Grids& grids) {
  Tensor real(DType::kF32, shape);
  const ScaleIndex index(shape, grids.spec.axis);
  const auto scales = grids.spec.scale.data<float>();
  if (grids.spec.odd && std::ranges::find(scales, 0.0F) != scales.end())
    fail("scale 0 is not a positive number, and integers that are -1 or +1 hold no zeros");
  Ends ends = ends_of_positive_scales(grids);
  for (std::size_t i = 0; i < integers.size(); ++i) {
    const std::size_t entry = index[i];
    const std::int64_t level = integers[i] - grids.zero_point(entry);
    real.data<float>()[i] = static_cast<float>(level) * scales[entry];
    if (scales[entry] < 0) ends.take(-level);
  }
  QuantSpec spec = without_zero_points(grids, ends);
  spec.scale = positive(spec.scale);
  spec.rounding = Rounding::kHalfEven;
  return {"", shape, real, TensorProto::FLOAT, std::move(spec), 0};
}

namespace {

bool all_equal(std::span<const float> numbers) {
  return std::ranges::all_of(numbers, [&](float v) { return v == numbers.front(); });
}

/// x divided by one scale per channel, along `axis` of an image.
ImportedValue divided(OnnxNode& node, const ImportedValue& x, const Tensor& scales,
                      std::int64_t axis) {
  Shape shape(x.shape.size() - static_cast<std::size_t>(axis), 1);
  shape[0] = scales.size();
  const ImportedValue divisor{"", shape, scales.reshaped(shape), TensorProto::FLOAT, {}, 0};
  return node.append(Binary{BinaryFunction::kDiv}, {x, divisor}, {}, "/by_scale");
}

}  // namespace

ImportedValue with_grid(OnnxNode& node, const ImportedValue& x, const Grids& grids) {
  const Tensor& scales = grids.spec.scale;
  require_positive(scales);
  if (std::ranges::any_of(grids.zero_points,
                          [&](std::int64_t z) { return z != grids.zero_points[0]; }))
    fail("a value with one zero point per channel is not supported; use one zero point");
  const bool has_one_scale = all_equal(scales.data<float>());
  QuantSpec spec = grids.spec;
  spec.axis = -1;
  spec.zero_point = grids.zero_points[0];
  spec.scale = Tensor(DType::kF32, {1});
  spec.scale.data<float>()[0] = has_one_scale ? scales.data<float>()[0] : 1.0F;
  validate(spec, "its grid");
  ImportedValue real = x;
  const std::int64_t axis = has_one_scale ? 0 : node.axis(x, grids.spec.axis);
  if (!has_one_scale) real = divided(node, x, scales, axis);
  ImportedValue y = node.append(Identity{}, {real});
  node.state().network.quant[y.node] = spec;
  if (has_one_scale) return y;
  y.channel_scales = scales;
  y.channel_axis = axis;
  return y;
}

ImportedValue with_scales_of_input(ImportedValue& x, const ImportedValue& weight,
                                   std::int64_t groups, std::int64_t axis) {
  if (!x.channel_scales) return weight;
  const Tensor scales = *x.channel_scales;
  x.channel_scales.reset();
  if (x.channel_axis != axis)
    fail("its input has one scale per entry of axis {}, and is summed along axis {}; use one scale",
         x.channel_axis + 1, axis + 1);
  const std::int64_t outputs = weight.shape[0];
  const std::int64_t inputs = weight.shape[1];
  const bool fits =
      groups >= 1 && outputs >= 1 && outputs % groups == 0 && scales.size() == inputs * groups;
  if (!fits || (weight.grid && weight.grid->axis > 0)) return weight;  // refused for itself
  const auto part = static_cast<std::size_t>(weight.constant->size() / outputs / inputs);
  ImportedValue result = weight;
  result.constant = weight.constant->clone();
  const auto real = result.constant->data<float>();
  std::vector<float> of_outputs;
  for (std::int64_t o = 0; o < outputs; ++o) {
    const auto own =
        scales.data<float>().subspan(static_cast<std::size_t>(o / (outputs / groups) * inputs),
                                     static_cast<std::size_t>(inputs));
    if (weight.grid && !all_equal(own))
      fail(
          "its input has one scale per channel, which its quantized weights cannot take in, since "
          "each output sums {} channels; use one scale",
          inputs);
    of_outputs.push_back(own[0]);
    for (std::size_t i = 0; i < own.size() * part; ++i)
      real[static_cast<std::size_t>(o) * own.size() * part + i] *= own[i / part];
  }
  if (!result.grid) return result;
  // One scale per output, whether or not there was one for all.
  Tensor of_weight(DType::kF32, {outputs});
  const auto before = weight.grid->scale.data<float>();
  for (std::size_t o = 0; o < of_outputs.size(); ++o)
    of_weight.data<float>()[o] = before[before.size() == 1 ? 0 : o] * of_outputs[o];
  result.grid->scale = of_weight;
  result.grid->axis = 0;
  return result;
}

}  // namespace bitline
