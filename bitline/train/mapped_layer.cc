#include "bitline/train/mapped_layer.h"

namespace bitline {

MappedLayer::MappedLayer(const CimLayer& layer, Engine engine, const at::Device& device)
    : layer_(layer) {
  if (!device.is_cpu() || engine == Engine::kComposed)
    composed_.emplace(layer, device);
  else
    backend_ = make_backend(engine, layer);
}

at::Tensor MappedLayer::accumulate(const LayerAdc& adc, const at::Tensor& activations) const {
  if (composed_) return composed_->accumulate(adc, activations);
  const ConvGeometry& g = layer_.geometry;
  at::Tensor y =
      at::empty({activations.size(0), g.out_channels, g.out_height(), g.out_width()}, at::kLong);
  const auto span = [](const at::Tensor& tensor, auto* data) {
    return std::span(data, static_cast<std::size_t>(tensor.numel()));
  };
  accumulate_some(adc, activations.size(0), span(activations, activations.data_ptr<std::int32_t>()),
                  span(y, y.data_ptr<std::int64_t>()));
  return y;
}

}  // namespace bitline
