#include "bitline/runtime/recalibrate.h"

#include <algorithm>
#include <type_traits>

namespace bitline {
namespace {

constexpr std::int64_t kChunkImages = 50;

/// Σ y and Σ y² per channel. Array and digital sums are integers, so both are exact in 128 bits;
/// double serves layers in real numbers.
template <typename Total>
class ChannelMoments {
 public:
  explicit ChannelMoments(std::size_t channels) : sums_(channels), squares_(channels) {}

  /// sums: [rows, channels, ...].
  void add(const Tensor& sums) {
    if (sums.dtype() == DType::kI64) {
      add(sums.data<std::int64_t>(), sums.dim(0));
    } else if (sums.dtype() == DType::kF64) {
      add(sums.data<double>(), sums.dim(0));
    } else {
      add(sums.data<float>(), sums.dim(0));
    }
  }

  double mean(std::size_t channel) const {
    return static_cast<double>(sums_[channel]) / static_cast<double>(count_);
  }
  std::int64_t count() const { return count_; }
  double variance(std::size_t channel) const {
    const Total numerator =
        squares_[channel] * static_cast<Total>(count_) - sums_[channel] * sums_[channel];
    const auto count = static_cast<double>(count_);
    return static_cast<double>(numerator) / count / (count - 1);
  }

 private:
  template <typename Sum>
  void add(std::span<const Sum> sums, std::int64_t rows) {
    const std::size_t channels = sums_.size();
    const std::size_t positions = sums.size() / (static_cast<std::size_t>(rows) * channels);
    for (std::size_t row = 0; row < sums.size() / positions; ++row) {
      for (std::size_t i = row * positions; i < (row + 1) * positions; ++i) {
        const Total y = total_of(sums[i]);
        sums_[row % channels] += y;
        squares_[row % channels] += y * y;
      }
    }
    count_ += rows * static_cast<std::int64_t>(positions);
  }

  template <typename Sum>
  static Total total_of(Sum sum) {
    if constexpr (std::is_same_v<Total, double>) {
      return static_cast<double>(sum);
    } else {
      return static_cast<std::int64_t>(sum);
    }
  }

  std::vector<Total> sums_;
  std::vector<Total> squares_;
  std::int64_t count_ = 0;
};

/// Mean and variance per channel of a layer's output before batch-norm, without its bias and what
/// the zero point of its input adds: constants, which the ADCs do not change.
struct Statistics {
  std::vector<double> mean, variance;
};

/// The images in chunks, each at the same step.
class Chunks {
 public:
  Chunks(const Executor& executor, const Tensor& images) : executor_(executor) {
    const Values whole = executor.begin(images);
    const auto& [name, value] = *whole.begin();
    for (std::int64_t first = 0; first < value.images(); first += kChunkImages) {
      std::vector<std::int64_t> indices;
      for (std::int64_t i = first; i < std::min(first + kChunkImages, value.images()); ++i)
        indices.push_back(i);
      values_.push_back({{name, gather(value, indices)}});
    }
  }

  Statistics statistics(std::size_t step, const PreparedPlan& plan, std::size_t channels) const {
    return executor_.is_real(step) ? statistics_in<double>(step, plan, channels)
                                   : statistics_in<__int128>(step, plan, channels);
  }

  void advance(std::size_t step, const PreparedPlan& plan) {
    for (Values& values : values_) executor_.run(values, step, step + 1, plan);
  }

 private:
  template <typename Total>
  Statistics statistics_in(std::size_t step, const PreparedPlan& plan, std::size_t channels) const {
    ChannelMoments<Total> moments(channels);
    for (const Values& values : values_) moments.add(executor_.layer_sums(step, values, plan));
    if (moments.count() < 2)
      fail(
          "layer {}: one image gives one value per channel, which has no variance; recalibrate on "
          "at least 2 images",
          executor_.steps()[step].node->name);
    const std::vector<double> scale = executor_.output_scale(step, plan);
    Statistics result;
    for (std::size_t c = 0; c < channels; ++c) {
      const double s = scale[scale.size() == 1 ? 0 : c];
      result.mean.push_back(s * moments.mean(c));
      result.variance.push_back(s * s * moments.variance(c));
    }
    return result;
  }

  const Executor& executor_;
  std::vector<Values> values_;
};

/// Equation (14): moves the stored statistics by what the ADCs change.
void move_statistics(Executor& executor, std::size_t step, PreparedPlan& plan,
                     const Statistics& lossless, const Statistics& converted) {
  const Node& norm = *executor.steps()[step].batch_norm;
  Tensor mean = executor.network().parameter(norm, "mean").clone();
  Tensor variance = executor.network().parameter(norm, "variance").clone();
  for (std::size_t c = 0; c < lossless.mean.size(); ++c) {
    const double before = lossless.variance[c];
    const double after = converted.variance[c];
    float& m = mean.data<float>()[c];
    float& v = variance.data<float>()[c];
    m = static_cast<float>(m + (converted.mean[c] - lossless.mean[c]));
    v = static_cast<float>(before > 0 ? v * (after / before) : v + after);
  }
  executor.set_statistics(step, mean, variance, plan);
}

}  // namespace

Network recalibrate(Executor& executor, PreparedPlan& plan, const Tensor& images,
                    ProgressSink& progress, const Cancellation& cancellation) {
  const auto steps = static_cast<std::int64_t>(executor.steps().size());
  progress.begin("recalibrate batch-norm", steps);
  const Executor reference(executor.network(), MacMode::kLossless);
  Chunks lossless(reference, images);
  Chunks converted(executor, images);
  for (std::int64_t i = 0; i < steps; ++i) {
    cancellation.check();
    const auto index = static_cast<std::size_t>(i);
    const Step& step = executor.steps()[index];
    if (step.is_layer() && step.batch_norm != nullptr) {
      const std::int64_t size = executor.network().parameter(*step.batch_norm, "mean").size();
      const auto channels = static_cast<std::size_t>(size);
      move_statistics(executor, index, plan, lossless.statistics(index, {}, channels),
                      converted.statistics(index, plan, channels));
    }
    lossless.advance(index, {});
    converted.advance(index, plan);
    progress.update(i + 1, step.output);
  }
  progress.end();
  return executor.network();
}

}  // namespace bitline
