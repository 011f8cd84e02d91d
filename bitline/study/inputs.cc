#include "bitline/study/inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/hash.h"
#include "bitline/graph/network_file.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/runtime/executor.h"

namespace bitline {
Network load_network(const std::filesystem::path& file) {
  return file.extension() == ".onnx" ? import_onnx(file) : read_network(file);
}

Network load_network(const ModelConfig& model) {
  if (!model.file.empty()) return load_network(model.file);
  Network network = make_model(model.name, model.options);
  if (model.weights.empty()) return network;
  const StateDict state = read_state_dict(model.weights);
  return with_context(model.weights.string(),
                      [&] { return load_weights(network, state, model.matching); });
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
        "layer do with array.first_layer = \"mapped\" and array.last_layer = \"mapped\"",
        executor.network().name);
}

void check_on_array(const Executor& executor, const std::vector<std::string>& layers,
                    std::string_view choice) {
  std::vector<std::string> mapped;
  for (const CimLayer* layer : executor.cim_layers()) mapped.push_back(layer->name);
  for (const std::string& name : layers)
    if (std::ranges::find(mapped, name) == mapped.end())
      fail_usage(
          "{}: '{}' is no layer on the array; there are: {}; the first and the last lie there with "
          "array.first_layer = \"mapped\" and array.last_layer = \"mapped\"",
          choice, name, fmt::join(mapped, ", "));
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
  const Shape& images = dataset.images.shape();
  if (Shape(images.begin() + 1, images.end()) != input)
    fail_usage(
        "the images are {}, but network '{}' takes {}; set [data] and [model] to one dataset",
        to_string({images.begin() + 1, images.end()}), network.name, to_string(input));
  const std::int64_t classes = class_count(network);
  if (dataset.classes > classes)
    fail_usage("the data have {} classes, but network '{}' answers with {}", dataset.classes,
               network.name, classes);
}

Tensor normalized_images(const Dataset& dataset, const DataConfig& data) {
  return Normalizer(data.normalization).apply(dataset.images);
}

}  // namespace bitline
