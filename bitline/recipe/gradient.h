// The gradients that a layer on the array can learn by, by name. What recipes and configurations
// know of one is a file of recipe/gradients/; what it computes, the file of that name in
// train/gradients/, beside LibTorch.
#pragma once

#include <string_view>

#include "bitline/base/policy.h"

namespace bitline {

/// One gradient of a layer whose outputs went through ADCs.
struct GradientPolicy {
  static constexpr std::string_view kWhat = "gradient";

  std::string_view name;
  std::string_view meaning;  ///< Markdown, one line, for docs/config.md
  /// It weighs the conversions of an output by the size of what they count, which has to have one
  /// sign: no signed activations in two's complement.
  bool weighs_conversions = false;
  OnlyOne only_one = {};
};

using Gradient = Picked<GradientPolicy>;

/// Those that code asks for by name; others are known by their files alone.
namespace gradients {
extern const GradientPolicy kClipped, kIdentity, kScaled;
}

}  // namespace bitline
