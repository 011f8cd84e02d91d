#include "bitline/runtime/executor.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "bitline/base/parallel.h"
#include "bitline/runtime/digital_step.h"

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

}  // namespace

Values Executor::begin(const Tensor& images) const {
  const Shape& shape = std::get<Input>(network_.nodes.front().op).shape;
  if (images.shape().size() != shape.size() + 1 ||
      !std::equal(shape.begin(), shape.end(), images.shape().begin() + 1))
    fail("images of shape {} do not fit the network's input {}", to_string(images.shape()),
         to_string(shape));
  return {{network_.nodes.front().name, quantize({images}, steps_.front().spec)}};
}

const LayerAdc* Executor::adc_of(const Step& step, const PreparedPlan& plan) const {
  const auto layer = plan.layers.find(step.node->name);
  return layer == plan.layers.end() ? nullptr : &layer->second.adc;
}

Tensor Executor::layer_sums(std::size_t step, const Values& values,
                            const PreparedPlan& plan) const {
  return runners_.at(step).run(values.at(steps_[step].node->inputs[0]), adc_of(steps_[step], plan),
                               nullptr);
}

Tensor Executor::layer_sums_each(std::size_t step, const Values& values,
                                 std::span<const PreparedPlan> plans) const {
  const Node& node = *steps_[step].node;
  std::vector<LayerAdc> adcs;
  for (const PreparedPlan& plan : plans) adcs.push_back(plan.layers.at(node.name).adc);
  return runners_.at(step).run_each(values.at(node.inputs[0]), adcs);
}

ReadCount Executor::count_reads(std::size_t step, const Values& values) const {
  const LayerRunner& runner = runners_.at(step);
  const Value& input = values.at(steps_[step].node->inputs[0]);
  return bitline::count_reads(*runner.cim(), runner.rows(input), input.data.data<std::int32_t>());
}

std::vector<std::int64_t> Executor::count_ones(std::size_t step, const Values& values) const {
  const InputStreams& streams = runners_.at(step).cim()->streams;
  std::vector<std::int64_t> ones(static_cast<std::size_t>(streams.count()));
  const Value& input = values.at(steps_[step].node->inputs[0]);
  for (const std::int32_t activation : input.data.data<std::int32_t>())
    for (std::int64_t j = 0; j < streams.count(); ++j)
      if (streams.digit(activation, j) != 0) ++ones[static_cast<std::size_t>(j)];
  return ones;
}

std::vector<double> Executor::output_scale(std::size_t step, const PreparedPlan& plan) const {
  return runners_.at(step).output_scale(adc_of(steps_[step], plan));
}

Value Executor::run_layer(std::size_t index, const Values& values, const PreparedPlan& plan,
                          HistogramMap* histograms) const {
  const Step& step = steps_[index];
  const LayerRunner& runner = runners_.at(index);
  const Value& input = values.at(step.node->inputs[0]);
  const auto planned = plan.layers.find(step.node->name);
  const bool analog = planned != plan.layers.end();
  LayerHistogram* histogram = nullptr;
  if (histograms != nullptr && histograms->contains(step.node->name))
    histogram = &histograms->at(step.node->name);
  const LayerAdc* adc = analog ? &planned->second.adc : nullptr;
  const bool one_stream = analog && plan.stream;
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
  return finish_layer(step, sums, runners_.at(index).output_shape(input), affine, addend);
}

void Executor::run_from_sums(Values& values, std::size_t step, const Tensor& sums,
                             const PreparedPlan& plan) const {
  values[steps_[step].output] = finish(step, sums, values, plan);
  drop_dead(values, step + 1);
}

Value Executor::run_step(std::size_t index, const Values& values, const PreparedPlan& plan,
                         HistogramMap* histograms) const {
  const Step& step = steps_[index];
  if (step.is_layer()) return run_layer(index, values, plan, histograms);
  if (std::holds_alternative<Input>(step.node->op)) return values.at(step.node->name);
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

HistogramMap Executor::make_histograms(bool by_tile) const {
  HistogramMap histograms;
  for (const CimLayer* layer : cim_layers())
    histograms.emplace(layer->name, LayerHistogram(*layer, by_tile));
  return histograms;
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
    if (histograms != nullptr && !histograms->empty())
      counts = make_histograms(histograms->begin()->second.by_tile());
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
  const Value* addend = step.addend ? &values.at(*step.addend) : nullptr;
  const std::int64_t images = input.images();
  const Tensor sums = layer_sums_each(index, values, plans);
  const std::int64_t rows = runner.rows(input);

  Values results;
  for (std::int64_t p = 0; p < std::ssize(plans); ++p) {
    const PreparedPlan& plan = plans[static_cast<std::size_t>(p)];
    Values part = values;
    part[step.output] =
        finish_layer(step, sums.slice(p * rows, (p + 1) * rows), runner.output_shape(input),
                     plan.layers.at(step.node->name).affine, addend);
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
