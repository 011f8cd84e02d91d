#include "bitline/runtime/executor.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/graph/regroups_axes.h"
#include "bitline/runtime/digital_step.h"
#include "bitline/runtime/exact_step.h"
#include "bitline/runtime/fixed_layer.h"

namespace bitline {

namespace {

/// So few that their values stay in the caches, and enough parts for all threads to be busy.
std::int64_t images_at_once(std::int64_t images) {
  constexpr std::int64_t kMost = 16;
  constexpr std::int64_t kPartsPerThread = 4;
  const std::int64_t threads = free_thread_count();
  if (threads == 1) return kMost;
  return std::clamp<std::int64_t>(images / (kPartsPerThread * threads), 1, kMost);
}

/// What a thread counts into before it adds that to `histograms`.
HistogramMap empty_ones_like(const HistogramMap& histograms,
                             const std::vector<const CimLayer*>& layers) {
  HistogramMap empty;
  for (const CimLayer* layer : layers)
    if (const auto like = histograms.find(layer->name); like != histograms.end())
      empty.emplace(layer->name, LayerHistogram(*layer, like->second.by_tile()));
  return empty;
}

}  // namespace

Values Executor::begin(const Tensor& images) const {
  const Shape& shape = std::get<Input>(network_.nodes.front().op).shape;
  const Shape& given = images.shape();
  if (given.size() < 2 || !regroups_axes({given.begin() + 1, given.end()}, shape))
    fail("images of shape {} do not fit the network's input {}", to_string(given),
         to_string(shape));
  Shape taken = shape;
  taken.insert(taken.begin(), images.dim(0));
  return {{network_.nodes.front().name, quantize({images.reshaped(taken)}, steps_.front().spec)}};
}

Tensor Executor::sums_each(std::size_t step, const Values& values,
                           std::span<const PreparedPlan> plans) const {
  const Node& node = *steps_[step].node;
  std::vector<LayerAdc> adcs;
  for (const PreparedPlan& plan : plans) adcs.push_back(plan.layers.at(node.name).adc);
  return runners_.at(step).run_each(values.at(node.inputs[0]), adcs);
}

Value Executor::run_layer(std::size_t index, const Values& values, const PreparedPlan& plan,
                          HistogramMap* histograms) const {
  const Step& step = steps_[index];
  const LayerRunner& runner = runners_.at(index);
  const Value& input = values.at(step.node->inputs[0]);
  LayerHistogram* histogram = nullptr;
  if (histograms != nullptr && histograms->contains(step.node->name))
    histogram = &histograms->at(step.node->name);
  const LayerAdc* adc = plan.adc_of(step.node->name);
  const bool one_stream = adc != nullptr && plan.stream;
  const Tensor sums =
      one_stream ? runner.run_stream(input, *adc, *plan.stream) : runner.run(input, adc, histogram);
  return finish(index, sums, values, plan);
}

Value Executor::finish(std::size_t index, const Tensor& sums, const Values& values,
                       const PreparedPlan& plan) const {
  const Step& step = steps_[index];
  const Value& input = values.at(step.node->inputs[0]);
  const auto planned = plan.layers.find(step.node->name);
  const bool analog = planned != plan.layers.end() && !plan.stream;
  const ChannelAffine& affine = analog ? planned->second.affine : affines_.at(index);
  const Value* addend = step.addend ? &values.at(*step.addend) : nullptr;
  const LayerRunner& runner = runners_.at(index);
  const auto target = targets_.find(index);
  // Sums of one stream are no whole numbers.
  if (target == targets_.end() || (planned != plan.layers.end() && plan.stream))
    return finish_layer(step, sums, runner.output_shape(input), affine, addend);
  const LayerAdc* adc = analog ? &planned->second.adc : nullptr;
  return finish_fixed(step, target->second, sums, runner.output_shape(input), affine, addend,
                      runner.largest_sum(adc));
}

Value Executor::run_step(std::size_t index, const Values& values, const PreparedPlan& plan,
                         HistogramMap* histograms) const {
  const Step& step = steps_[index];
  if (step.is_layer()) return run_layer(index, values, plan, histograms);
  if (std::holds_alternative<Input>(step.node->op)) return values.at(step.node->name);
  if (std::optional<Value> exact = run_exactly(step, values)) return *std::move(exact);
  return quantize(run_digital(network_, *step.node, values), step.spec);
}

void Executor::drop_dead(Values& values, std::size_t next_step) const {
  std::erase_if(values, [&](const auto& entry) {
    return !std::ranges::binary_search(live_[next_step], entry.first);
  });
}

void Executor::run_steps(Values& values, std::size_t first, std::size_t last,
                         const PreparedPlan& plan, HistogramMap* histograms) const {
  for (std::size_t i = first; i < last; ++i) {
    values[steps_[i].output] = run_step(i, values, plan, histograms);
    drop_dead(values, i + 1);
  }
}

void Executor::run(Values& values, std::size_t first, std::size_t last, const PreparedPlan& plan,
                   HistogramMap* histograms) const {
  const std::int64_t images = values.begin()->second.images();
  const std::int64_t size = images_at_once(images);
  // Fewer images than threads: each step divides its own work.
  if (images <= size || images < free_thread_count())
    return run_steps(values, first, last, plan, histograms);
  Values results;
  std::mutex mutex;
  parallel_for(0, ceil_div(images, size), 1, [&](std::int64_t begin, std::int64_t end) {
    HistogramMap counts;
    if (histograms != nullptr) counts = empty_ones_like(*histograms, cim_layers());
    for (std::int64_t start = begin * size; start < std::min(end * size, images); start += size) {
      Values part = slice(values, start, std::min(start + size, images));
      run_steps(part, first, last, plan, histograms != nullptr ? &counts : nullptr);
      const std::lock_guard<std::mutex> lock(mutex);
      put(part, start, images, results);
    }
    const std::lock_guard<std::mutex> lock(mutex);
    for (const auto& [name, histogram] : counts) histograms->at(name).add(histogram);
  });
  values = std::move(results);
}

Values Executor::run_each(const Values& values, std::size_t index,
                          std::span<const PreparedPlan> plans) const {
  const Step& step = steps_[index];
  const LayerRunner& runner = runners_.at(index);
  const Value& input = values.at(step.node->inputs[0]);
  const std::int64_t images = input.images();
  const Tensor sums = sums_each(index, values, plans);
  const std::int64_t rows = runner.rows(input);

  Values results;
  for (std::int64_t p = 0; p < std::ssize(plans); ++p) {
    const PreparedPlan& plan = plans[static_cast<std::size_t>(p)];
    Values part = values;
    part[step.output] = finish(index, sums.slice(p * rows, (p + 1) * rows), values, plan);
    drop_dead(part, index + 1);
    put(part, p * images, images * std::ssize(plans), results);
  }
  return results;
}

Tensor Executor::logits(const Tensor& images, const PreparedPlan& plan,
                        HistogramMap* histograms) const {
  Values values = begin(images);
  run(values, 0, steps_.size(), plan, histograms);
  return real(values.at(steps_.back().output));
}

}  // namespace bitline
