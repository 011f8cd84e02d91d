// One layer of the array in LibTorch operators, on any device. Start at composed.h for the engine
// that is made of it.
#pragma once

#include <vector>

#include "bitline/kernels/layer_adc.h"
#include "bitline/kernels/layer_histogram.h"
#include "bitline/torch/libtorch.h"

namespace bitline {

/// One matrix product per tile, plane and stream, a table look-up, shift-add. Memory is bounded:
/// images go through in chunks.
class ComposedLayer {
 public:
  /// `layer` has to outlive it.
  ComposedLayer(const CimLayer& layer, at::Device device);

  /// activations: integers of any type [images, in_channels, in_height, in_width] on the device;
  /// Y_int of layer_adc.h as I64 [images, out_channels, out_height, out_width]. A histogram counts
  /// every conversion.
  at::Tensor accumulate(const LayerAdc& adc, const at::Tensor& activations,
                        LayerHistogram* histogram = nullptr) const;

 private:
  at::Tensor unfold(const at::Tensor& activations) const;
  at::Tensor digits_of(const at::Tensor& unfolded, std::int64_t stream) const;
  at::Tensor convert(const CodeTable& table, const at::Tensor& p) const;
  at::Tensor column_bias(const LayerAdc& adc) const;
  at::Tensor convert_plane(const CodeTable& table, const at::Tensor& w, const at::Tensor& h,
                           const at::Tensor& x, Histogram* histogram) const;
  at::Tensor complements(const at::Tensor& unfolded) const;
  at::Tensor accumulate_chunk(const LayerAdc& adc, const at::Tensor& unfolded,
                              LayerHistogram* histogram) const;

  const CimLayer& layer_;
  at::Device device_;
  at::Tensor planes_;  // F32 [planes, groups, out per group, fan_in]
  at::Tensor signs_;   // I64 [planes, groups, out per group, 1, tiles]; undefined without flips
  std::vector<at::Tensor> tiles_;
};

}  // namespace bitline
