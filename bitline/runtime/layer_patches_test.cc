#include "bitline/runtime/layer_patches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace bitline {
namespace {

using ::testing::ElementsAre;

/// One chunk whose elements are 1, 2, 3 …
std::vector<Values> counting(Shape shape) {
  Tensor data(DType::kF32, std::move(shape));
  std::iota(data.data<float>().begin(), data.data<float>().end(), 1.0F);
  std::vector<Values> chunks(1);
  chunks[0]["in"] = {data, false, 1};
  return chunks;
}

std::vector<float> patch(const LayerPatches& patches, std::int64_t index, std::int64_t group,
                         std::size_t size) {
  std::vector<float> values(size);
  patches.read(index, group, values);
  return values;
}

TEST(LayerPatches, ReadsWindowsWithStrideAndPadding) {
  const std::vector<Values> chunks = counting({2, 1, 3, 3});
  const ConvGeometry conv{.in_height = 3,
                          .in_width = 3,
                          .kernel_height = 3,
                          .kernel_width = 3,
                          .stride = 2,
                          .padding = 1};
  const LayerPatches patches(chunks, "in", conv);
  EXPECT_EQ(patches.count(), 8);  // 2 images, 2 × 2 windows
  EXPECT_THAT(patch(patches, 0, 0, 9), ElementsAre(0, 0, 0, 0, 1, 2, 0, 4, 5));
  EXPECT_THAT(patch(patches, 7, 0, 9), ElementsAre(14, 15, 0, 17, 18, 0, 0, 0, 0));
}

TEST(LayerPatches, ReadsTheChannelsOfItsGroupAndDilatedKernels) {
  const std::vector<Values> chunks = counting({1, 2, 1, 4});
  const ConvGeometry conv{.in_channels = 2,
                          .in_width = 4,
                          .out_channels = 2,
                          .kernel_width = 2,
                          .groups = 2,
                          .dilation = Extents{1, 2}};
  const LayerPatches patches(chunks, "in", conv);
  EXPECT_EQ(patches.count(), 2);
  EXPECT_THAT(patch(patches, 1, 0, 2), ElementsAre(2, 4));
  EXPECT_THAT(patch(patches, 1, 1, 2), ElementsAre(6, 8));
}

TEST(LayerPatches, ReadsIntegersAsRealNumbersOfAllChunksAndVectors) {
  std::vector<Values> chunks(2);
  const std::vector<std::int32_t> first{3, 5, 7, 9};
  const std::vector<std::int32_t> second{1, 2, 3, 4};
  chunks[0]["in"] = {Tensor::of<std::int32_t>({1, 2, 2}, first), true, 0.5F, 3};
  chunks[1]["in"] = {Tensor::of<std::int32_t>({1, 2, 2}, second), true, 0.5F, 3};
  const LayerPatches patches(chunks, "in", ConvGeometry{.in_channels = 2});
  EXPECT_EQ(patches.count(), 4);  // 2 images of 2 vectors
  EXPECT_THAT(patch(patches, 1, 0, 2), ElementsAre(2, 3));
  EXPECT_THAT(patch(patches, 2, 0, 2), ElementsAre(-1, -0.5));
}

}  // namespace
}  // namespace bitline
