#include "bitline/runtime/recalibrate.h"

#include <algorithm>

namespace bitline {
namespace {

constexpr std::int64_t kChunkImages = 50;

/// Σ y and Σ y² per channel. Array and digital sums are integers, so both are exact in 128 bits;
/// real numbers are not met here.
class ChannelMoments {
 public:
  explicit ChannelMoments(std::size_t channels) : sums_(channels), squares_(channels) {}

  void add(const Tensor& sums, std::int64_t images) {
    if (sums.dtype() == DType::kI64) {
      add(sums.data<std::int64_t>(), images);
    } else if (sums.dtype() == DType::kF64) {
      add(sums.data<double>(), images);
    } else {
      add(sums.data<float>(), images);
    }
  }

  double mean(std::size_t channel) const {
    return static_cast<double>(sums_[channel]) / static_cast<double>(count_);
  }
  std::int64_t count() const { return count_; }
  double variance(std::size_t channel) const {
    const __int128 numerator = squares_[channel] * count_ - sums_[channel] * sums_[channel];
    const auto count = static_cast<double>(count_);
    return static_cast<double>(numerator) / count / (count - 1);
  }

 private:
  template <typename Sum>
  void add(std::span<const Sum> sums, std::int64_t images) {
    const std::size_t channels = sums_.size();
    const std::size_t positions = sums.size() / (static_cast<std::size_t>(images) * channels);
    for (std::size_t row = 0; row < sums.size() / positions; ++row) {
      for (std::size_t i = row * positions; i < (row + 1) * positions; ++i) {
        const auto y = static_cast<std::int64_t>(sums[i]);
        sums_[row % channels] += y;
        squares_[row % channels] += static_cast<__int128>(y) * y;
      }
    }
    count_ += images * static_cast<std::int64_t>(positions);
  }

  std::vector<__int128> sums_;
  std::vector<__int128> squares_;
  std::int64_t count_ = 0;
};

/// What the layer adds to its sums before batch-norm sees them; zeros without a bias.
std::vector<double> bias_of(const Network& network, const Node& layer, std::size_t channels) {
  if (!network.has_parameter(layer, "bias")) return std::vector<double>(channels, 0.0);
  const auto bias = network.parameter(layer, "bias").data<float>();
  return {bias.begin(), bias.end()};
}

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

  ChannelMoments moments(std::size_t step, const PreparedPlan& plan, std::size_t channels) const {
    ChannelMoments moments(channels);
    for (const Values& values : values_) {
      const std::int64_t images = values.begin()->second.images();
      moments.add(executor_.layer_sums(step, values, plan), images);
    }
    return moments;
  }

  void advance(std::size_t step, const PreparedPlan& plan) {
    for (Values& values : values_) executor_.run(values, step, step + 1, plan);
  }

 private:
  const Executor& executor_;
  std::vector<Values> values_;
};

}  // namespace

Network recalibrate(Executor& executor, PreparedPlan& plan, const Tensor& images,
                    ProgressSink& progress, const Cancellation& cancellation) {
  const auto steps = static_cast<std::int64_t>(executor.steps().size());
  progress.begin("recalibrate batch-norm", steps);
  Chunks chunks(executor, images);
  for (std::int64_t i = 0; i < steps; ++i) {
    cancellation.check();
    const auto index = static_cast<std::size_t>(i);
    const Step& step = executor.steps()[index];
    if (step.is_layer() && step.batch_norm != nullptr) {
      const Node& norm = *step.batch_norm;
      const std::int64_t channels = executor.network().parameter(norm, "mean").size();
      const ChannelMoments moments =
          chunks.moments(index, plan, static_cast<std::size_t>(channels));
      if (moments.count() < 2)
        fail(
            "layer {}: one image gives one value per channel, which has no variance; recalibrate "
            "on at least 2 images",
            step.node->name);
      const std::vector<double> scale = executor.output_scale(index, plan);
      const std::vector<double> bias =
          bias_of(executor.network(), *step.node, static_cast<std::size_t>(channels));
      Tensor mean(DType::kF32, {channels});
      Tensor variance(DType::kF32, {channels});
      for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        const double s = scale[scale.size() == 1 ? 0 : c];
        mean.data<float>()[c] = static_cast<float>(s * moments.mean(c) + bias[c]);
        variance.data<float>()[c] = static_cast<float>(s * s * moments.variance(c));
      }
      executor.set_statistics(index, mean, variance, plan);
    }
    chunks.advance(index, plan);
    progress.update(i + 1, step.output);
  }
  progress.end();
  return executor.network();
}

}  // namespace bitline
