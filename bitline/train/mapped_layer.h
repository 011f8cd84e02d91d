// A layer mapped for one training step, on the engine that converts its sums.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "bitline/runtime/mac_backend.h"
#include "bitline/torch/composed_layer.h"
#include "bitline/torch/libtorch.h"

namespace bitline {

/// What an engine prepares from the weights, for as many conversions as the step needs.
class MappedLayer {
 public:
  /// `layer` has to outlive it. The composed engine stands in for the others where `device` is not
  /// the CPU.
  MappedLayer(const CimLayer& layer, Engine engine, const at::Device& device);

  /// Y_int of layer_adc.h, I64 [images, out_channels, out_height, out_width], of integers
  /// [images, in_channels, in_height, in_width] as I32.
  at::Tensor accumulate(const LayerAdc& adc, const at::Tensor& activations) const;
  /// Whether accumulate_some() may be called.
  bool takes_some_images() const { return backend_ != nullptr; }
  /// accumulate() of some images of a batch.
  void accumulate_some(const LayerAdc& adc, std::int64_t images,
                       std::span<const std::int32_t> activations,
                       std::span<std::int64_t> outputs) const {
    backend_->accumulate(adc, images, activations, outputs, nullptr);
  }

 private:
  const CimLayer& layer_;
  std::optional<ComposedLayer> composed_;  // or the other
  std::unique_ptr<MacBackend> backend_;
};

}  // namespace bitline
