#include "bitline/study/export_layers.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "bitline/base/fail.h"
#include "bitline/data/class_balanced_sample.h"
#include "bitline/exporter/npz.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"

namespace bitline {
namespace {

PreparedPlan prepare(const Executor& executor, const std::optional<AdcPlan>& plan) {
  return plan ? executor.prepare(*plan) : PreparedPlan{};
}

/// Every vector of a fully connected layer counts as an image.
Tensor as_images(const Tensor& integers, const CimLayer& layer) {
  const ConvGeometry& g = layer.geometry;
  return integers.reshaped({integers.size() / g.in_size(), g.in_channels, g.in_height, g.in_width});
}

}  // namespace

std::vector<std::byte> export_npz(const Network& network, const NetworkArrays& array,
                                  const std::optional<AdcPlan>& plan, ProgressSink& progress) {
  const Executor executor(network, MacMode::kAnalog, array, Engine::kReference, progress);
  check_any_on_array(executor);
  std::map<std::string, std::vector<CodeTable>> tables;
  for (const auto& [name, layer] : prepare(executor, plan).layers) tables[name] = layer.adc.tables;
  return layers_npz(executor.cim_layers(), tables);
}

std::vector<GoldenLayer> golden_layers(const Executor& executor, const GoldenRequest& request,
                                       const Tensor& images) {
  check_any_on_array(executor);
  check_on_array(executor, request.layers, "golden vectors");
  const PreparedPlan plan = prepare(executor, request.plan);
  const std::set<std::string> wanted(request.layers.begin(), request.layers.end());
  std::vector<GoldenLayer> layers;
  std::size_t step = 0;
  Values values = executor.begin(images);
  for (const CimLayer* layer : executor.cim_layers()) {
    if (!wanted.empty() && !wanted.contains(layer->name)) continue;
    const std::size_t next = executor.step_of(layer->name);
    executor.run(values, step, next, plan);
    step = next;
    const Value& input = values.at(executor.steps()[step].node->inputs[0]);
    const auto planned = plan.layers.find(layer->name);
    layers.push_back({layer,
                      planned != plan.layers.end()
                          ? planned->second.adc
                          : make_layer_adc(*layer, lossless_table(layer->sums)),
                      as_images(input.data, *layer)});
  }
  return layers;
}

Tensor first_images(const Network& network, const RunConfig& config, std::int64_t count,
                    const Job& job) {
  const Dataset sample = load_search_sample(config.data, config.seed, job);
  if (count < 1 || count > sample.size())
    fail_usage("{} images; the search sample has 1 to {}, see data.images_per_class", count,
               sample.size());
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return normalized_images(network, subset(sample, indices), config.data);
}

void export_golden(const Network& network, const RunConfig& config, const GoldenRequest& request,
                   const std::filesystem::path& folder, const Job& job) {
  const Executor executor(network, MacMode::kAnalog, config.array, config.engine, job.progress);
  const Tensor images = first_images(network, config, request.images, job);
  write_golden(folder, network.name, golden_layers(executor, request, images), job);
}

}  // namespace bitline
