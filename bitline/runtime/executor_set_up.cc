// What an Executor knows before it runs: its layers and their places, and plans made ready.
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/mapping/array_settings.h"
#include "bitline/runtime/exact_step.h"
#include "bitline/runtime/executor.h"
#include "bitline/runtime/fixed_layer.h"
#include "bitline/runtime/set_up_progress.h"

namespace bitline {
namespace {

ProgressSink& nobody() {
  static SilentProgress silent;
  return silent;
}

}  // namespace

Executor::Executor(Network network, MacMode mode, const NetworkArrays& array, Engine engine)
    : Executor(std::move(network), mode, array, engine, nobody()) {}

Executor::Executor(Network network, MacMode mode, const NetworkArrays& array, Engine engine,
                   ProgressSink& progress)
    : network_(std::move(network)),
      array_(array),
      steps_(lower(network_)),
      live_(live_values(steps_)),
      places_(place_layers(network_, mode, array)) {
  choose_instruction_set();
  std::map<std::string, IntegerLayer> integers;
  if (mode != MacMode::kFloat)
    for (IntegerLayer& layer : integer_layers(network_)) {
      const std::string name = layer.name;
      integers.emplace(name, std::move(layer));
    }
  const std::map<std::string, Shape> shapes = infer_shapes(network_);
  std::vector<std::size_t> integer_steps;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!steps_[i].is_layer()) continue;
    const Node& node = *steps_[i].node;
    if (places_.at(node.name).place == Place::kReal)
      runners_.emplace(i, LayerRunner::real_numbers(network_, node, shapes.at(node.inputs[0])));
    else
      integer_steps.push_back(i);
  }
  SetUpProgress told(progress, integers);
  for (const std::size_t i : integer_steps) {
    const IntegerLayer& layer = integers.at(steps_[i].node->name);
    const bool is_mapped = places_.at(layer.name).place == Place::kArray;
    const ArraySpec* own = is_mapped ? &array_.of(layer.name) : nullptr;
    runners_.emplace(i, LayerRunner::integers(layer, own, engine));
    told.finished(layer);
  }
  told.end();
  for (const auto& [step, runner] : runners_) affines_[step] = affine_of(step, nullptr);
  choose_targets();
}

void Executor::choose_targets() {
  for (Step& step : steps_)
    if (step.spec_ahead && step.spec_ahead->rule == GridRule::kDivide &&
        has_exact_form(step.node->op))
      step.spec = step.spec_ahead;
  for (const auto& [index, runner] : runners_) {
    Step& step = steps_[index];
    const ArraySpec& array = array_.of(step.node->name);
    if (runner.is_real() || array.requantize != Requantize::kFixed) continue;
    if (!step.spec) step.spec = step.spec_ahead;
    if (const auto target = fixed_target(step, array.requantize_bits)) {
      targets_.emplace(index, *target);
      check_target(index, affines_.at(index), nullptr);
    }
  }
}

void Executor::check_target(std::size_t step, const ChannelAffine& affine,
                            const LayerAdc* adc) const {
  const auto target = targets_.find(step);
  if (target == targets_.end()) return;
  const FixedLimits limits{runners_.at(step).largest_sum(adc)};
  with_context(fmt::format("layer {}", steps_[step].node->name),
               [&] { FixedRequantization(affine, target->second, 0, limits); });
}

ChannelAffine Executor::affine_of(std::size_t step, const LayerAdc* adc) const {
  const LayerRunner& runner = runners_.at(step);
  if (is_by_multiplier(steps_[step]) && !runner.is_real())
    return multiplier_affine(network_, steps_[step], runner.output_scale(nullptr),
                             adc == nullptr ? 1 : adc->unit.to_double(), runner.zero_offset());
  return fold_affine(network_, steps_[step], runner.output_scale(adc), runner.zero_offset(),
                     stored_statistics(network_, steps_[step]));
}

std::vector<const CimLayer*> Executor::cim_layers() const {
  std::vector<const CimLayer*> layers;
  for (const auto& [step, runner] : runners_)
    if (runner.cim() != nullptr) layers.push_back(runner.cim());
  return layers;
}

std::size_t Executor::step_of(std::string_view layer) const {
  for (std::size_t i = 0; i < steps_.size(); ++i)
    if (steps_[i].is_layer() && steps_[i].node->name == layer) return i;
  fail_no_layer(network_, layer);
}

std::map<std::string_view, std::vector<std::string>> Executor::paths(
    const PreparedPlan& plan) const {
  std::map<std::string_view, std::vector<std::string>> paths;
  for (const auto& [step, runner] : runners_) {
    const std::string& layer = steps_[step].node->name;
    const bool stays_exact = runner.cim() == nullptr;
    paths[runner.path(stays_exact ? nullptr : plan.adc_of(layer))].push_back(layer);
  }
  return paths;
}

PreparedPlan Executor::prepare(const AdcPlan& plan) const {
  PreparedPlan prepared;
  for (const auto& [name, planned] : plan.layers)
    check_found_on(plan.array, plan.array_of(name), array_, name);
  for (const auto& [name, planned] : plan.layers) {
    with_context(fmt::format("layer {}", name), [&, &planned = planned, &name = name] {
      const std::size_t step = step_of(name);
      const CimLayer* layer = runners_.at(step).cim();
      if (layer == nullptr)
        fail("the plan has an ADC for it, but the layer stays digital: {}",
             places_.at(name).reason);
      if (planned.sums.minimum != layer->sums.minimum ||
          planned.sums.maximum != layer->sums.maximum)
        fail("the plan covers sums {} to {}, but this array gives {} to {}; search again",
             planned.sums.minimum, planned.sums.maximum, layer->sums.minimum, layer->sums.maximum);
      // The other way round it has levels between the sums too, as plans of older versions do.
      if (planned.sums.step > layer->sums.step)
        fail("the plan covers sums {} apart, but on this array they are {} apart; search again",
             planned.sums.step, layer->sums.step);
      PreparedPlan::Layer& entry = prepared.layers[name];
      entry.adc = make_layer_adc(*layer, planned.spec, planned.sums);
      entry.affine = affine_of(step, &entry.adc);
      check_target(step, entry.affine, &entry.adc);
    });
  }
  return prepared;
}

}  // namespace bitline
