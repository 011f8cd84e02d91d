#include "bitline/pipeline/network_evaluator.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "bitline/pipeline/scoring.h"

namespace bitline {
namespace {

constexpr std::int64_t kBatchImages = 64;

bool same_adc(const AdcPlan& a, const AdcPlan& b, const std::string& layer) {
  const auto in_a = a.layers.find(layer);
  const auto in_b = b.layers.find(layer);
  if (in_a == a.layers.end() || in_b == b.layers.end())
    return in_a == a.layers.end() && in_b == b.layers.end();
  return in_a->second == in_b->second;
}

Values gather(const Values& values, std::span<const std::int64_t> indices) {
  Values part;
  for (const auto& [name, value] : values) part.emplace(name, gather(value, indices));
  return part;
}

/// Calls body(indices) for batches of `indices`.
template <typename Body>
void for_batches(std::span<const std::int64_t> indices, Body&& body) {
  constexpr auto kBatch = static_cast<std::size_t>(kBatchImages);
  for (std::size_t first = 0; first < indices.size(); first += kBatch)
    body(indices.subspan(first, std::min(kBatch, indices.size() - first)));
}

/// Room for all images in the shape of a batch's value.
Value allocate(const Value& batch, std::int64_t images) {
  Shape shape = batch.data.shape();
  shape[0] = images;
  return {Tensor(batch.data.dtype(), shape), batch.quantized, batch.scale};
}

}  // namespace

NetworkEvaluator::NetworkEvaluator(const Executor& executor, const Tensor& images,
                                   std::vector<std::int32_t> targets)
    : executor_(executor), images_(images), targets_(std::move(targets)) {
  BITLINE_CHECK_EQ(images_.dim(0), image_count());
  for (const CimLayer* layer : executor.cim_layers()) {
    layers_.push_back({layer->name, layer->sums.minimum, layer->sums.maximum});
    layer_steps_.push_back(executor.step_of(layer->name));
  }
  restart();
}

void NetworkEvaluator::restart() {
  frontier_ = 0;
  cached_ = executor_.begin(images_);
  cached_plan_ = {};
}

std::size_t NetworkEvaluator::first_difference(const AdcPlan& a, const AdcPlan& b) const {
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (!same_adc(a, b, layers_[i].name)) return layer_steps_[i];
  return executor_.steps().size();
}

void NetworkEvaluator::advance(const AdcPlan& plan, std::size_t step) {
  const PreparedPlan prepared = executor_.prepare(plan);
  std::vector<std::int64_t> all(targets_.size());
  std::iota(all.begin(), all.end(), 0);
  Values moved;
  for_batches(all, [&](std::span<const std::int64_t> batch) {
    Values values = gather(cached_, batch);
    executor_.run(values, frontier_, step, prepared);
    for (const auto& [name, value] : values) {
      if (!moved.contains(name)) moved.emplace(name, allocate(value, image_count()));
      const std::size_t offset =
          static_cast<std::size_t>(batch.front()) * (value.data.byte_size() / batch.size());
      std::ranges::copy(value.data.bytes(),
                        moved.at(name).data.bytes().begin() + static_cast<std::ptrdiff_t>(offset));
    }
  });
  cached_ = std::move(moved);
  cached_plan_ = plan;
  frontier_ = step;
}

/// Plans arrive in runs that differ in one layer: the frontier moves to that layer, and stays while
/// the same plan is asked for again.
void NetworkEvaluator::move_frontier(const AdcPlan& plan) {
  if (first_difference(plan, cached_plan_) < frontier_) restart();
  const std::size_t changed = first_difference(plan, previous_);
  if (changed > frontier_ && changed < executor_.steps().size()) advance(plan, changed);
  previous_ = plan;
}

Score NetworkEvaluator::evaluate(const AdcPlan& plan, std::span<const std::int64_t> images) {
  move_frontier(plan);
  const PreparedPlan prepared = executor_.prepare(plan);
  Score score;
  for_batches(images, [&](std::span<const std::int64_t> batch) {
    Values values = gather(cached_, batch);
    executor_.run(values, frontier_, executor_.steps().size(), prepared);
    std::vector<std::int32_t> targets;
    for (const std::int64_t i : batch) targets.push_back(targets_[static_cast<std::size_t>(i)]);
    score += score_batch(real(values.begin()->second), targets);
  });
  return score;
}

}  // namespace bitline
