// A layer that learns on the array: integers through its ADCs forward, straight through backward.
#pragma once

#include <vector>

#include "bitline/adc/code_table.h"
#include "bitline/mapping/cim_layer.h"
#include "bitline/runtime/mac_backend.h"
#include "bitline/train/straight_through.h"
#include "bitline/train/train_options.h"

namespace bitline {

/// The array of a network that learns.
struct AnalogTraining {
  ArraySpec array;
  Engine engine = Engine::kFused;  ///< of the forward pass on the CPU; elsewhere composed
  StraightThrough gradient = StraightThrough::kIdentity;
};

/// One Conv or Linear with frozen ADCs, whose weights change between calls.
class AnalogLayer {
 public:
  /// `layer` gives everything but the weights and the scales, `tables` are those of LayerAdc. All
  /// engines give the same values. Throws Error (kUsage) for clipped gradients of signed
  /// activations in two's complement.
  AnalogLayer(Node node, IntegerLayer layer, std::vector<CodeTable> tables,
              AnalogTraining training);

  /// A value or weight on its grid, scale · integer, and the scale: shape [1], or for a weight one
  /// per output channel.
  struct Quantized {
    at::Tensor value;
    at::Tensor scale;
  };
  /// The layer's output before its bias, s_a · s_w · Y, with the gradients of equations (18) and
  /// (19) for both values.
  at::Tensor forward(const Quantized& input, const Quantized& weight) const;

 private:
  CimLayer map(const Quantized& weight) const;
  at::Tensor integers_of(const Quantized& input) const;
  at::Tensor accumulate(const CimLayer& layer, const LayerAdc& adc,
                        const at::Tensor& activations) const;
  std::vector<TileShare> tile_shares(const CimLayer& layer, const at::Tensor& activations,
                                     const at::Tensor& input, at::IntArrayRef weight_shape) const;
  at::Tensor exact_outputs(const Quantized& input, const Quantized& weight) const;
  at::Tensor share_of(const CimLayer& tile, const at::Tensor& activations) const;
  at::Tensor with_output_shape(const at::Tensor& y, const at::Tensor& input) const;

  Node node_;
  IntegerLayer layer_;
  std::vector<CodeTable> tables_;
  AnalogTraining training_;
};

}  // namespace bitline
