// One convolution or linear layer in every mode: real numbers, exact integers, or the array.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "bitline/runtime/dense.h"
#include "bitline/runtime/lowering.h"
#include "bitline/runtime/mac_backend.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// The layer's weights in the form of its mode, prepared once.
class LayerRunner {
 public:
  /// Float mode: weights as real numbers (of their grid where they have one).
  static LayerRunner real_numbers(const Network& network, const Node& node);
  /// Exact integers, and the array where `array` is given. Throws what map_layer throws.
  static LayerRunner integers(const IntegerLayer& layer, const ArraySpec* array, Engine engine);

  /// The mapped layer; null where the layer does not lie on the array.
  const CimLayer* cim() const { return cim_.get(); }

  /// Sums of a batch before scale, bias and batch-norm, [images, out_channels, positions]: with
  /// `adc` Y_int of the array (layer_adc.h) as I64, else exact integers (in float mode: real
  /// numbers) held in F32 or F64. `histogram` needs `adc`.
  Tensor run(const Value& input, const LayerAdc* adc, LayerHistogram* histogram) const;
  /// run() under each of `adcs`, by ADC: [adcs, images, out_channels, positions].
  Tensor run_each(const Value& input, std::span<const LayerAdc> adcs) const;
  /// What one unit of the sums is worth, one or one per output channel.
  std::vector<double> output_scale(const LayerAdc* adc) const;
  /// Shape of the layer's output for a batch.
  Shape output_shape(std::int64_t images) const;

 private:
  LayerRunner() = default;

  ConvGeometry geometry_;
  bool is_linear_ = false;
  bool is_real_ = false;
  std::vector<double> scale_;  // s_a · s_w of the integer modes, 1 in float mode
  std::optional<DenseLayer> dense_;
  std::unique_ptr<CimLayer> cim_;
  std::unique_ptr<MacBackend> backend_;
};

}  // namespace bitline
