#include "bitline/runtime/layer_statistics.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/runtime/layer_probe.h"

namespace bitline {
namespace {

std::size_t channels_of(const Executor& executor, std::size_t step) {
  const Tensor& weight = executor.network().parameter(*executor.steps()[step].node, "weight");
  return static_cast<std::size_t>(weight.dim(0));
}

/// What belongs to a layer's outputs and to none of its sums, by channel: the bias, and what the
/// zero point of the input adds.
std::vector<double> constants_of(const Executor& executor, std::size_t step) {
  std::vector<double> constants(channels_of(executor, step));
  const std::vector<double>& offset = LayerProbe(executor, step).zero_offset();
  const Network& network = executor.network();
  const Node& layer = *executor.steps()[step].node;
  for (std::size_t c = 0; c < constants.size(); ++c) {
    if (!offset.empty()) constants[c] += offset[c];
    if (network.has_parameter(layer, "bias"))
      constants[c] += static_cast<double>(network.parameter(layer, "bias").data<float>()[c]);
  }
  return constants;
}

ChannelStatistics statistics_of(const Executor& executor, std::size_t step,
                                const PreparedPlan& plan, const ChannelMoments& moments) {
  if (moments.count() < 2)
    fail(
        "layer {}: one image gives one value per channel, which has no variance; recalibrate on "
        "at least 2 images",
        executor.steps()[step].node->name);
  return moments.statistics(LayerProbe(executor, step).output_scale(plan),
                            constants_of(executor, step));
}

using Moments = std::vector<ChannelMoments>;

/// The images of `values` in parts of at most `size`.
class Parts {
 public:
  Parts(const Values& values, std::int64_t size)
      : values_(values), images_(values.begin()->second.images()), size_(size) {}

  std::int64_t images() const { return images_; }
  std::int64_t count() const { return ceil_div(images_, size_); }
  std::int64_t first(std::int64_t part) const { return part * size_; }
  Values at(std::int64_t part) const {
    return slice(values_, first(part), std::min(first(part + 1), images_));
  }

 private:
  const Values& values_;
  std::int64_t images_;
  std::int64_t size_;
};

/// Adds the sums that `sums_of` gives for each part, those of one plan behind those of the other,
/// to the plans' `moments`, on all threads.
template <typename SumsOf>
Moments add_sums(const Parts& parts, Moments moments, const SumsOf& sums_of) {
  const Moments none = moments;
  std::mutex mutex;
  parallel_for(0, parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    Moments own = none;
    for (std::int64_t part = begin; part < end; ++part) {
      const Tensor sums = sums_of(part);
      const std::int64_t rows = sums.dim(0) / std::ssize(own);
      for (std::int64_t plan = 0; plan < std::ssize(own); ++plan)
        own[static_cast<std::size_t>(plan)].add(sums.slice(plan * rows, (plan + 1) * rows));
    }
    const std::lock_guard<std::mutex> lock(mutex);
    for (std::size_t plan = 0; plan < own.size(); ++plan) moments[plan].add(own[plan]);
  });
  return moments;
}

Moments none(const Executor& executor, std::size_t step) {
  return {ChannelMoments(channels_of(executor, step), LayerProbe(executor, step).is_real())};
}

/// Sums of real numbers would depend on how they are parted.
std::int64_t part_size(const Executor& executor, std::size_t step, const Values& values) {
  constexpr std::int64_t kImages = 8;
  return LayerProbe(executor, step).is_real() ? values.begin()->second.images() : kImages;
}

}  // namespace

void run_with_statistics(const Executor& executor, std::size_t step, Values& values,
                         const PreparedPlan& plan, const UseStatistics& use) {
  const Step& lowered = executor.steps()[step];
  if (!lowered.is_layer() || lowered.batch_norm == nullptr)
    return executor.run(values, step, step + 1, plan);
  const LayerProbe layer(executor, step);
  const Parts parts(values, part_size(executor, step, values));
  std::vector<Tensor> sums(static_cast<std::size_t>(parts.count()));
  const Moments moments = add_sums(parts, none(executor, step), [&](std::int64_t part) {
    return sums[static_cast<std::size_t>(part)] = layer.sums(parts.at(part), plan);
  });
  use(statistics_of(executor, step, plan, moments.front()));
  Values results;
  std::mutex mutex;
  parallel_for(0, parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = begin; part < end; ++part) {
      Values some = parts.at(part);
      layer.run_from_sums(some, std::exchange(sums[static_cast<std::size_t>(part)], {}), plan);
      const std::lock_guard<std::mutex> lock(mutex);
      put(some, parts.first(part), parts.images(), results);
    }
  });
  values = std::move(results);
}

SweepShape sweep_shape(const CimLayer& layer, std::int64_t plans) {
  constexpr std::int64_t kMostImages = 8;
  constexpr std::int64_t kMostPlans = 256;
  constexpr std::int64_t kBytes = std::int64_t{64} << 20;
  const std::int64_t bytes =
      layer.vectors * layer.geometry.out_size() * static_cast<std::int64_t>(sizeof(std::int64_t));
  SweepShape shape;
  shape.plans = std::clamp<std::int64_t>(kBytes / bytes, 1, std::min(kMostPlans, plans));
  shape.images = std::clamp<std::int64_t>(kBytes / (bytes * shape.plans), 1, kMostImages);
  return shape;
}

std::vector<ChannelStatistics> layer_statistics_each(const Executor& executor, std::size_t step,
                                                     const Values& values,
                                                     std::span<const PreparedPlan> plans) {
  const LayerProbe layer(executor, step);
  const SweepShape shape = sweep_shape(layer.cim_layer(), std::ssize(plans));
  const Parts parts(values, shape.images);
  const ChannelMoments of_one(channels_of(executor, step), false);
  std::vector<ChannelStatistics> statistics;
  for (std::int64_t first = 0; first < std::ssize(plans); first += shape.plans) {
    const std::int64_t count = std::min(shape.plans, std::ssize(plans) - first);
    const auto group =
        plans.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    const Moments moments = add_sums(parts, Moments(group.size(), of_one), [&](std::int64_t part) {
      return layer.sums_each(parts.at(part), group);
    });
    for (std::size_t i = 0; i < group.size(); ++i)
      statistics.push_back(statistics_of(executor, step, group[i], moments[i]));
  }
  return statistics;
}

}  // namespace bitline
