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
  /// Real numbers: weights of their grid where they have one. `in` is the shape of one image's
  /// input.
  static LayerRunner real_numbers(const Network& network, const Node& node, const Shape& in);
  /// Exact integers, and the array where `array` is given. Throws what map_layer throws.
  static LayerRunner integers(const IntegerLayer& layer, const ArraySpec* array, Engine engine);

  /// The mapped layer; null where the layer does not lie on the array.
  const CimLayer* cim() const { return cim_.get(); }

  /// Real numbers, not integers.
  bool is_real() const { return is_real_; }

  /// Sums of a batch before scale, zero point, bias and batch-norm, [rows(input), out_channels,
  /// ...]: with `adc` Y_int of the array (layer_adc.h) as I64, else exact integers (in float mode:
  /// real numbers) held in F32 or F64. `histogram` needs `adc`.
  Tensor run(const Value& input, const LayerAdc* adc, LayerHistogram* histogram) const;
  /// Sums where only input stream `stream` is converted by `adc` and all others are exact, as real
  /// numbers in units of the exact sums: F64 of run()'s shape. A stream that the layer lacks
  /// converts nothing. Needs padding of 0.
  Tensor run_stream(const Value& input, const LayerAdc& adc, std::int64_t stream) const;
  /// Whether padding is 0, so that the inputs of one stream are those of an input without others.
  bool pads_with_zero() const { return cim_->input_zero_point == 0; }
  /// run() under each of `adcs`, one behind the other along the first axis.
  Tensor run_each(const Value& input, std::span<const LayerAdc> adcs) const;
  /// How run() goes about it with this ADC, in words; null for none.
  std::string_view path(const LayerAdc* adc) const {
    return adc == nullptr ? dense_->path() : backend_->path(*adc);
  }
  /// Images, or for a linear layer the vectors of all images.
  std::int64_t rows(const Value& input) const;
  /// What one unit of the sums is worth, one or one per output channel.
  std::vector<double> output_scale(const LayerAdc* adc) const;
  /// No sum exceeds it in magnitude; 0 of real numbers.
  std::int64_t largest_sum(const LayerAdc* adc) const {
    return adc != nullptr ? adc->largest_output : largest_sum_;
  }
  /// What the zero point of the input adds to a sum's real number (zero_point.h).
  const std::vector<double>& zero_offset() const { return zero_offset_; }
  /// Shape of the layer's output for a batch.
  Shape output_shape(const Value& input) const;

 private:
  LayerRunner() = default;
  Shape sums_shape(std::int64_t rows) const;
  /// What the reads of all streams but `stream` add to each output of one image where they drive no
  /// word line: 0 for an ADC that reads 0 as 0.
  std::vector<std::int64_t> idle_sums(const Value& input, const LayerAdc& adc,
                                      std::int64_t stream) const;

  ConvGeometry geometry_;
  bool is_linear_ = false;
  bool is_real_ = false;
  std::vector<double> scale_;  // s_a · s_w of the integer modes, 1 in float mode
  std::vector<double> zero_offset_;
  std::int64_t largest_sum_ = 0;  // of exact ones
  std::unique_ptr<DenseProduct> dense_;
  std::unique_ptr<CimLayer> cim_;
  std::unique_ptr<MacBackend> backend_;
};

}  // namespace bitline
