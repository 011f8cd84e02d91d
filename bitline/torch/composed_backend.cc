#include "bitline/torch/composed_backend.h"

#include <algorithm>

#include "bitline/torch/composed_layer.h"

namespace bitline {
namespace {

class ComposedBackend : public MacBackend {
 public:
  explicit ComposedBackend(const CimLayer& layer)
      : geometry_(layer.geometry), layer_(layer, at::kCPU) {}

  std::string_view path(const LayerAdc&) const override { return "operators of LibTorch"; }
  void accumulate(const LayerAdc& adc, std::int64_t images,
                  std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                  LayerHistogram* histogram) const override {
    const ConvGeometry& g = geometry_;
    const at::Tensor in = at::empty({images, g.in_channels, g.in_height, g.in_width}, at::kInt);
    std::ranges::copy(activations, in.data_ptr<std::int32_t>());
    const at::Tensor y = layer_.accumulate(adc, in, histogram).contiguous();
    std::copy_n(y.data_ptr<std::int64_t>(), y.numel(), outputs.data());
  }

 private:
  ConvGeometry geometry_;
  ComposedLayer layer_;
};

}  // namespace

std::unique_ptr<MacBackend> make_composed_backend(const CimLayer& layer) {
  return std::make_unique<ComposedBackend>(layer);
}

}  // namespace bitline
