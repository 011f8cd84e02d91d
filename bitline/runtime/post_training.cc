#include "bitline/runtime/post_training.h"

#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/quantize/fold_batch_norm.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/layer_probe.h"
#include "bitline/runtime/statistics_change.h"

namespace bitline {
namespace {

constexpr std::int64_t kChunkImages = 50;

/// All images, a chunk at a time, through one network.
class Walk {
 public:
  Walk(const Executor& executor, const Tensor& images) : executor_(executor) {
    for (std::int64_t first = 0; first < images.dim(0); first += kChunkImages)
      chunks_.push_back(
          executor.begin(images.slice(first, std::min(first + kChunkImages, images.dim(0)))));
  }

  void advance(std::size_t step) {
    for (Values& values : chunks_) executor_.run(values, step, step + 1);
  }

  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Values& values : chunks_) visit(values);
  }

 private:
  const Executor& executor_;
  std::vector<Values> chunks_;
};

/// How often values lie in each of equal bins between the smallest and the largest.
std::vector<ValueCount> histogram_of(const Walk& walk, const std::string& name) {
  constexpr std::size_t kBins = 4096;
  float low = 0;
  float high = 0;
  walk.for_each([&](const Values& values) {
    const auto [least, most] = std::ranges::minmax(values.at(name).data.data<float>());
    low = std::min(low, least);
    high = std::max(high, most);
  });
  std::vector<std::int64_t> counts(kBins, 0);
  const float bins_per_unit = high > low ? (kBins - 1) / (high - low) : 0;
  walk.for_each([&](const Values& values) {
    for (const float v : values.at(name).data.data<float>()) {
      if (!(v >= low && v <= high && std::isfinite(bins_per_unit)))
        fail("value '{}' holds {} on the calibration images", name, v);
      ++counts[static_cast<std::size_t>(std::lround((v - low) * bins_per_unit))];
    }
  });
  std::vector<ValueCount> histogram;
  for (std::size_t bin = 0; bin < kBins; ++bin)
    if (counts[bin] > 0)
      histogram.push_back(
          {low + static_cast<float>(bin) * (high - low) / (kBins - 1), counts[bin]});
  return histogram;
}

std::vector<ValueCount> counts_of(std::span<const float> values) {
  std::vector<ValueCount> counts;
  for (const float v : values) counts.push_back({v, 1});
  return counts;
}

std::int64_t count_weights(const Network& network) {
  std::int64_t count = 0;
  for (const auto& [key, spec] : network.quant)
    if (network.tensors.contains(key)) count += network.tensors.at(key).size();
  return count;
}

void set_weight_scales(Network& network, const RangeOptions& range, const Job& job) {
  std::int64_t done = 0;
  job.progress.begin("scale weights", count_weights(network));
  for (auto& [key, spec] : network.quant) {
    const auto weight = network.tensors.find(key);
    if (weight == network.tensors.end()) continue;
    const auto scales = spec.scale.data<float>();
    const std::size_t part = weight->second.data<float>().size() / scales.size();
    for (std::size_t i = 0; i < scales.size(); ++i) {
      job.cancellation.check();
      scales[i] =
          scale_for(range, counts_of(weight->second.data<float>().subspan(i * part, part)), spec);
      job.progress.update(done += static_cast<std::int64_t>(part), key);
    }
  }
  job.progress.end();
}

/// Σ over images and positions of each channel, and how many there were.
struct ChannelMeans {
  std::vector<double> sums;
  std::int64_t count = 0;
  double mean(std::size_t channel) const { return sums[channel] / static_cast<double>(count); }

  /// rows: [rows, channels, ...], times one scale or one per channel.
  template <typename Sum>
  void add(std::span<const Sum> rows, std::int64_t row_count, std::span<const double> scale) {
    const std::size_t channels = sums.size();
    const std::size_t positions = rows.size() / (static_cast<std::size_t>(row_count) * channels);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t channel = i / positions % channels;
      sums[channel] += static_cast<double>(rows[i]) * scale[scale.size() == 1 ? 0 : channel];
    }
    count += row_count * static_cast<std::int64_t>(positions);
  }
};

/// Of a layer's output without its bias.
ChannelMeans means_of(const Executor& executor, const Walk& walk, std::size_t step,
                      std::size_t channels) {
  ChannelMeans means{std::vector<double>(channels, 0.0), 0};
  const LayerProbe layer(executor, step);
  const std::vector<double> scale = layer.output_scale({});
  walk.for_each([&](const Values& values) {
    const Tensor sums = layer.sums(values, {});
    if (sums.dtype() == DType::kF64)
      means.add<double>(sums.data<double>(), sums.dim(0), scale);
    else
      means.add<float>(sums.data<float>(), sums.dim(0), scale);
  });
  return means;
}

/// By layer name: the means of the float network; on the way the steps of all values with a grid.
std::map<std::string, ChannelMeans> calibrate(const Network& real, Network& quantized,
                                              const PostTrainingOptions& post, const Tensor& images,
                                              const Job& job) {
  const Executor executor(real, MacMode::kFloat);
  Walk walk(executor, images);
  std::map<std::string, ChannelMeans> means;
  job.progress.begin("calibrate", std::ssize(executor.steps()));
  for (std::size_t i = 0; i < executor.steps().size(); ++i) {
    job.cancellation.check();
    const Step& step = executor.steps()[i];
    if (step.is_layer() && post.correct_bias) {
      const std::int64_t channels = real.parameter(*step.node, "weight").dim(0);
      means[step.node->name] = means_of(executor, walk, i, static_cast<std::size_t>(channels));
    }
    walk.advance(i);
    const auto spec = quantized.quant.find(step.output);
    if (spec != quantized.quant.end())
      spec->second.scale.data<float>()[0] =
          scale_for(post.range, histogram_of(walk, step.output), spec->second);
    job.progress.update(static_cast<std::int64_t>(i) + 1, step.output);
  }
  job.progress.end();
  return means;
}

void add_missing_biases(Network& network) {
  for (Node& node : network.nodes) {
    if (!is_layer(node) || network.has_parameter(node, "bias")) continue;
    node.parameters["bias"] = node.name + ".bias";
    network.tensors[node.name + ".bias"] =
        Tensor(DType::kF32, {network.parameter(node, "weight").dim(0)});
  }
}

Network correct_biases(Network network, const std::map<std::string, ChannelMeans>& real,
                       const Tensor& images, const Job& job) {
  add_missing_biases(network);
  Executor executor(std::move(network), MacMode::kLossless, {}, Engine::kFused, job.progress);
  Walk walk(executor, images);
  job.progress.begin("correct biases", std::ssize(executor.steps()));
  for (std::size_t i = 0; i < executor.steps().size(); ++i) {
    job.cancellation.check();
    const Step& step = executor.steps()[i];
    if (step.is_layer()) {
      const ChannelMeans& wanted = real.at(step.node->name);
      const ChannelMeans now = means_of(executor, walk, i, wanted.sums.size());
      Tensor bias = executor.network().parameter(*step.node, "bias").clone();
      for (std::size_t c = 0; c < wanted.sums.size(); ++c)
        bias.data<float>()[c] += static_cast<float>(wanted.mean(c) - now.mean(c));
      set_bias(executor, i, bias);
    }
    walk.advance(i);
    job.progress.update(static_cast<std::int64_t>(i) + 1, step.output);
  }
  job.progress.end();
  return executor.network();
}

}  // namespace

Network quantize_post_training(Network network, const QuantizeOptions& options,
                               const PostTrainingOptions& post, const Tensor& images,
                               const Job& job) {
  if (has_integer_layer(network))
    fail("network '{}' has integer grids already; quantize the float network", network.name);
  network.quant.clear();  // of weights or of values alone: no array can use them
  if (post.fold_batch_norm) fold_batch_norm(network);
  const Network real = network;
  attach_quantizers(network, options);
  set_weight_scales(network, post.range, job);
  const auto means = calibrate(real, network, post, images, job);
  if (!post.correct_bias) return network;
  return correct_biases(std::move(network), means, images, job);
}

}  // namespace bitline
