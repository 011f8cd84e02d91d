#include "bitline/train/batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace bitline {
namespace {

/// Eight images of one channel and 9 x 9 pixels, no pixel 0.
Dataset bytes() {
  std::vector<std::uint8_t> pixels(8 * 81);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(i % 251 + 1);
  return {Tensor::of<std::uint8_t>({8, 1, 9, 9}, pixels), {0, 1, 0, 1, 0, 1, 0, 1}, 2, {}};
}

/// The same images as numbers from 0 to 1.
Dataset reals() {
  Dataset dataset = bytes();
  Tensor pixels(DType::kF32, dataset.images.shape());
  std::ranges::transform(dataset.images.data<std::uint8_t>(), pixels.data<float>().begin(),
                         [](std::uint8_t x) { return static_cast<float>(x) / 255.0F; });
  dataset.images = pixels;
  return dataset;
}

TEST(BatchSource, RealImagesAreMovedAndNormalizedLikeBytes) {
  const Normalization normalization{{0.5F}, {0.25F}};
  const Dataset from_bytes = bytes();
  const Dataset from_reals = reals();
  for (const bool augmented : {false, true}) {
    const Batch a = BatchSource(from_bytes, normalization, 1, true, augmented).batch(0, 8);
    const Batch b = BatchSource(from_reals, normalization, 1, true, augmented).batch(0, 8);
    EXPECT_TRUE(at::equal(a.images, b.images));
    EXPECT_TRUE(at::equal(a.labels, b.labels));
  }
}

}  // namespace
}  // namespace bitline
