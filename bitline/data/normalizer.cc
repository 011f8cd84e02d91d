#include "bitline/data/normalizer.h"

#include <cstddef>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

void check_sizes(std::size_t image, std::size_t channels, std::size_t out) {
  if (image % channels != 0) fail("an image of {} values cannot have {} channels", image, channels);
  BITLINE_CHECK_EQ(image, out);
}

}  // namespace

Normalizer::Normalizer(const Normalization& normalization) : normalization_(normalization) {
  validate(normalization);
  for (std::size_t c = 0; c < normalization.mean.size(); ++c) {
    const float mean = normalization.mean[c];
    const float deviation = normalization.deviation[c];
    auto& table = tables_.emplace_back();
    for (std::size_t x = 0; x < table.size(); ++x)
      table[x] = (static_cast<float>(x) / 255.0F - mean) / deviation;
  }
}

void Normalizer::apply(std::span<const std::uint8_t> image, std::span<float> out) const {
  check_sizes(image.size(), tables_.size(), out.size());
  const std::size_t pixels = image.size() / tables_.size();
  for (std::size_t c = 0; c < tables_.size(); ++c)
    for (std::size_t i = c * pixels; i < (c + 1) * pixels; ++i) out[i] = tables_[c][image[i]];
}

void Normalizer::apply(std::span<const float> image, std::span<float> out) const {
  check_sizes(image.size(), tables_.size(), out.size());
  const std::size_t pixels = image.size() / tables_.size();
  for (std::size_t c = 0; c < tables_.size(); ++c)
    for (std::size_t i = c * pixels; i < (c + 1) * pixels; ++i)
      out[i] = (image[i] - normalization_.mean[c]) / normalization_.deviation[c];
}

Tensor Normalizer::apply(const Tensor& images) const {
  Tensor normalized(DType::kF32, images.shape());
  if (images.size() == 0) return normalized;
  const auto size = static_cast<std::size_t>(images.size() / images.dim(0));
  for (std::size_t i = 0; i < static_cast<std::size_t>(images.size()); i += size) {
    const auto target = normalized.data<float>().subspan(i, size);
    if (images.dtype() == DType::kF32)
      apply(images.data<float>().subspan(i, size), target);
    else
      apply(images.data<std::uint8_t>().subspan(i, size), target);
  }
  return normalized;
}

}  // namespace bitline
