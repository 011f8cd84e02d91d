#include "bitline/runtime/layer_patches.h"

#include <utility>

namespace bitline {

LayerPatches::LayerPatches(const std::vector<Values>& chunks, std::string input,
                           const ConvGeometry& geometry)
    : chunks_(chunks), input_(std::move(input)), geometry_(geometry) {
  const Value& first = chunks_.front().at(input_);
  images_per_chunk_ = first.images();
  image_size_ = first.data.size() / images_per_chunk_;
  // A linear layer's image holds one vector, or several behind each other.
  windows_per_image_ = image_size_ / geometry_.in_size() * geometry_.out_positions();
  for (const Values& values : chunks_) count_ += values.at(input_).images() * windows_per_image_;
}

float LayerPatches::at(const Value& value, std::int64_t element) const {
  const auto i = static_cast<std::size_t>(element);
  return value.quantized ? value.dequantizer()(value.data.data<std::int32_t>()[i])
                         : value.data.data<float>()[i];
}

void LayerPatches::read(std::int64_t index, std::int64_t group, std::span<float> patch) const {
  const ConvGeometry& g = geometry_;
  const std::int64_t image = index / windows_per_image_;
  const std::int64_t window = index % windows_per_image_;
  const Value& value = chunks_[static_cast<std::size_t>(image / images_per_chunk_)].at(input_);
  const std::int64_t start =
      image % images_per_chunk_ * image_size_ + window / g.out_positions() * g.in_size();
  const std::int64_t position = window % g.out_positions();
  const std::int64_t top = position / g.out_width() * g.stride.height - g.padding.top;
  const std::int64_t left = position % g.out_width() * g.stride.width - g.padding.left;
  const std::int64_t channels = g.in_channels / g.groups;
  std::size_t k = 0;
  for (std::int64_t c = group * channels; c < (group + 1) * channels; ++c)
    for (std::int64_t y = 0; y < g.kernel_height; ++y)
      for (std::int64_t x = 0; x < g.kernel_width; ++x) {
        const std::int64_t row = top + y * g.dilation.height;
        const std::int64_t column = left + x * g.dilation.width;
        const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
        patch[k++] =
            inside ? at(value, start + (c * g.in_height + row) * g.in_width + column) : 0.0F;
      }
}

}  // namespace bitline
