#include <fmt/format.h>

#include "bitline/models/models.h"
#include "bitline/models/network_builder.h"
#include "bitline/models/width.h"

namespace bitline {

Network vgg9(const ModelOptions& options) {
  NetworkBuilder build("vgg9", options.input, options.seed);
  std::string value = build.input();
  std::int64_t channels = options.input.at(0);
  for (int stage = 1; stage <= 3; ++stage) {
    const std::int64_t out_channels = scaled_width(64 << stage, options.width);
    for (int layer = 1; layer <= 2; ++layer) {
      const std::string suffix = fmt::format("{}_{}", stage, layer);
      value = build.conv("conv" + suffix, value, channels, out_channels, 3, 1);
      value = build.relu("relu" + suffix, build.batch_norm("norm" + suffix, value, out_channels));
      channels = out_channels;
    }
    value = build.max_pool(fmt::format("pool{}", stage), value);
  }
  value = build.flatten("flatten", value);
  constexpr std::int64_t kReduction = 8;  // three 2 × 2 pools
  std::int64_t features =
      channels * (options.input.at(1) / kReduction) * (options.input.at(2) / kReduction);
  for (int layer = 1; layer <= 2; ++layer) {
    const std::int64_t hidden = scaled_width(1024, options.width);
    const std::string suffix = fmt::format("_fc{}", layer);
    value = build.linear(fmt::format("fc{}", layer), value, features, hidden, false);
    value = build.relu("relu" + suffix, build.batch_norm("norm" + suffix, value, hidden));
    features = hidden;
  }
  build.linear("classifier", value, features, options.classes, true);
  return std::move(build).finish();
}

}  // namespace bitline
