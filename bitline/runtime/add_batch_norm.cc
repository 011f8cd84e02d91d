#include "bitline/runtime/add_batch_norm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "bitline/quantize/fold_batch_norm.h"
#include "bitline/runtime/layer_statistics.h"
#include "bitline/runtime/lowering.h"
#include "bitline/runtime/stays_digital.h"

namespace bitline {
namespace {

constexpr std::array<std::string_view, 4> kRoles{"scale", "shift", "mean", "variance"};

std::string key_of(const std::string& norm, std::string_view role) {
  return fmt::format("{}.{}", norm, role);
}

std::string added_name(const std::string& layer) { return layer + ".batch_norm"; }

std::string unused_name(const Network& network, const std::string& wanted) {
  const auto is_used = [&network](const std::string& name) {
    const auto has_name = [&name](const Node& node) { return node.name == name; };
    const auto has_tensor = [&](std::string_view role) {
      return network.tensors.contains(key_of(name, role));
    };
    return std::ranges::any_of(network.nodes, has_name) || std::ranges::any_of(kRoles, has_tensor);
  };
  std::string name = wanted;
  for (int i = 2; is_used(name); ++i) name = wanted + std::to_string(i);
  return name;
}

/// A batch-norm of scale and variance 1 behind the layer, which its readers read from here on.
/// Returns its name.
std::string insert_behind(Network& network, const std::string& layer) {
  Node norm{unused_name(network, added_name(layer)), BatchNorm{}, {layer}, {}};
  const std::size_t at = network.index_of(layer);
  const std::int64_t channels = network.parameter(network.nodes[at], "weight").dim(0);
  for (const std::string_view role : kRoles) {
    const std::string key = key_of(norm.name, role);
    norm.parameters.emplace(role, key);
    Tensor& tensor = network.tensors[key] = Tensor(DType::kF32, {channels});
    std::ranges::fill(tensor.data<float>(), role == "scale" || role == "variance" ? 1.0F : 0.0F);
  }
  for (Node& node : network.nodes) std::ranges::replace(node.inputs, layer, norm.name);
  if (auto grid = network.quant.extract(layer)) {
    grid.key() = norm.name;
    network.quant.insert(std::move(grid));
  }
  network.nodes.insert(network.nodes.begin() + static_cast<std::ptrdiff_t>(at) + 1, norm);
  return norm.name;
}

/// Statistics as measured, and scale and shift that take them out again.
void set_to_identity(Network& network, const Node& norm, const ChannelStatistics& measured) {
  const double epsilon = std::get<BatchNorm>(norm.op).epsilon;
  const auto of = [&](std::string_view role) {
    return network.parameter(norm, role).data<float>();
  };
  for (std::size_t c = 0; c < measured.mean.size(); ++c) {
    of("mean")[c] = of("shift")[c] = static_cast<float>(measured.mean[c]);
    of("variance")[c] = static_cast<float>(measured.variance[c]);
    of("scale")[c] = identity_scale(of("variance")[c], epsilon);
  }
}

}  // namespace

bool is_added_batch_norm(const Node& node) {
  return std::holds_alternative<BatchNorm>(node.op) &&
         node.name.starts_with(added_name(node.inputs.front()));
}

bool has_batch_norm(const Network& network) {
  return std::ranges::any_of(lower(network), [](const Step& step) {
    return step.is_layer() && step.batch_norm != nullptr;
  });
}

std::vector<std::string> layers_without_batch_norm(const Network& network,
                                                   const NetworkArrays& array) {
  const std::map<std::string, PlaceAndReason> places =
      place_layers(network, MacMode::kAnalog, array);
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  std::vector<std::string> layers;
  for (const Step& step : lower(network)) {
    if (!step.is_layer() || step.batch_norm != nullptr) continue;
    const std::string& name = step.node->name;
    if (places.at(name).place == Place::kArray && has_channels_first(*step.node, shapes.at(name)))
      layers.push_back(name);
  }
  return layers;
}

Network add_batch_norm(const Network& network, const NetworkArrays& array, Engine engine,
                       const Tensor& images, const Job& job) {
  Network with_norms = network;
  std::map<std::string, std::string> norms;  // by layer
  for (const std::string& layer : layers_without_batch_norm(network, array))
    norms[layer] = insert_behind(with_norms, layer);
  if (norms.empty()) return network;
  const Executor lossless(with_norms, MacMode::kLossless, array, engine, job.progress);
  const std::size_t steps = lossless.steps().size();
  job.progress.begin("outputs of layers without batch-norm", static_cast<std::int64_t>(steps));
  Values values = lossless.begin(images);
  for (std::size_t i = 0; i < steps; ++i) {
    job.cancellation.check();
    const Step& step = lossless.steps()[i];
    run_with_statistics(lossless, i, values, {}, [&](const ChannelStatistics& measured) {
      if (const auto added = norms.find(step.node->name); added != norms.end())
        set_to_identity(with_norms, with_norms.node(added->second), measured);
    });
    job.progress.update(static_cast<std::int64_t>(i + 1), step.output);
  }
  job.progress.end();
  return with_norms;
}

}  // namespace bitline
