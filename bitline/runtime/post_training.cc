#include "bitline/runtime/post_training.h"

#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/quantize/fold_batch_norm.h"
#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/adjust_layers.h"
#include "bitline/runtime/calibration_walk.h"

namespace bitline {
namespace {

/// How often values lie in each of equal bins between the smallest and the largest.
std::vector<ValueCount> histogram_of(const std::vector<Values>& chunks, const std::string& name) {
  constexpr std::size_t kBins = 4096;
  float low = 0;
  float high = 0;
  for (const Values& values : chunks) {
    const auto [least, most] = std::ranges::minmax(values.at(name).data.data<float>());
    low = std::min(low, least);
    high = std::max(high, most);
  }
  std::vector<std::int64_t> counts(kBins, 0);
  const float bins_per_unit = high > low ? (kBins - 1) / (high - low) : 0;
  for (const Values& values : chunks)
    for (const float v : values.at(name).data.data<float>()) {
      if (!(v >= low && v <= high && std::isfinite(bins_per_unit)))
        fail("value '{}' holds {} on the calibration images", name, v);
      ++counts[static_cast<std::size_t>(std::lround((v - low) * bins_per_unit))];
    }
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

/// By layer name: the means of the float network; on the way the steps of all values with a grid.
std::map<std::string, ChannelMeans> calibrate(const Network& real, Network& quantized,
                                              const PostTrainingOptions& post, const Tensor& images,
                                              const Job& job) {
  const Executor executor(real, MacMode::kFloat);
  CalibrationWalk walk(executor, images);
  std::map<std::string, ChannelMeans> means;
  job.progress.begin("calibrate", std::ssize(executor.steps()));
  for (std::size_t i = 0; i < executor.steps().size(); ++i) {
    job.cancellation.check();
    const Step& step = executor.steps()[i];
    if (step.is_layer() && post.correct_bias)
      means[step.node->name] = channel_means(executor, i, walk.chunks());
    walk.advance(executor, i + 1);
    const auto spec = quantized.quant.find(step.output);
    if (spec != quantized.quant.end())
      spec->second.scale.data<float>()[0] =
          scale_for(post.range, histogram_of(walk.chunks(), step.output), spec->second);
    job.progress.update(static_cast<std::int64_t>(i) + 1, step.output);
  }
  job.progress.end();
  return means;
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
  if (!post.correct_bias && post.rounding == WeightRounding::kNearest) return network;
  return adjust_layers(std::move(network), real, post, means, images, job);
}

}  // namespace bitline
