// A layer that learns on the array: integers through its ADCs forward, straight through backward.
#pragma once

#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/mapping/cim_layer.h"
#include "bitline/mapping/network_arrays.h"
#include "bitline/recipe/gradient.h"
#include "bitline/runtime/mac_backend.h"
#include "bitline/train/straight_through.h"

namespace bitline {

class MappedLayer;

/// The array of a network that learns, and how.
struct AnalogTraining {
  NetworkArrays array;
  Engine engine = Engine::kFused;  ///< of the forward pass on the CPU; elsewhere composed
  Gradient gradient = gradients::kIdentity;
  bool learn_ranges = false;  ///< δ of every layer's ADC too
};

/// One Conv or Linear behind its ADCs, whose weights change between calls.
class AnalogLayer {
 public:
  /// `layer` gives everything but the weights and the scales, `adc` has to fit it. All engines give
  /// the same values. Throws Error (kUsage) for clipped gradients of signed activations in two's
  /// complement, and for an ADC whose range shall be learned and cannot be.
  AnalogLayer(Node node, IntegerLayer layer, PlannedAdc adc, AnalogTraining training);

  /// A value or weight on its grid, scale · integer, and the scale: shape [1], or for a weight one
  /// per output channel.
  struct Quantized {
    at::Tensor value;
    at::Tensor scale;
  };
  /// The layer's output before its bias, s_a · s_w · Y, with the gradients of equations (18) and
  /// (19) for both values. With `delta`, F32 [1], the ADCs are those of with_learned_delta(), and
  /// its gradient is that of equation (19a).
  at::Tensor forward(const Quantized& input, const Quantized& weight,
                     const at::Tensor& delta = {}) const;

 private:
  /// What the array gives, and what the gradient needs of it.
  struct Converted {
    at::Tensor value;
    std::vector<TileShare> shares;
    at::Tensor slope;  ///< of equation (19a); undefined where no range is learned
  };
  Converted convert(const Quantized& input, const Quantized& weight, const PlannedAdc& adc,
                    bool learns) const;
  at::Tensor real_outputs(const MappedLayer& mapped, const LayerAdc& adc, const at::Tensor& scale,
                          const Quantized& input, const Quantized& weight) const;
  CimLayer map(const Quantized& weight) const;
  at::Tensor integers_of(const Quantized& input) const;
  at::Tensor slope_of_delta(const CimLayer& layer, const MappedLayer& mapped, const AdcSpec& spec,
                            const std::vector<CodeTable>& tables, const LayerAdc& adc,
                            const at::Tensor& activations) const;
  at::Tensor exact_outputs(const Quantized& input, const Quantized& weight) const;
  at::Tensor with_output_shape(const at::Tensor& y, const at::Tensor& input) const;

  Node node_;
  IntegerLayer layer_;
  PlannedAdc adc_;
  AnalogTraining training_;
};

}  // namespace bitline
