#include <fmt/format.h>

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

/// What tells residual networks for CIFAR apart.
struct ResNetShape {
  std::string name;
  std::int64_t channels;  ///< of the first stage; each later one has twice as many
  int stages;
  int blocks;  ///< in each stage
};

Network resnet(const ResNetShape& shape, const ModelOptions& options) {
  NetworkBuilder build(shape.name, options.input, options.seed);
  std::int64_t channels = scaled_width(shape.channels, options.width);
  std::string value = build.conv("conv1", build.input(), options.input.at(0), channels, 3, 1);
  value = build.relu("relu1", build.batch_norm("norm1", value, channels));
  for (int stage = 0; stage < shape.stages; ++stage) {
    const std::int64_t out_channels = scaled_width(shape.channels << stage, options.width);
    for (int block = 0; block < shape.blocks; ++block) {
      value = basic_block(build, fmt::format("stage{}.block{}", stage + 1, block + 1), value,
                          channels, out_channels, stage > 0 && block == 0 ? 2 : 1);
      channels = out_channels;
    }
  }
  build.linear("classifier", build.global_average_pool("pool", value), channels, options.classes,
               true);
  return std::move(build).finish();
}

}  // namespace

Network resnet20(const ModelOptions& options) { return resnet({"resnet20", 16, 3, 3}, options); }

Network resnet18(const ModelOptions& options) { return resnet({"resnet18", 64, 4, 2}, options); }

}  // namespace bitline
