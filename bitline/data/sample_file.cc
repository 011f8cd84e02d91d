#include "bitline/data/sample_file.h"

#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"
#include "bitline/base/safetensors.h"

namespace bitline {
namespace {

constexpr char kVersionKey[] = "bitline.samples";
constexpr char kVersion[] = "1";

const std::string& metadata(const SafeTensors& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    fail("the metadata has no '{}'; the file is no sample set of Bitline", key);
  return found->second;
}

const Tensor& tensor(const SafeTensors& file, const std::string& name) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end())
    fail("there is no tensor '{}'; the file is no sample set of Bitline", name);
  return found->second;
}

std::int32_t parse_classes(const std::string& text) {
  std::int32_t classes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), classes);
  if (error != std::errc() || end != text.data() + text.size() || classes < 1)
    fail("classes = '{}' is not a whole number from 1 up", text);
  return classes;
}

std::vector<std::string> parse_class_names(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    fail("class_names is not a JSON list of texts");
  }
}

std::vector<std::int32_t> read_labels(const Tensor& labels) {
  std::vector<std::int32_t> values;
  if (labels.dtype() == DType::kU8) {
    const auto bytes = labels.data<std::uint8_t>();
    values.assign(bytes.begin(), bytes.end());
  } else if (labels.dtype() == DType::kI32) {
    const auto words = labels.data<std::int32_t>();
    values.assign(words.begin(), words.end());
  } else {
    fail("labels have to be U8 or I32, found {}", name_of(labels.dtype()));
  }
  return values;
}

Tensor write_labels(const Dataset& data) {
  const Shape shape{data.size()};
  if (data.classes > std::numeric_limits<std::uint8_t>::max() + 1)
    return Tensor::of<std::int32_t>(shape, data.labels);
  const std::vector<std::uint8_t> bytes(data.labels.begin(), data.labels.end());
  return Tensor::of<std::uint8_t>(shape, bytes);
}

void check_samples(const Samples& samples, std::string_view where) {
  check_dataset(samples.data, where);
  if (!samples.indices.empty() && samples.indices.size() != samples.data.labels.size())
    fail("{}: {} indices for {} images", where, samples.indices.size(), samples.data.labels.size());
}

Samples interpret(const SafeTensors& file) {
  if (metadata(file, kVersionKey) != kVersion)
    fail("sample set of version {}, this program reads version {}", metadata(file, kVersionKey),
         kVersion);
  Samples samples;
  samples.data = {tensor(file, "images"), read_labels(tensor(file, "labels")),
                  parse_classes(metadata(file, "classes")),
                  parse_class_names(metadata(file, "class_names"))};
  samples.dataset = metadata(file, "dataset");
  samples.origin = metadata(file, "origin");
  if (file.tensors.count("indices") > 0) {
    const auto indices = tensor(file, "indices").data<std::int64_t>();
    samples.indices.assign(indices.begin(), indices.end());
  }
  return samples;
}

}  // namespace

Samples load_samples(const std::filesystem::path& path) {
  const SafeTensors file = read_safetensors(path);
  Samples samples = with_context(path.string(), [&file] { return interpret(file); });
  samples.data.source = path.string();
  check_samples(samples, path.string());
  return samples;
}

void save_samples(const std::filesystem::path& path, const Samples& samples) {
  check_samples(samples, path.string());
  SafeTensors file;
  file.tensors.emplace("images", samples.data.images);
  file.tensors.emplace("labels", write_labels(samples.data));
  if (!samples.indices.empty())
    file.tensors.emplace("indices",
                         Tensor::of<std::int64_t>({samples.data.size()}, samples.indices));
  file.metadata = {{kVersionKey, kVersion},
                   {"dataset", samples.dataset},
                   {"origin", samples.origin},
                   {"classes", std::to_string(samples.data.classes)},
                   {"class_names", nlohmann::json(samples.data.class_names).dump()}};
  write_safetensors(path, file);
}

}  // namespace bitline
