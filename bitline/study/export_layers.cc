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
  if (plan) refuse_column_bias(*plan, "NPZ");
  std::map<std::string, std::vector<CodeTable>> tables;
  for (const auto& [name, layer] : prepare(executor, plan).layers) tables[name] = layer.adc.tables;
  return layers_npz(executor.cim_layers(), tables);
}

std::vector<GoldenLayer> golden_layers(const Executor& executor, const GoldenRequest& request,
                                       const Tensor& images) {
  check_any_on_array(executor);
  if (request.plan) refuse_column_bias(*request.plan, "golden vectors");
  const PreparedPlan plan = prepare(executor, request.plan);
  const auto names = layers_on_array(executor, request.layers, "golden vectors");
  const std::set<std::string> wanted(names.begin(), names.end());
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

BalancedPart first_images(const RunConfig& config, std::int64_t count, const Job& job) {
  const DataConfig& data = config.data;
  BalancedPart sample =
      load_balanced_part(data, Split::kTrain, data.images_per_class, config.seed, job);
  if (count < 1 || count > sample.data.size())
    fail_usage("{} images; the search sample has 1 to {}, see data.images_per_class", count,
               sample.data.size());
  std::vector<std::int64_t> first(static_cast<std::size_t>(count));
  std::iota(first.begin(), first.end(), 0);
  sample.data = subset(sample.data, first);
  sample.indices.resize(first.size());
  return sample;
}

void export_golden(const Network& network, const RunConfig& config, const GoldenRequest& request,
                   const std::filesystem::path& folder, const Job& job) {
  const Executor executor(network, MacMode::kAnalog, config.array, config.engine, job.progress);
  const BalancedPart sample = first_images(config, request.images, job);
  const Tensor images = normalized_images(network, sample.data, config.data);
  const GoldenOrigin origin{network.name, content_hash(network),
                            request.plan ? content_hash(*request.plan) : "", config.seed,
                            sample.indices};
  write_golden(folder, origin, golden_layers(executor, request, images), job);
}

}  // namespace bitline
