#include "bitline/models/models.h"
#include "bitline/models/network_builder.h"
#include "bitline/models/width.h"

namespace bitline {
namespace {

/// Two 3 × 3 convolutions beside a shortcut; returns the name of the block's output.
std::string basic_block(NetworkBuilder& build, const std::string& name, const std::string& input,
                        std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride) {
  std::string value = build.conv(name + ".conv1", input, in_channels, out_channels, 3, stride);
  value = build.batch_norm(name + ".norm1", value, out_channels);
  value = build.relu(name + ".relu1", value);
  value = build.conv(name + ".conv2", value, out_channels, out_channels, 3, 1);
  value = build.batch_norm(name + ".norm2", value, out_channels);
  std::string shortcut = input;
  if (stride != 1 || in_channels != out_channels) {
    shortcut = build.conv(name + ".shortcut", input, in_channels, out_channels, 1, stride);
    shortcut = build.batch_norm(name + ".shortcut_norm", shortcut, out_channels);
  }
  return build.relu(name + ".relu2", build.add(name + ".add", value, shortcut));
}

}  // namespace

Network resnet20(const ModelOptions& options) {
  constexpr int kStages = 3;
  constexpr int kBlocks = 3;
  NetworkBuilder build("resnet20", options.input, options.seed);
  std::int64_t channels = scaled_width(16, options.width);
  std::string value = build.conv("conv1", build.input(), options.input.at(0), channels, 3, 1);
  value = build.relu("relu1", build.batch_norm("norm1", value, channels));
  for (int stage = 0; stage < kStages; ++stage) {
    const std::int64_t out_channels = scaled_width(16 << stage, options.width);
    for (int block = 0; block < kBlocks; ++block) {
      value = basic_block(build, fmt::format("stage{}.block{}", stage + 1, block + 1), value,
                          channels, out_channels, stage > 0 && block == 0 ? 2 : 1);
      channels = out_channels;
    }
  }
  build.linear("classifier", build.global_average_pool("pool", value), channels, options.classes,
               true);
  return std::move(build).finish();
}

}  // namespace bitline
