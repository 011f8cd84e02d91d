#include "bitline/study/assumptions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bitline/study/inputs.h"

namespace bitline {
namespace {

std::string list_of(std::string_view key, const std::vector<float>& values) {
  return fmt::format("data.{} = [{}]", key, fmt::join(values, ", "));
}

/// Whose training images have the usual mean and deviation of a format.
std::string usual_set(const DataConfig& data) {
  if (data.format == DataFormat::kImageFolder) return "ImageNet";
  return std::string(name_of(data.holds_any_values() ? DataFormat::kCifar10 : data.format));
}

void assume_normalization(const Network& network, const DataConfig& data,
                          std::vector<std::string>& lines) {
  const auto [values, source] = choose_normalization(network, data);
  if (source == NormalizationSource::kNetwork) return;
  std::string keys;
  if (!data.mean_is_given) keys = list_of("mean", values.mean);
  if (!data.deviation_is_given)
    keys += (keys.empty() ? "" : " and ") + list_of("deviation", values.deviation);
  if (keys.empty()) return;
  if (source == NormalizationSource::kNone)
    lines.push_back(keys + ", since nothing says how the network's inputs were normalized");
  else
    lines.push_back(
        fmt::format("{}, as usual for {}, since nothing says what the network was "
                    "trained with (evaluate --try-normalization compares others)",
                    keys, usual_set(data)));
}

}  // namespace

std::vector<std::string> assumptions(const Network& network, const DataConfig& data) {
  std::vector<std::string> lines;
  assume_normalization(network, data, lines);
  if (data.format == DataFormat::kImageFolder && !data.geometry_is_given)
    lines.push_back(fmt::format(
        "data.resize = {} and data.crop = {}: the shorter side of a picture, and the square that "
        "is cut out of its middle",
        data.geometry.resize, data.geometry.crop));
  return lines;
}

}  // namespace bitline
