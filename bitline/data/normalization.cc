#include "bitline/data/normalization.h"

#include <cmath>
#include <cstddef>

#include "bitline/base/error.h"

namespace bitline {
namespace {

void normalize_image(const std::vector<std::array<float, 256>>& tables,
                     std::span<const std::uint8_t> image, std::span<float> out) {
  const std::size_t pixels = image.size() / tables.size();
  for (std::size_t c = 0; c < tables.size(); ++c)
    for (std::size_t i = c * pixels; i < (c + 1) * pixels; ++i) out[i] = tables[c][image[i]];
}

}  // namespace

Normalizer::Normalizer(const Normalization& normalization) {
  if (normalization.mean.size() != normalization.deviation.size() || normalization.mean.empty())
    fail_usage("normalization has {} means and {} deviations; give one of each for every channel",
               normalization.mean.size(), normalization.deviation.size());
  for (std::size_t c = 0; c < normalization.mean.size(); ++c) {
    const float mean = normalization.mean[c];
    const float deviation = normalization.deviation[c];
    if (!std::isfinite(mean) || !std::isfinite(deviation) || deviation <= 0.0F)
      fail_usage(
          "normalization of channel {}: mean {} and deviation {} have to be finite and the "
          "deviation above 0",
          c, mean, deviation);
    auto& table = tables_.emplace_back();
    for (std::size_t x = 0; x < table.size(); ++x)
      table[x] = (static_cast<float>(x) / 255.0F - mean) / deviation;
  }
}

void Normalizer::apply(std::span<const std::uint8_t> image, std::span<float> out) const {
  if (image.size() % tables_.size() != 0)
    fail("an image of {} pixels cannot have {} channels", image.size(), tables_.size());
  BITLINE_CHECK_EQ(image.size(), out.size());
  normalize_image(tables_, image, out);
}

Tensor Normalizer::apply(const Tensor& images) const {
  if (images.shape().size() != 4 || images.dim(1) != channels())
    fail("images of shape {} do not have the {} channels of the normalization",
         to_string(images.shape()), channels());
  Tensor normalized(DType::kF32, images.shape());
  const auto source = images.data<std::uint8_t>();
  const auto target = normalized.data<float>();
  const auto size = static_cast<std::size_t>(images.dim(1) * images.dim(2) * images.dim(3));
  for (std::size_t i = 0; i < source.size(); i += size)
    normalize_image(tables_, source.subspan(i, size), target.subspan(i, size));
  return normalized;
}

}  // namespace bitline
