#include "bitline/study/search_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/data/cifar10.h"
#include "bitline/data/cifar100.h"
#include "bitline/data/class_balanced_sample.h"
#include "bitline/data/image_folder.h"
#include "bitline/data/mnist.h"
#include "bitline/data/numpy_arrays.h"
#include "bitline/data/sample_file.h"

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
  if (data.given) return train ? data.given->training : data.given->test;
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
  if (data.format == DataFormat::kImageFolder && !data.given) {
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

Dataset load_split(const DataConfig& data, Split split, const Job& job) {
  return told(read_split(data, split, job), split, "all ", job.progress);
}

BalancedPart load_balanced_part(const DataConfig& data, Split split, std::int64_t per_class,
                                std::uint64_t seed, const Job& job) {
  return load_part(data, split, "sample of ", job, [&](const Labels& labels) {
    return class_balanced_sample(labels.values, labels.classes, per_class, seed);
  });
}

Dataset load_test_images(const DataConfig& data, std::uint64_t seed, const Job& job) {
  if (data.test_per_class == 0) return load_split(data, Split::kTest, job);
  return load_part(data, Split::kTest, "sample of ", job,
                   [&](const Labels& labels) {
                     return with_context("data.test_per_class", [&] {
                       return class_balanced_sample(labels.values, labels.classes,
                                                    data.test_per_class, seed);
                     });
                   })
      .data;
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

}  // namespace bitline
