#include "bitline/kernels/exact_layer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/base/parallel.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/testing/convolutions.h"

namespace bitline {
namespace {

using test::plain_sums;
using test::random_activations;
using test::random_layer;

template <typename Number = float>
std::vector<Number> sums_of(const IntegerLayer& layer, const Tensor& activations) {
  const std::int64_t images = activations.dim(0);
  std::vector<Number> sums(static_cast<std::size_t>(images * layer.geometry.out_size()));
  ExactLayer(layer).sum<Number>(images, activations.data<std::int32_t>(), sums);
  return sums;
}

void expect_plain_sums(const IntegerLayer& layer) {
  ASSERT_TRUE(ExactLayer::pays(layer));
  const Tensor activations = random_activations(layer, 2);
  const std::vector<float> sums = sums_of(layer, activations);
  EXPECT_EQ(std::vector<std::int64_t>(sums.begin(), sums.end()), plain_sums(layer, activations));
}

class ExactLayerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_dot_products()) GTEST_SKIP() << "this processor has no dot products of bytes";
  }
};

// Fan-ins of 513 and 4 rows beside the 512 that are summed at once; channels that fill no block.
TEST_F(ExactLayerTest, EqualsTheIntegerConvolution) {
  for (const ConvGeometry& geometry :
       {ConvGeometry{5, 9, 7, 70, 3, 3, 1, 1, 1}, ConvGeometry{6, 8, 8, 32, 3, 3, 2, 1, 2},
        ConvGeometry{57, 5, 5, 16, 3, 3, 1, 0, 1}, ConvGeometry{513, 1, 1, 130, 1, 1, 1, 0, 1},
        ConvGeometry{4, 6, 6, 64, 1, 1, 2, 0, 1}})
    expect_plain_sums(random_layer(geometry, -128, 127));
}

// 3000 · 255 · 128 = 97,920,000 lies above 2^26, where floats are 8 apart.
TEST_F(ExactLayerTest, DoublesHoldSumsThatFloatsRound) {
  IntegerLayer layer = random_layer({3000, 1, 1, 16, 1, 1, 1, 0, 1}, -128, 127);
  std::ranges::fill(layer.weights.data<std::int32_t>(), -128);
  layer.weights.data<std::int32_t>()[0] = -127;
  Tensor activations(DType::kI32, {1, 3000, 1, 1});
  std::ranges::fill(activations.data<std::int32_t>(), 255);
  const std::vector<double> sums = sums_of<double>(layer, activations);
  EXPECT_EQ(sums[0], -97920000.0 + 255);
  EXPECT_EQ(sums[1], -97920000.0);
}

// Few bits, for which the kernels of the array read bits rather than digits.
TEST_F(ExactLayerTest, SumsWeightsAndActivationsOfOneOrTwoBits) {
  for (const std::int32_t largest : {0, 1}) {
    IntegerLayer layer = random_layer({5, 9, 7, 70, 3, 3, 1, 1, 1}, -largest, largest);
    for (const int input_bits : {1, 2}) {
      layer.input_bits = input_bits;
      expect_plain_sums(layer);
    }
  }
}

TEST_F(ExactLayerTest, PadsWithTheIntegerThatStandsForZero) {
  IntegerLayer layer = random_layer({3, 5, 5, 16, 3, 3, 1, 1, 1}, -128, 127);
  layer.input_bits = 4;
  layer.pad_value = 7;
  expect_plain_sums(layer);
}

TEST_F(ExactLayerTest, DoesNotDependOnThreads) {
  const IntegerLayer layer = random_layer({16, 32, 32, 64, 3, 3, 1, 1, 1}, -7, 7);
  const Tensor activations = random_activations(layer, 4);
  const int before = thread_count();
  set_thread_count(1);
  const std::vector<float> one = sums_of(layer, activations);
  set_thread_count(3);
  EXPECT_EQ(sums_of(layer, activations), one);
  set_thread_count(before);
}

TEST_F(ExactLayerTest, LeavesToOthersWhatItsBytesDoNotHold) {
  IntegerLayer layer = random_layer({16, 4, 4, 16, 1, 1, 1, 0, 1}, -128, 127);
  EXPECT_TRUE(ExactLayer::pays(layer));
  layer.pad_value = -1;
  EXPECT_FALSE(ExactLayer::pays(layer));
  layer.pad_value = 0;
  layer.input_signed = true;
  EXPECT_FALSE(ExactLayer::pays(layer));
  layer.input_signed = false;
  layer.weights.data<std::int32_t>()[0] = 128;
  EXPECT_FALSE(ExactLayer::pays(layer));
}

TEST(ExactLayer, IsNotForMachinesWithoutDotProducts) {
  force_instruction_set("scalar");
  EXPECT_FALSE(ExactLayer::pays(random_layer({16, 4, 4, 16, 1, 1, 1, 0, 1}, -7, 7)));
  force_instruction_set(instruction_sets().front());
}

}  // namespace
}  // namespace bitline
