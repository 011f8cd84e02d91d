#include "bitline/study/fitting_formats.h"

#include <fmt/ranges.h>

#include "bitline/graph/regroups_axes.h"

namespace bitline {
namespace {

bool fits(DataFormat format, const Shape& input) {
  switch (format) {
    case DataFormat::kCifar10:
    case DataFormat::kCifar100:
      return regroups_axes({3, 32, 32}, input);
    case DataFormat::kMnist:
      return regroups_axes({1, 28, 28}, input);
    case DataFormat::kImageFolder:
      return input.size() == 3 && input[0] == 3 && input[1] == input[2];
    case DataFormat::kNumpy:
    case DataFormat::kSamples:
      return true;
  }
  return false;
}

}  // namespace

std::vector<DataFormat> formats_that_fit(const Shape& input) {
  std::vector<DataFormat> formats;
  for (std::size_t i = 0; i < EnumNames<DataFormat>::kNames.size(); ++i)
    if (const auto format = static_cast<DataFormat>(i); fits(format, input))
      formats.push_back(format);
  return formats;
}

std::string describe_formats(const Shape& input) {
  std::vector<std::string> others;
  for (const DataFormat format : formats_that_fit(input)) {
    if (format == DataFormat::kNumpy || format == DataFormat::kSamples) continue;
    others.emplace_back(name_of(format));
    if (format == DataFormat::kImageFolder) others.back() += fmt::format(" (crop = {})", input[1]);
  }
  return fmt::format("data.format {}{}numpy or samples, with images [n, {}]",
                     fmt::join(others, ", "), others.empty() ? "" : ", ", fmt::join(input, ", "));
}

}  // namespace bitline
