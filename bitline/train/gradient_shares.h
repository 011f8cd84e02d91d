// What a layer's gradient keeps of the ordinary layer's. Each gradient of recipe/gradients/ has a
// file in train/gradients/.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "bitline/adc/code_table.h"
#include "bitline/base/policy.h"
#include "bitline/mapping/cim_layer.h"
#include "bitline/recipe/gradient.h"
#include "bitline/runtime/mac_backend.h"
#include "bitline/train/straight_through.h"

namespace bitline {

/// One pass of a batch through a layer on the array.
struct AnalogPass {
  const CimLayer& layer;
  const std::vector<CodeTable>& tables;  ///< of its input streams
  Engine engine;
  std::function<at::Tensor()>
      activations;  ///< integers, [images, in_channels, in_height, in_width]
  at::IntArrayRef weight_shape;
  const at::Tensor& value;            ///< what the ADCs gave, before the bias
  std::function<at::Tensor()> exact;  ///< the same without ADCs
};

/// How one gradient is computed.
struct GradientShares {
  static constexpr std::string_view kWhat = "gradient";

  const GradientPolicy* gradient;
  /// Equations (18) and (19): tile by tile, or none for the ordinary layer's gradient.
  std::vector<TileShare> (*shares)(const AnalogPass& pass);
  OnlyOne only_one = {};
};

/// That of `gradient`: every one has its file (GradientSharesTest).
const GradientShares& shares_of(Gradient gradient);

}  // namespace bitline
