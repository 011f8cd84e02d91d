// Sums over axes, in double and in the order of memory.
#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/digital/axes.h"
#include "bitline/digital/digital.h"

namespace bitline::digital {
namespace {

constexpr std::int64_t kGrain = 16;  // sums that one thread takes at least

/// Softmax of `extent` elements that lie `stride` apart.
void softmax_line(const float* from, std::int64_t extent, std::int64_t stride, float* to,
                  std::vector<double>& powers) {
  float largest = from[0];
  for (std::int64_t i = 1; i < extent; ++i) largest = std::max(largest, from[i * stride]);
  double sum = 0;
  powers.clear();
  for (std::int64_t i = 0; i < extent; ++i) {
    powers.push_back(
        std::exp(static_cast<double>(from[i * stride]) - static_cast<double>(largest)));
    sum += powers.back();
  }
  for (std::int64_t i = 0; i < extent; ++i)
    to[i * stride] = static_cast<float>(powers[static_cast<std::size_t>(i)] / sum);
}

/// What takes elements to mean 0 and deviation 1.
struct Normalizer {
  double mean, deviation;

  Normalizer(std::span<const float> elements, double epsilon) {
    const auto count = static_cast<double>(elements.size());
    double sum = 0;
    for (const float element : elements) sum += static_cast<double>(element);
    mean = sum / count;
    double squares = 0;
    for (const float element : elements) {
      const double distance = static_cast<double>(element) - mean;
      squares += distance * distance;
    }
    deviation = std::sqrt(squares / count + epsilon);
  }

  float operator()(float element, float scale, float shift) const {
    const double normal = (static_cast<double>(element) - mean) / deviation;
    return static_cast<float>(normal * static_cast<double>(scale) + static_cast<double>(shift));
  }
};

void normalize_row(std::span<const float> from, std::span<const float> scale,
                   std::span<const float> shift, double epsilon, float* to) {
  const Normalizer normalize(from, epsilon);
  for (std::size_t i = 0; i < from.size(); ++i)
    to[i] = normalize(from[i], scale[i], shift.empty() ? 0.0F : shift[i]);
}

/// A group of scale.size() channels.
void normalize_group(std::span<const float> from, std::span<const float> scale,
                     std::span<const float> shift, double epsilon, float* to) {
  const Normalizer normalize(from, epsilon);
  const std::size_t places = from.size() / scale.size();
  for (std::size_t i = 0; i < from.size(); ++i)
    to[i] = normalize(from[i], scale[i / places], shift[i / places]);
}

/// How the elements of a block of the input find their sums: the sum's place moves by `strides`
/// along each axis, by 0 along those that are summed.
struct SumPlaces {
  Shape extents, strides;
  std::int64_t sums = 1;

  SumPlaces(const Shape& shape, std::span<const std::int64_t> axes, std::int64_t first)
      : extents(shape.begin() + first, shape.end()), strides(extents.size(), 0) {
    for (std::size_t i = extents.size(); i-- > 0;) {
      if (std::ranges::find(axes, first + static_cast<std::int64_t>(i)) != axes.end()) continue;
      strides[i] = sums;
      sums *= extents[i];
    }
  }

  /// Adds the block's elements in the order of memory.
  template <typename Element, typename Total>
  void add(const Element* from, Total* totals) const {
    const std::int64_t length = extents.back();
    const std::int64_t rows = element_count(extents) / length;
    for (std::int64_t row = 0; row < rows; ++row) {
      Total* total = totals + offset_of_row(row, extents, strides);
      for (std::int64_t i = 0; i < length; ++i)
        total[i * strides.back()] += static_cast<Total>(*from++);
    }
  }
};

Shape reduced(const Shape& shape, std::span<const std::int64_t> axes, bool keep_axes) {
  Shape result;
  for (std::int64_t axis = 0; axis < std::ssize(shape); ++axis) {
    if (std::ranges::find(axes, axis) == axes.end())
      result.push_back(shape[static_cast<std::size_t>(axis)]);
    else if (keep_axes)
      result.push_back(1);
  }
  return result;
}

void check_axes(const Shape& shape, std::span<const std::int64_t> axes) {
  for (const std::int64_t axis : axes)
    if (axis < 0 || axis >= std::ssize(shape))
      fail("a mean over axis {} of a tensor of shape {}", axis, to_string(shape));
}

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t axis) {
  const Shape& shape = x.shape();
  if (axis < 0 || axis >= std::ssize(shape))
    fail("softmax along axis {} of a tensor of shape {}", axis, to_string(shape));
  Tensor y(DType::kF32, shape);
  const std::int64_t extent = shape[static_cast<std::size_t>(axis)];
  const std::int64_t stride = product(shape, axis + 1, std::ssize(shape));
  if (x.size() == 0) return y;
  const float* from = x.data<float>().data();
  float* to = y.data<float>().data();
  parallel_for(0, x.size() / extent, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> powers;
    for (std::int64_t line = begin; line < end; ++line) {
      const std::int64_t first = line / stride * extent * stride + line % stride;
      softmax_line(from + first, extent, stride, to + first, powers);
    }
  });
  return y;
}

Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, double epsilon) {
  const Shape& part = scale.shape();
  const Shape& shape = x.shape();
  if (part.size() > shape.size() ||
      !std::equal(part.begin(), part.end(), shape.end() - std::ssize(part)))
    fail("a layer norm over axes {} of a tensor of shape {}", to_string(part), to_string(shape));
  if (shift.size() != 0 && shift.shape() != part)
    fail("a layer norm has the scale {} and the shift {}; they have to be of one shape",
         to_string(part), to_string(shift.shape()));
  Tensor y(DType::kF32, shape);
  if (x.size() == 0) return y;
  const auto length = static_cast<std::size_t>(scale.size());
  parallel_for(0, x.size() / scale.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row)
      normalize_row(x.data<float>().subspan(row * length, length), scale.data<float>(),
                    shift.data<float>(), epsilon,
                    y.data<float>().subspan(row * length, length).data());
  });
  return y;
}

Tensor group_norm(const Tensor& x, const Tensor& scale, const Tensor& shift,
                  const GroupNorm& norm) {
  const Shape& shape = x.shape();
  const bool has_channels = shape.size() > 1 && norm.groups > 0 && shape[1] % norm.groups == 0;
  if (!has_channels || scale.shape() != Shape{shape[1]} || shift.shape() != scale.shape())
    fail("a norm of {} groups of a tensor of shape {}, with scale {} and shift {}", norm.groups,
         to_string(shape), to_string(scale.shape()), to_string(shift.shape()));
  Tensor y(DType::kF32, shape);
  if (x.size() == 0) return y;
  const auto groups = static_cast<std::size_t>(norm.groups);
  const std::size_t channels = static_cast<std::size_t>(shape[1]) / groups;
  const std::size_t length = static_cast<std::size_t>(x.size() / shape[0]) / groups;
  parallel_for(0, shape[0] * norm.groups, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      const std::size_t channel = i % groups * channels;
      normalize_group(x.data<float>().subspan(i * length, length),
                      scale.data<float>().subspan(channel, channels),
                      shift.data<float>().subspan(channel, channels), norm.epsilon,
                      y.data<float>().subspan(i * length, length).data());
    }
  });
  return y;
}

Tensor reduce_mean(const Tensor& x, std::span<const std::int64_t> axes, bool keep_axes) {
  const Shape& shape = x.shape();
  check_axes(shape, axes);
  Tensor means(DType::kF32, reduced(shape, axes, keep_axes));
  if (axes.empty()) return x.clone();
  if (x.size() == 0) fail("a mean over nothing, of a tensor of shape {}", to_string(shape));
  // Whatever stands before the first axis that is summed goes its own way.
  const std::int64_t first = std::ranges::min(axes);
  const std::int64_t blocks = product(shape, 0, first);
  const SumPlaces places(shape, axes, first);
  const std::int64_t block = x.size() / blocks;
  const float* from = x.data<float>().data();
  float* to = means.data<float>().data();
  const std::int64_t terms = block / places.sums;
  const auto count = static_cast<double>(terms);
  parallel_for(0, blocks, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> totals;
    for (std::int64_t i = begin; i < end; ++i) {
      totals.assign(static_cast<std::size_t>(places.sums), 0.0);
      places.add(from + i * block, totals.data());
      std::ranges::transform(totals, to + i * places.sums,
                             [&](double total) { return static_cast<float>(total / count); });
    }
  });
  return means;
}

Tensor reduce_sum(const Tensor& x, std::span<const std::int64_t> axes, bool keep_axes) {
  check_axes(x.shape(), axes);
  Tensor sums(DType::kI64, reduced(x.shape(), axes, keep_axes));
  if (x.size() == 0) return sums;
  const SumPlaces places(x.shape(), axes, 0);
  places.add(x.data<std::int32_t>().data(), sums.data<std::int64_t>().data());
  return sums;
}

}  // namespace bitline::digital
