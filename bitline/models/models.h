// The built-in networks. Start here; network_builder.h holds the bricks.
#pragma once

#include <string_view>
#include <vector>

#include "bitline/graph/network.h"

namespace bitline {

struct ModelOptions {
  double width = 1.0;  ///< multiplies every hidden channel count, at least 1 channel is left
  std::int64_t classes = 10;
  Shape input = {3, 32, 32};  ///< [channels, height, width]
  std::uint64_t seed = 1;     ///< of the initial weights
};

/// ResNet-20 for CIFAR (He et al., 2016, section 4.2): 3 × 3 convolution of 16 channels, three
/// stages of three basic blocks (16, 32, 64), 1 × 1 convolution on the shortcut where the shape
/// changes, global average pool, one linear layer.
Network resnet20(const ModelOptions& options);

/// ResNet-18 for CIFAR (He et al., 2016, with the stem that CIFAR's small images take): 3 × 3
/// convolution of 64 channels, four stages of two basic blocks (64, 128, 256, 512), the rest as in
/// ResNet-20.
Network resnet18(const ModelOptions& options);

/// VGG-9: two 3 × 3 convolutions of 128 channels, max-pool, two of 256, max-pool, two of 512,
/// max-pool, fully connected 1024, 1024, classes; batch-norm after each but the last.
Network vgg9(const ModelOptions& options);

/// Names of the built-in networks, as the configuration spells them.
std::vector<std::string_view> model_names();

/// The built-in network of that name. Throws Error (kUsage) for others.
Network make_model(std::string_view name, const ModelOptions& options);

}  // namespace bitline
