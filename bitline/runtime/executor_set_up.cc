// What an Executor knows before it runs, and what it can be told to change: its layers, plans and
// batch-norm statistics.
#include <algorithm>
#include <utility>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/nearest_name.h"
#include "bitline/mapping/array_settings.h"
#include "bitline/runtime/executor.h"
#include "bitline/runtime/set_up_progress.h"

namespace bitline {
namespace {

ProgressSink& nobody() {
  static SilentProgress silent;
  return silent;
}

}  // namespace

Executor::Executor(Network network, MacMode mode, const ArraySpec& array, Engine engine)
    : Executor(std::move(network), mode, array, engine, nobody()) {}

Executor::Executor(Network network, MacMode mode, const ArraySpec& array, Engine engine,
                   ProgressSink& progress)
    : network_(std::move(network)), steps_(lower(network_)), live_(live_values(steps_)) {
  std::map<std::string, IntegerLayer> integers;
  std::string first;  // of them, in the network's order, as attach_quantizers() takes them
  std::string last;
  if (mode != MacMode::kFloat)
    for (IntegerLayer& layer : integer_layers(network_)) {
      last = layer.name;
      if (first.empty()) first = last;
      integers.emplace(last, std::move(layer));
    }
  const std::map<std::string, Shape> shapes = infer_shapes(network_);
  std::vector<std::size_t> integer_steps;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!steps_[i].is_layer()) continue;
    if (integers.contains(steps_[i].node->name)) {
      integer_steps.push_back(i);
    } else {
      const Node& node = *steps_[i].node;
      runners_.emplace(i, LayerRunner::real_numbers(network_, node, shapes.at(node.inputs[0])));
    }
  }
  SetUpProgress told(progress, integers);
  for (const std::size_t i : integer_steps) {
    const IntegerLayer& layer = integers.at(steps_[i].node->name);
    const bool is_digital =
        (layer.name == first && array.first_layer == LayerPolicy::kDigitalInteger) ||
        (layer.name == last && array.last_layer == LayerPolicy::kDigitalInteger);
    const bool is_mapped = mode == MacMode::kAnalog && !is_digital;
    runners_.emplace(i, LayerRunner::integers(layer, is_mapped ? &array : nullptr, engine));
    told.finished(layer);
  }
  told.end();
  for (const auto& [step, runner] : runners_) affines_[step] = affine_of(step, nullptr);
}

ChannelAffine Executor::affine_of(std::size_t step, const LayerAdc* adc) const {
  return affine_of(step, adc, stored_statistics(network_, steps_[step]));
}

ChannelAffine Executor::affine_of(std::size_t step, const LayerAdc* adc,
                                  const NormStatistics& statistics) const {
  const LayerRunner& runner = runners_.at(step);
  return fold_affine(network_, steps_[step], runner.output_scale(adc), runner.zero_offset(),
                     statistics);
}

std::vector<const CimLayer*> Executor::cim_layers() const {
  std::vector<const CimLayer*> layers;
  for (const auto& [step, runner] : runners_)
    if (runner.cim() != nullptr) layers.push_back(runner.cim());
  return layers;
}

std::size_t Executor::step_of(std::string_view layer) const {
  std::vector<std::string> known;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!steps_[i].is_layer()) continue;
    if (steps_[i].node->name == layer) return i;
    known.push_back(steps_[i].node->name);
  }
  const std::string nearest = nearest_name(layer, known);
  fail("network '{}' has no layer '{}'; {}", network_.name, layer,
       nearest.empty() ? fmt::format("its layers are {}", fmt::join(known, ", "))
                       : fmt::format("the nearest name is '{}'", nearest));
}

PreparedPlan Executor::prepare(const AdcPlan& plan) const {
  PreparedPlan prepared;
  if (const auto mapped = cim_layers(); !mapped.empty())
    check_found_on(plan.array, mapped.front()->array);
  for (const auto& [name, planned] : plan.layers) {
    with_context(fmt::format("layer {}", name), [&, &planned = planned, &name = name] {
      const std::size_t step = step_of(name);
      const CimLayer* layer = runners_.at(step).cim();
      if (layer == nullptr)
        fail(
            "the plan has an ADC for it, but the layer stays digital; see array.first_layer and "
            "array.last_layer");
      if (planned.minimum != layer->sums.minimum || planned.maximum != layer->sums.maximum)
        fail("the plan covers sums {} to {}, but this array gives {} to {}; search again",
             planned.minimum, planned.maximum, layer->sums.minimum, layer->sums.maximum);
      PreparedPlan::Layer& entry = prepared.layers[name];
      entry.adc = make_layer_adc(
          *layer, make_stream_tables(planned.spec, planned.minimum, planned.maximum));
      entry.affine = affine_of(step, &entry.adc);
    });
  }
  return prepared;
}

bool Executor::streams_are_apart(const PreparedPlan& plan) const {
  return std::ranges::all_of(plan.layers, [this](const auto& layer) {
    return runners_.at(step_of(layer.first)).pads_with_zero();
  });
}

void Executor::set_bias(std::size_t step, const Tensor& bias) {
  network_.parameter(*steps_[step].node, "bias") = bias;
  affines_[step] = affine_of(step, nullptr);
}

void Executor::set_statistics(std::size_t step, const NormStatistics& statistics,
                              PreparedPlan& plan) {
  const Step& changed = steps_[step];
  network_.parameter(*changed.batch_norm, "mean") = statistics.mean;
  network_.parameter(*changed.batch_norm, "variance") = statistics.variance;
  affines_[step] = affine_of(step, nullptr);
  if (plan.layers.contains(changed.node->name)) use_statistics(step, statistics, plan);
}

void Executor::use_statistics(std::size_t step, const NormStatistics& statistics,
                              PreparedPlan& plan) const {
  PreparedPlan::Layer& layer = plan.layers.at(steps_[step].node->name);
  layer.affine = affine_of(step, &layer.adc, statistics);
}

}  // namespace bitline
