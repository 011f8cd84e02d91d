// [data]: which images, and how they become numbers.
#pragma once

#include <filesystem>
#include <limits>
#include <memory>
#include <string>

#include "bitline/base/enum_names.h"
#include "bitline/base/fields.h"
#include "bitline/base/normalization.h"
#include "bitline/config/config.h"
#include "bitline/data/dataset.h"
#include "bitline/data/resize.h"

namespace bitline {

enum class DataFormat { kCifar10, kCifar100, kMnist, kImageFolder, kNumpy, kSamples };
template <>
struct EnumNames<DataFormat> {
  static constexpr std::string_view kWhat = "data format";
  static constexpr std::array<std::string_view, 6> kNames{"cifar10",      "cifar100", "mnist",
                                                          "image-folder", "numpy",    "samples"};
};

/// Images that a program hands over in place of files.
struct GivenImages {
  Dataset training;
  Dataset test;
};

/// [data]
struct DataConfig {
  DataFormat format = DataFormat::kCifar10;
  /// cifar10, cifar100, mnist, image-folder; empty: the environment's BITLINE_DATA
  std::filesystem::path folder;
  std::filesystem::path search_file;    ///< samples, numpy: training images for search and profile
  std::filesystem::path test_file;      ///< samples, numpy: test images
  std::filesystem::path search_labels;  ///< numpy: their labels where search_file is an .npy
  std::filesystem::path test_labels;    ///< likewise
  ImageGeometry geometry;               ///< image-folder
  bool verify = false;                  ///< cifar10, mnist: compare checksums with the published
  std::int64_t images_per_class = 50;   ///< of the class-balanced search sample
  /// of the validation sample, which shares no image with it; fewer where fewer are left
  std::int64_t validation_per_class = 50;
  std::int64_t test_per_class = 0;  ///< of a class-balanced part of the test set; 0: all of it
  Normalization normalization;
  bool mean_is_given = false;       ///< stands in the file
  bool deviation_is_given = false;  ///< likewise
  bool geometry_is_given = false;   ///< likewise, resize and crop

  /// Something of it stands in the file, so that a network with another is refused.
  bool normalization_is_given() const { return mean_is_given || deviation_is_given; }
  /// Of a program that has no files; then none of the fields that name some counts.
  std::shared_ptr<const GivenImages> given;

  /// Whether the files may hold anything, and not the images of a known set.
  bool holds_any_values() const {
    return given != nullptr || format == DataFormat::kNumpy || format == DataFormat::kSamples;
  }
};

/// Which files are read, and how.
template <ConstOrNot<DataConfig> Data, typename Visit>
void visit_file_fields(Data& data, Visit&& visit) {
  constexpr std::int64_t kLargestSide = 16384;
  visit(FieldText{"format", "what is read; table below", Decides::kNothing}, data.format);
  visit(FieldText{"folder", "cifar10, cifar100, mnist, image-folder: the folder with the files",
                  Decides::kNothing, "environment's `BITLINE_DATA`"},
        data.folder);
  visit(FieldText{"search_file", "samples, numpy: the training images; needed there",
                  Decides::kNothing, "–"},
        data.search_file);
  visit(FieldText{"test_file", "samples, numpy: the test images; needed there", Decides::kNothing,
                  "–"},
        data.test_file);
  visit(FieldText{"search_labels", "numpy: the labels that go with an `.npy` of images",
                  Decides::kNothing, "–"},
        data.search_labels);
  visit(FieldText{"test_labels", "likewise", Decides::kNothing, "–"}, data.test_labels);
  visit(FieldText{"resize", "image-folder: pixels of the picture's shorter side; 1 to 16384",
                  Decides::kNothing},
        data.geometry.resize, Whole{1, kLargestSide});
  visit(FieldText{"crop", "image-folder: pixels of the square cut out of its middle; 1 to `resize`",
                  Decides::kNothing},
        data.geometry.crop, Whole{1, kLargestSide});
  visit(FieldText{"verify", "cifar10, mnist: compare the files' MD5 with the published ones",
                  Decides::kNothing},
        data.verify);
}

/// What images are told apart by is their content, so that of these fields normalisation alone
/// decides anything else.
template <ConstOrNot<DataConfig> Data, typename Visit>
void visit_fields(Data& data, Visit&& visit) {
  constexpr std::int64_t kMany = std::numeric_limits<std::int32_t>::max();
  visit_file_fields(data, visit);
  visit(FieldText{"images_per_class",
                  "training images of each class in the search sample; at least 1",
                  Decides::kNothing},
        data.images_per_class, Whole{1, kMany});
  visit(
      FieldText{
          "validation_per_class",
          "training images of each class in the validation sample, which shares none with the "
          "search sample; fewer where fewer are left; 0: plans are judged on the search sample",
          Decides::kNothing, "`images_per_class`"},
      data.validation_per_class, Whole{0, kMany});
  visit(FieldText{"test_per_class",
                  "test images of each class in the class-balanced part of the test set, drawn by "
                  "`seed`, that stands for it (below); 0: the whole test set",
                  Decides::kNothing},
        data.test_per_class, Whole{0, kMany});
  visit(FieldText{"mean",
                  "per channel, or one for all, of pixels scaled to 0 … 1; of float images, as "
                  "they are",
                  Decides::kResults, "below"},
        data.normalization.mean);
  visit(FieldText{"deviation",
                  "likewise, above 0. The network sees (pixel / 255 − mean) / deviation, of "
                  "float images (pixel − mean) / deviation",
                  Decides::kResults, "below"},
        data.normalization.deviation);
}

/// What is read, for people: the format, and the names of files and folders without their place.
std::string in_words(const DataConfig& data);

/// The table, checked. Errors are of kind kUsage.
DataConfig read_data(const ConfigTable& table);

}  // namespace bitline
