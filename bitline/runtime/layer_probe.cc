#include "bitline/runtime/layer_probe.h"

#include <algorithm>

#include "bitline/kernels/fused_layer.h"

namespace bitline {

LayerProbe::LayerProbe(const Executor& executor, std::size_t step)
    : executor_(executor), step_(step), runner_(executor.runners_.at(step)) {}

Tensor LayerProbe::sums(const Values& values, const PreparedPlan& plan) const {
  return runner_.run(input(values), plan.adc_of(node().name), nullptr);
}

Tensor LayerProbe::sums_each(const Values& values, std::span<const PreparedPlan> plans) const {
  return executor_.sums_each(step_, values, plans);
}

void LayerProbe::run_from_sums(Values& values, const Tensor& sums, const PreparedPlan& plan) const {
  values[executor_.steps()[step_].output] = executor_.finish(step_, sums, values, plan);
  executor_.drop_dead(values, step_ + 1);
}

std::vector<double> LayerProbe::output_scale(const PreparedPlan& plan) const {
  return runner_.output_scale(plan.adc_of(node().name));
}

void LayerProbe::count_columns(const Values& values, ColumnHistogram& histogram) const {
  const Value& activations = input(values);
  FusedLayer(cim_layer())
      .count_columns(runner_.rows(activations), activations.data.data<std::int32_t>(), histogram);
}

ReadCount LayerProbe::count_reads(const Values& values) const {
  const Value& activations = input(values);
  return bitline::count_reads(cim_layer(), runner_.rows(activations),
                              activations.data.data<std::int32_t>());
}

std::vector<std::int64_t> LayerProbe::count_ones(const Values& values) const {
  const InputStreams& streams = cim_layer().streams;
  std::vector<std::int64_t> ones(static_cast<std::size_t>(streams.count()));
  for (const std::int32_t activation : input(values).data.data<std::int32_t>())
    for (std::int64_t j = 0; j < streams.count(); ++j)
      if (streams.digit(activation, j) != 0) ++ones[static_cast<std::size_t>(j)];
  return ones;
}

bool streams_are_apart(const Executor& executor, const PreparedPlan& plan) {
  return std::ranges::all_of(plan.layers, [&executor](const auto& layer) {
    return LayerProbe(executor, executor.step_of(layer.first)).pads_with_zero();
  });
}

HistogramMap make_histograms(const Executor& executor, bool by_tile) {
  HistogramMap histograms;
  for (const CimLayer* layer : executor.cim_layers())
    histograms.emplace(layer->name, LayerHistogram(*layer, by_tile));
  return histograms;
}

}  // namespace bitline
