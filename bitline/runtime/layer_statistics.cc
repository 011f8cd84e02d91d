#include "bitline/runtime/layer_statistics.h"

#include <algorithm>
#include <mutex>

#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"

namespace bitline {
namespace {

std::size_t channels_of(const Executor& executor, std::size_t step) {
  const Tensor& weight = executor.network().parameter(*executor.steps()[step].node, "weight");
  return static_cast<std::size_t>(weight.dim(0));
}

ChannelStatistics statistics_of(const Executor& executor, std::size_t step,
                                const PreparedPlan& plan, const ChannelMoments& moments) {
  if (moments.count() < 2)
    fail(
        "layer {}: one image gives one value per channel, which has no variance; recalibrate on "
        "at least 2 images",
        executor.steps()[step].node->name);
  return moments.statistics(executor.output_scale(step, plan));
}

using Moments = std::vector<ChannelMoments>;

/// Adds the sums that `sums_of` gives for parts of at most `size` images, those of one plan behind
/// those of the other, to the plans' `moments`, on all threads.
template <typename SumsOf>
Moments add_sums(const Values& values, std::int64_t size, Moments moments, const SumsOf& sums_of) {
  const std::int64_t images = values.begin()->second.images();
  const Moments none = moments;
  std::mutex mutex;
  parallel_for(0, ceil_div(images, size), 1, [&](std::int64_t begin, std::int64_t end) {
    Moments own = none;
    for (std::int64_t part = begin; part < end; ++part) {
      const Tensor sums = sums_of(slice(values, part * size, std::min((part + 1) * size, images)));
      const std::int64_t rows = sums.dim(0) / std::ssize(own);
      for (std::int64_t plan = 0; plan < std::ssize(own); ++plan)
        own[static_cast<std::size_t>(plan)].add(sums.slice(plan * rows, (plan + 1) * rows));
    }
    const std::lock_guard<std::mutex> lock(mutex);
    for (std::size_t plan = 0; plan < own.size(); ++plan) moments[plan].add(own[plan]);
  });
  return moments;
}

}  // namespace

ChannelStatistics layer_statistics(const Executor& executor, std::size_t step, const Values& values,
                                   const PreparedPlan& plan) {
  constexpr std::int64_t kImages = 8;
  const bool is_real = executor.is_real(step);
  // Sums of real numbers would depend on how they are parted.
  const std::int64_t size = is_real ? values.begin()->second.images() : kImages;
  const Moments none{ChannelMoments(channels_of(executor, step), is_real)};
  const Moments moments = add_sums(values, size, none, [&](const Values& part) {
    return executor.layer_sums(step, part, plan);
  });
  return statistics_of(executor, step, plan, moments.front());
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
  const SweepShape shape = sweep_shape(executor.cim_layer(step), std::ssize(plans));
  const ChannelMoments none(channels_of(executor, step), false);
  std::vector<ChannelStatistics> statistics;
  for (std::int64_t first = 0; first < std::ssize(plans); first += shape.plans) {
    const std::int64_t count = std::min(shape.plans, std::ssize(plans) - first);
    const auto group =
        plans.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    const Moments moments =
        add_sums(values, shape.images, Moments(group.size(), none),
                 [&](const Values& part) { return executor.layer_sums_each(step, part, group); });
    for (std::size_t i = 0; i < group.size(); ++i)
      statistics.push_back(statistics_of(executor, step, group[i], moments[i]));
  }
  return statistics;
}

}  // namespace bitline
