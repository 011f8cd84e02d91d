#include "bitline/options/data_config.h"

#include <fmt/format.h>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/options/field_reader.h"

namespace bitline {
namespace {

/// Of the published sets: mean and deviation of their training images. The others take CIFAR-10's.
Normalization usual_normalization(DataFormat format) {
  switch (format) {
    case DataFormat::kMnist:
      return {{0.1307F}, {0.3081F}};
    case DataFormat::kCifar100:
      return {{0.5071F, 0.4865F, 0.4409F}, {0.2673F, 0.2564F, 0.2762F}};
    case DataFormat::kImageFolder:
      return {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
    default:
      return {{0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}};
  }
}

/// An .npz holds the labels too; an .npy does not.
void check_labels(const std::filesystem::path& images, const std::filesystem::path& labels,
                  std::string_view key, std::string_view labels_key) {
  if (images.extension() == ".npz" && !labels.empty())
    fail_usage("data.{} = {} holds the labels itself; remove data.{}", key, images.string(),
               labels_key);
  if (images.extension() != ".npz" && labels.empty())
    fail_usage(
        "data.{} = {} is no .npz and holds images alone; set data.{} to the .npy with labels", key,
        images.string(), labels_key);
}

void validate(const DataConfig& data) {
  const bool numpy = data.format == DataFormat::kNumpy;
  if (data.holds_any_values() && (data.search_file.empty() || data.test_file.empty()))
    fail_usage("data.format = \"{}\" needs data.search_file and data.test_file",
               name_of(data.format));
  if (numpy) {
    check_labels(data.search_file, data.search_labels, "search_file", "search_labels");
    check_labels(data.test_file, data.test_labels, "test_file", "test_labels");
  }
  if (data.geometry.crop > data.geometry.resize)
    fail_usage("data.crop = {} is more than data.resize = {}, the shorter side that it is cut from",
               data.geometry.crop, data.geometry.resize);
  if (data.verify && data.format != DataFormat::kCifar10 && data.format != DataFormat::kMnist)
    fail_usage(
        "data.verify: no checksums are published of the files of data.format = \"{}\"; remove it",
        name_of(data.format));
}

}  // namespace

std::string in_words(const DataConfig& data) {
  if (data.given) return "given by a program";
  std::string format(name_of(data.format));
  if (data.holds_any_values())
    return fmt::format("{}: {}, {}", format, data.search_file.filename().string(),
                       data.test_file.filename().string());
  if (data.format != DataFormat::kImageFolder || data.folder.empty()) return format;
  return fmt::format("{}: {}", format, folder_name(data.folder));
}

DataConfig read_data(const ConfigTable& table) {
  DataConfig data;
  read_fields(table, data);
  // The defaults of others follow from what these say.
  DataConfig usual;
  usual.normalization = usual_normalization(data.format);
  usual.validation_per_class = data.images_per_class;
  data = usual;
  read_fields(table, data);
  data.mean_is_given = table.has("mean");
  data.deviation_is_given = table.has("deviation");
  data.geometry_is_given = table.has("resize") && table.has("crop");
  if (!table.has("format") && (!data.search_file.empty() || !data.test_file.empty()))
    fail_usage(
        "data.search_file and data.test_file go with a data.format; set it to \"samples\" or "
        "\"numpy\"");
  validate(data);
  return data;
}

}  // namespace bitline
