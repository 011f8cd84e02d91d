#include "bitline/study/inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/hash.h"
#include "bitline/base/nearest_name.h"
#include "bitline/data/normalizer.h"
#include "bitline/graph/network_file.h"
#include "bitline/graph/regroups_axes.h"
#include "bitline/mapping/default_array.h"
#include "bitline/runtime/executor.h"

namespace bitline {
namespace {

Shape shape_of_image(const Dataset& dataset) {
  return {dataset.images.shape().begin() + 1, dataset.images.shape().end()};
}

std::string where_from(const Dataset& dataset) {
  return dataset.source.empty() ? "" : dataset.source + ": ";
}

/// Bytes are divided by 255 before mean and deviation count, and no mean of theirs is above 1.
void check_for_bytes(const ChosenNormalization& chosen, const Network& network,
                     const Dataset& dataset) {
  if (dataset.images.dtype() != DType::kU8) return;
  const auto& [means, deviations] = chosen.values;
  const auto above_one = [](float value) { return value > 1; };
  const bool mean = std::ranges::any_of(means, above_one);
  if (!mean && std::ranges::none_of(deviations, above_one)) return;
  // Beside means of 0 … 255, a deviation of 1 leaves values of that size as they are.
  const auto meant = [mean](float value) {
    return value > 1 || (mean && value == 1) ? value / 255 : value;
  };
  Normalization scaled = chosen.values;
  if (mean) std::ranges::transform(means, scaled.mean.begin(), [](float m) { return m / 255; });
  std::ranges::transform(deviations, scaled.deviation.begin(), meant);
  fail_usage(
      "data.{} = [{:g}]{}: {}the images are bytes, which are divided by 255 first, so that neither "
      "is above 1; these seem to be for 0 to 255. Probably meant: mean = [{:.4g}], deviation = "
      "[{:.4g}]",
      mean ? "mean" : "deviation", fmt::join(mean ? means : deviations, ", "),
      chosen.source == NormalizationSource::kNetwork
          ? fmt::format(" (of network '{}')", network.name)
          : "",
      where_from(dataset), fmt::join(scaled.mean, ", "), fmt::join(scaled.deviation, ", "));
}

}  // namespace

Network load_network(const ModelConfig& model) {
  if (model.given) return *model.given;
  if (!model.file.empty())
    return load_network(model.file, model.names_input ? model.options.input : Shape{});
  Network network = make_model(model.name, model.options);
  if (model.weights.empty()) return network;
  const StateDict state = read_state_dict(model.weights);
  return with_context(model.weights.string(),
                      [&] { return load_weights(network, state, model.matching); });
}

Network load_network(RunConfig& config) {
  Network network = load_network(config.model);
  check_layer_names(config, network);
  take_default_encoding(config, network);
  return network;
}

void check_layer_names(const RunConfig& config, const Network& network) {
  const auto check = [&network](std::string_view table, const auto& layers) {
    for (const auto& entry : layers)
      if (std::ranges::none_of(network.nodes, [&entry](const Node& node) {
            return is_layer(node) && node.name == entry.first;
          }))
        with_context(table, [&] { fail_no_layer(network, entry.first, ErrorKind::kUsage); });
  };
  check("array.layers", config.array.layers);
  check("adc.layers", config.adc.layers);
}

void take_default_encoding(RunConfig& config, const Network& network) {
  const Encoding encoding = default_array(network).encoding;
  if (config.names_encoding || encoding == config.array.common.encoding) return;
  Config used = Config::from_text(config.as_used, "the configuration as used");
  used.set(fmt::format("array.encoding={}", name_of(encoding)));
  config.array = read_array(used.root().table("array"));  // for layers that name none, too
  config.as_used = used.to_toml();
}

std::string content_hash(const Network& network) {
  return sha256(serialize_safetensors(to_safetensors(network)));
}

std::string content_hash(const Dataset& dataset) {
  return sha256(sha256(dataset.images.bytes()) + sha256(std::as_bytes(std::span(dataset.labels))));
}

void check_any_on_array(const Executor& executor) {
  if (executor.cim_layers().empty())
    fail_usage(
        "no layer of network '{}' lies on the array, so that it has no ADC; its first and last "
        "layer do where first_layer and last_layer of the array are \"mapped\"",
        executor.network().name);
}

namespace {

std::vector<std::string> names_on_array(const Executor& executor) {
  std::vector<std::string> names;
  for (const CimLayer* layer : executor.cim_layers()) names.push_back(layer->name);
  return names;
}

[[noreturn]] void fail_not_on_array(const Executor& executor, const std::string& layer,
                                    std::string_view choice) {
  fail_usage(
      "{}: '{}' is no layer on the array; there are: {}; the first and the last lie there where "
      "first_layer and last_layer of the array are \"mapped\"",
      choice, layer, fmt::join(names_on_array(executor), ", "));
}

}  // namespace

void check_on_array(const Executor& executor, const std::string& layer, std::string_view choice) {
  const std::vector<std::string> names = names_on_array(executor);
  if (std::ranges::find(names, layer) == names.end()) fail_not_on_array(executor, layer, choice);
}

std::vector<std::string> layers_on_array(const Executor& executor,
                                         const std::vector<std::string>& wanted,
                                         std::string_view choice) {
  const std::vector<Node>& nodes = executor.network().nodes;
  std::vector<std::string> layers;
  for (const std::string& name : wanted) {
    // The whole name of a layer that is not on the array means that one.
    if (std::ranges::find(nodes, name, &Node::name) != nodes.end())
      check_on_array(executor, name, choice);
    const std::vector<std::string> meant = names_meant(name, names_on_array(executor));
    if (meant.empty()) fail_not_on_array(executor, name, choice);
    if (meant.size() > 1)
      fail_usage("{}: '{}' can be {} layers: {}; give more of the name", choice, name, meant.size(),
                 fmt::join(meant, ", "));
    layers.push_back(meant[0]);
  }
  return layers;
}

std::int64_t class_count(const Network& network) {
  const Shape answer = infer_shapes(network).at(network.nodes.back().name);
  if (answer.size() != 1)
    fail_usage("network '{}' answers with {} and not with one number for each class", network.name,
               to_string(answer));
  return answer[0];
}

void check_fit(const Network& network, const Dataset& dataset) {
  const std::map<std::string, Shape> shapes = infer_shapes(network);
  const Shape& input = shapes.at(network.nodes.front().name);
  const Shape image = shape_of_image(dataset);
  if (!regroups_axes(image, input))
    fail_usage("{}the images are {}, but network '{}' takes {}; {}", where_from(dataset),
               to_string(image), network.name, to_string(input),
               element_count(image) == element_count(input)
                   ? "transpose them, or reshape them if their values stand in that order"
                   : "take images and network of one dataset");
  const std::int64_t classes = class_count(network);
  if (dataset.classes > classes)
    fail_usage("{}the data have {} classes, but network '{}' answers with {}", where_from(dataset),
               dataset.classes, network.name, classes);
}

bool takes_colours(const Network& network) {
  const Shape& input = std::get<Input>(network.nodes.front().op).shape;
  return input.size() == 3 && input[0] == 3;
}

ChosenNormalization choose_normalization(const Network& network, const DataConfig& data) {
  if (network.normalization) {
    if (data.normalization_is_given() && data.normalization != *network.normalization)
      fail_usage(
          "the images are to be normalized by {}, but network '{}' was trained with {}; leave out "
          "mean and deviation to take the network's",
          to_string(data.normalization), network.name, to_string(*network.normalization));
    return {*network.normalization, NormalizationSource::kNetwork};
  }
  if (data.normalization_is_given()) return {data.normalization, NormalizationSource::kData};
  if (takes_colours(network) || !data.holds_any_values())
    return {data.normalization, NormalizationSource::kUsual};
  return {{{0.0F}, {1.0F}}, NormalizationSource::kNone};
}

Normalization normalization_of(const Network& network, const DataConfig& data,
                               const Dataset& dataset) {
  const Shape& input = std::get<Input>(network.nodes.front().op).shape;
  const ChosenNormalization chosen = choose_normalization(network, data);
  check_for_bytes(chosen, network, dataset);
  const Normalization& normalization = chosen.values;
  const std::int64_t channels = std::ssize(normalization.mean);
  const std::int64_t own = dataset.images.dim(1);
  if (channels != 1 && channels != own && channels != input.front())
    fail_usage(
        "the normalization has a mean for each of {} channels, but {}the images are {}; give one "
        "for each entry of the first axis, or one for all",
        channels, where_from(dataset), to_string(shape_of_image(dataset)));
  return normalization;
}

Tensor normalized_images(const Network& network, const Dataset& dataset, const DataConfig& data) {
  return Normalizer(normalization_of(network, data, dataset)).apply(dataset.images);
}

}  // namespace bitline
