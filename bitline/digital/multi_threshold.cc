// Activations as thresholds.
#include <algorithm>

#include "bitline/base/parallel.h"
#include "bitline/digital/axes.h"
#include "bitline/digital/digital.h"

namespace bitline::digital {

Tensor multi_threshold(const Tensor& x, const Tensor& thresholds, const MultiThreshold& op,
                       std::int64_t axis) {
  constexpr std::int64_t kGrain = 1024;  // elements that one thread takes at least
  const auto count = static_cast<std::size_t>(thresholds.dim(1));
  const std::int64_t rows = thresholds.dim(0);
  const std::int64_t inner = product(x.shape(), axis + 1, std::ssize(x.shape()));
  Tensor y(DType::kF32, x.shape());
  const auto from = x.data<float>();
  const auto to = y.data<float>();
  parallel_for(0, x.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto row =
          static_cast<std::size_t>(i / inner % x.shape()[static_cast<std::size_t>(axis)] % rows);
      const auto own = thresholds.data<float>().subspan(row * count, count);
      const float v = from[static_cast<std::size_t>(i)];
      const auto above = std::ranges::partition_point(own, [v](float t) { return t <= v; });
      to[static_cast<std::size_t>(i)] =
          static_cast<float>(op.scale * static_cast<double>(above - own.begin()) + op.bias);
    }
  });
  return y;
}

}  // namespace bitline::digital
