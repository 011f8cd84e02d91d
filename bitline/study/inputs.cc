#include "bitline/study/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "bitline/base/hash.h"
#include "bitline/data/cifar10.h"
#include "bitline/data/cifar100.h"
#include "bitline/data/class_balanced_sample.h"
#include "bitline/data/image_folder.h"
#include "bitline/data/mnist.h"
#include "bitline/data/numpy_arrays.h"
#include "bitline/data/sample_file.h"
#include "bitline/graph/network_file.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/runtime/executor.h"

namespace bitline {
namespace {

std::filesystem::path data_folder(const DataConfig& data) {
  if (!data.folder.empty()) return data.folder;
  if (const char* folder = std::getenv("BITLINE_DATA"); folder != nullptr && *folder != '\0')
    return folder;
  fail_usage(
      "data.folder is not set; set it, or BITLINE_DATA in the environment, to the folder "
      "that holds the dataset");
}

Dataset load_all_images(const DataConfig& data, Split split, const Job& job) {
  const ImageFolder folder = list_image_folder(data_folder(data), split);
  std::vector<std::int64_t> all(folder.files.size());
  std::iota(all.begin(), all.end(), 0);
  return load_images(folder, all, data.geometry, job);
}

Dataset read_split(const DataConfig& data, Split split, const Job& job) {
  const bool train = split == Split::kTrain;
  switch (data.format) {
    case DataFormat::kCifar10:
      return load_cifar10(data_folder(data), split, data.verify);
    case DataFormat::kCifar100:
      return load_cifar100(data_folder(data), split);
    case DataFormat::kMnist:
      return load_mnist(data_folder(data), split, data.verify);
    case DataFormat::kImageFolder:
      return load_all_images(data, split, job);
    case DataFormat::kNumpy:
      return load_numpy(train ? data.search_file : data.test_file,
                        train ? data.search_labels : data.test_labels);
    case DataFormat::kSamples:
      return load_samples(train ? data.search_file : data.test_file).data;
  }
  fail("data format {} is not known", static_cast<int>(data.format));
}

Dataset told(Dataset dataset, Split split, std::string_view part, ProgressSink& progress) {
  progress.say(fmt::format("data: {}{} images of {} classes, {}", part,
                           split == Split::kTrain ? "training" : "test", dataset.classes,
                           to_string(dataset.images.shape())));
  return dataset;
}

/// What a part of a set is chosen by.
struct Labels {
  std::span<const std::int32_t> values;
  std::int32_t classes = 0;
};

/// The images at the positions that `choose` gives.
BalancedPart load_part(const DataConfig& data, Split split, std::string_view name, const Job& job,
                       const std::function<std::vector<std::int64_t>(const Labels&)>& choose) {
  BalancedPart part;
  if (data.format == DataFormat::kImageFolder) {
    const ImageFolder folder = list_image_folder(data_folder(data), split);
    part.indices = choose({folder.labels, static_cast<std::int32_t>(folder.class_names.size())});
    part.data = load_images(folder, part.indices, data.geometry, job);
  } else {
    const Dataset all = read_split(data, split, job);
    part.indices = choose({all.labels, all.classes});
    part.data = subset(all, part.indices);
  }
  part.data = told(std::move(part.data), split, name, job.progress);
  return part;
}

}  // namespace

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

Dataset load_split(const DataConfig& data, Split split, const Job& job) {
  return told(read_split(data, split, job), split, "all ", job.progress);
}

std::string content_hash(const Network& network) {
  return sha256(serialize_safetensors(to_safetensors(network)));
}

std::string content_hash(const Dataset& dataset) {
  return sha256(sha256(dataset.images.bytes()) + sha256(std::as_bytes(std::span(dataset.labels))));
}

BalancedPart load_balanced_part(const DataConfig& data, Split split, std::int64_t per_class,
                                std::uint64_t seed, const Job& job) {
  return load_part(data, split, "sample of ", job, [&](const Labels& labels) {
    return class_balanced_sample(labels.values, labels.classes, per_class, seed);
  });
}

Dataset load_search_sample(const DataConfig& data, std::uint64_t seed, const Job& job) {
  return load_balanced_part(data, Split::kTrain, data.images_per_class, seed, job).data;
}

std::optional<Dataset> load_validation_sample(const DataConfig& data, std::uint64_t seed,
                                              const Job& job) {
  const std::int64_t searched = data.images_per_class;
  Dataset sample = load_part(data, Split::kTrain, "validation sample of ", job,
                             [&](const Labels& labels) -> std::vector<std::int64_t> {
                               const std::int64_t per_class = std::min(
                                   data.validation_per_class,
                                   smallest_class(labels.values, labels.classes) - searched);
                               if (per_class < 1) return {};
                               return class_balanced_sample(labels.values, labels.classes,
                                                            per_class, seed, searched);
                             })
                       .data;
  if (sample.size() == 0) return std::nullopt;
  return sample;
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
