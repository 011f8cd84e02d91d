#include "bitline/quantize/fake_quantize.h"

#include <algorithm>
#include <array>

#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

constexpr std::int64_t kChunk = 8192;

/// Values cut into chunks that lie within one step each.
class Chunks {
 public:
  Chunks(std::span<const float> values, std::span<const float> steps)
      : per_step_(std::ssize(values) / std::ssize(steps)),
        chunks_per_step_(ceil_div(per_step_, kChunk)),
        count_(std::ssize(steps) * chunks_per_step_) {}

  std::int64_t count() const { return count_; }
  std::int64_t step_of(std::int64_t chunk) const { return chunk / chunks_per_step_; }
  std::int64_t begin(std::int64_t chunk) const {
    return step_of(chunk) * per_step_ + chunk % chunks_per_step_ * kChunk;
  }
  std::int64_t size(std::int64_t chunk) const {
    return std::min(kChunk, per_step_ - chunk % chunks_per_step_ * kChunk);
  }

  /// Calls `work` with every chunk, on all threads.
  template <typename Work>
  void for_each(const Work& work) const {
    parallel_for(0, count_, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t chunk = first; chunk < last; ++chunk) work(chunk);
    });
  }

 private:
  std::int64_t per_step_, chunks_per_step_, count_;
};

void quantize_chunk(const Grid grid, const float step, const float* value, float* output,
                    std::int64_t size) {
  if (grid.by_sign()) {
    for (std::int64_t i = 0; i < size; ++i) output[i] = step * Grid::sign(value[i]);
  } else {
    for (std::int64_t i = 0; i < size; ++i) output[i] = step * grid.nearest_level(value[i]);
  }
}

/// Writes the gradient of the value, and what every element adds to the step's, without f.
template <bool kBySign>
void differentiate_elements(const Grid grid, const float* value, const float* above, float* below,
                            float* step_terms, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) {
    const float level = kBySign ? Grid::sign(value[i]) : grid.nearest_level(value[i]);
    const float inside = grid.covers(value[i]) ? 1.0F : 0.0F;  // a factor: no branch
    below[i] = above[i] * inside;
    step_terms[i] = above[i] * (level - inside * grid.scaled(value[i]));
  }
}

/// Writes the gradient of the value; returns the step's, without f. Sixteen sums in a fixed order,
/// so that vectors can be used without the result depending on their width.
double differentiate_chunk(const Grid& grid, const float* value, const float* above, float* below,
                           std::int64_t size) {
  constexpr std::int64_t kSums = 16;
  constexpr std::int64_t kPart = 512;  // terms that stay in the nearest cache
  std::array<float, kSums> sums{};
  std::array<float, kPart> terms{};
  const auto differentiate =
      grid.by_sign() ? differentiate_elements<true> : differentiate_elements<false>;
  for (std::int64_t first = 0; first < size; first += kPart) {
    const std::int64_t count = std::min(kPart, size - first);
    differentiate(grid, value + first, above + first, below + first, terms.data(), count);
    for (std::int64_t i = 0; i < count; ++i)
      sums[static_cast<std::size_t>(i % kSums)] += terms[static_cast<std::size_t>(i)];
  }
  double total = 0;
  for (const float sum : sums) total += double{sum};
  return total;
}

}  // namespace

void fake_quantize(std::span<const float> values, std::span<const float> steps,
                   const QuantSpec& spec, std::span<float> output) {
  const Chunks chunks(values, steps);
  chunks.for_each([&](std::int64_t chunk) {
    const float step = steps[static_cast<std::size_t>(chunks.step_of(chunk))];
    const std::int64_t first = chunks.begin(chunk);
    quantize_chunk(Grid(spec, step), step, values.data() + first, output.data() + first,
                   chunks.size(chunk));
  });
}

std::vector<double> fake_quantize_gradients(std::span<const float> values,
                                            std::span<const float> steps, const QuantSpec& spec,
                                            std::span<const float> above, std::span<float> below) {
  const Chunks chunks(values, steps);
  std::vector<double> sums(static_cast<std::size_t>(chunks.count()));
  chunks.for_each([&](std::int64_t chunk) {
    const Grid grid(spec, steps[static_cast<std::size_t>(chunks.step_of(chunk))]);
    const std::int64_t first = chunks.begin(chunk);
    sums[static_cast<std::size_t>(chunk)] =
        differentiate_chunk(grid, values.data() + first, above.data() + first, below.data() + first,
                            chunks.size(chunk));
  });
  std::vector<double> step_gradients(steps.size());
  for (std::int64_t chunk = 0; chunk < chunks.count(); ++chunk)
    step_gradients[static_cast<std::size_t>(chunks.step_of(chunk))] +=
        sums[static_cast<std::size_t>(chunk)];
  return step_gradients;
}

}  // namespace bitline
