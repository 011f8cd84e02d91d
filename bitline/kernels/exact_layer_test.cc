#include "bitline/kernels/exact_layer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bitline/base/parallel.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/testing/convolutions.h"
#include "bitline/testing/expect_error.h"

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

/// Calls body() on every instruction set that has products of bytes.
template <typename Body>
void on_each_instruction_set(const Body& body) {
  for (const std::string_view name : instruction_sets()) {
    SCOPED_TRACE(name);
    force_instruction_set(name);
    if (has_dense_products()) body();
  }
  force_instruction_set(instruction_sets().front());
}

void expect_plain_sums(const IntegerLayer& layer, const Tensor& activations) {
  const std::vector<std::int64_t> expected = plain_sums(layer, activations);
  on_each_instruction_set([&] {
    ASSERT_TRUE(ExactLayer::pays(layer));
    const std::vector<float> sums = sums_of(layer, activations);
    EXPECT_EQ(std::vector<std::int64_t>(sums.begin(), sums.end()), expected);
  });
}
void expect_plain_sums(const IntegerLayer& layer) {
  expect_plain_sums(layer, random_activations(layer, 2));
}

// Fan-ins of 513 and 4 rows beside the 512 that are summed at once; channels that fill no block.
TEST(ExactLayer, EqualsTheIntegerConvolution) {
  for (const ConvGeometry& geometry :
       {ConvGeometry{5, 9, 7, 70, 3, 3, 1, 1, 1}, ConvGeometry{6, 8, 8, 32, 3, 3, 2, 1, 2},
        ConvGeometry{57, 5, 5, 16, 3, 3, 1, 0, 1}, ConvGeometry{513, 1, 1, 130, 1, 1, 1, 0, 1},
        ConvGeometry{4, 6, 6, 64, 1, 1, 2, 0, 1}})
    expect_plain_sums(random_layer(geometry, -128, 127));
}

// 3000 · 255 · 128 = 97,920,000 lies above 2^26, where floats are 8 apart.
TEST(ExactLayer, DoublesHoldSumsThatFloatsRound) {
  IntegerLayer layer = random_layer({3000, 1, 1, 16, 1, 1, 1, 0, 1}, -128, 127);
  std::ranges::fill(layer.weights.data<std::int32_t>(), -128);
  layer.weights.data<std::int32_t>()[0] = -127;
  Tensor activations(DType::kI32, {1, 3000, 1, 1});
  std::ranges::fill(activations.data<std::int32_t>(), 255);
  on_each_instruction_set([&] {
    const std::vector<double> sums = sums_of<double>(layer, activations);
    EXPECT_EQ(sums[0], -97920000.0 + 255);
    EXPECT_EQ(sums[1], -97920000.0);
  });
}

// Few bits, for which the kernels of the array read bits rather than digits.
TEST(ExactLayer, SumsWeightsAndActivationsOfOneOrTwoBits) {
  for (const std::int32_t largest : {0, 1}) {
    IntegerLayer layer = random_layer({5, 9, 7, 70, 3, 3, 1, 1, 1}, -largest, largest);
    for (const int input_bits : {1, 2}) {
      layer.input_bits = input_bits;
      expect_plain_sums(layer);
    }
  }
}

TEST(ExactLayer, PadsWithTheIntegerThatStandsForZero) {
  IntegerLayer layer = random_layer({3, 5, 5, 16, 3, 3, 1, 1, 1}, -128, 127);
  layer.input_bits = 4;
  layer.pad_value = 7;
  expect_plain_sums(layer);
}

TEST(ExactLayer, DoesNotDependOnThreads) {
  const IntegerLayer layer = random_layer({16, 32, 32, 64, 3, 3, 1, 1, 1}, -7, 7);
  const Tensor activations = random_activations(layer, 4);
  const int before = thread_count();
  on_each_instruction_set([&] {
    set_thread_count(1);
    const std::vector<float> one = sums_of(layer, activations);
    set_thread_count(3);
    EXPECT_EQ(sums_of(layer, activations), one);
  });
  set_thread_count(before);
}

TEST(ExactLayer, LeavesToOthersWhatItsBytesDoNotHold) {
  if (!has_dense_products()) GTEST_SKIP() << "no products of bytes";
  IntegerLayer layer = random_layer({16, 4, 4, 16, 1, 1, 1, 0, 1}, -128, 127);
  EXPECT_TRUE(ExactLayer::pays(layer));
  layer.pad_value = -1;
  EXPECT_FALSE(ExactLayer::pays(layer));
  layer.pad_value = 0;
  layer.input_bits = 9;
  EXPECT_FALSE(ExactLayer::pays(layer));
  layer.input_bits = 8;
  layer.weights.data<std::int32_t>()[0] = 128;
  EXPECT_FALSE(ExactLayer::pays(layer));
}

// 255 · 127 · 2 and 255 · 128 · 2 do not fit 16 bits: an instruction that adds two products
// saturates there.
TEST(ExactLayer, SumsTheLargestProducts) {
  for (const std::int32_t weight : {127, -127, -128}) {
    IntegerLayer layer = random_layer({40, 3, 3, 8, 3, 3, 1, 1, 1}, -128, 127);
    std::ranges::fill(layer.weights.data<std::int32_t>(), weight);
    Tensor activations(DType::kI32, {1, 40, 3, 3});
    std::ranges::fill(activations.data<std::int32_t>(), 255);
    expect_plain_sums(layer, activations);
  }
}

TEST(ExactLayer, TakesSignedActivations) {
  for (const int bits : {1, 4, 8}) {
    IntegerLayer layer = random_layer({5, 9, 7, 6, 3, 3, 1, 1, 1}, -128, 127);
    layer.input_signed = true;
    layer.input_bits = bits;
    Tensor activations = random_activations(layer, 2);
    for (std::int32_t& activation : activations.data<std::int32_t>()) activation -= 1 << (bits - 1);
    expect_plain_sums(layer, activations);
  }
}

TEST(ExactLayer, TakesActivationsOfPlusAndMinusOne) {
  IntegerLayer layer = random_layer({5, 9, 7, 6, 3, 3, 1, 0, 1}, -1, 1);
  layer.input_odd = true;
  layer.input_bits = 1;
  Tensor activations = random_activations(layer, 2);
  for (std::int32_t& activation : activations.data<std::int32_t>()) activation = 2 * activation - 1;
  expect_plain_sums(layer, activations);
}

// 700 images of one position: more than one strip.
TEST(ExactLayer, TakesTheVectorsOfManyImages) {
  const IntegerLayer layer = random_layer({300, 1, 1, 10, 1, 1, 1, 0, 1}, -7, 7);
  expect_plain_sums(layer, random_activations(layer, 700));
}

TEST(ExactLayer, TakesStridesAndHoles) {
  IntegerLayer layer = random_layer({3, 11, 13, 8, 3, 2, 2, 1, 1}, -7, 7);
  layer.geometry.dilation = 2;
  layer.geometry.padding = {0, 3, 1, 2};
  layer.geometry.stride = {1, 3};
  expect_plain_sums(layer, random_activations(layer, 9));
}

TEST(ExactLayer, RefusesActivationsOffTheirGrid) {
  IntegerLayer layer = random_layer({3, 5, 5, 16, 3, 3, 1, 1, 1}, -7, 7);
  layer.input_bits = 4;
  Tensor activations = random_activations(layer, 1);
  activations.data<std::int32_t>()[7] = 16;
  on_each_instruction_set([&] {
    EXPECT_EQ(
        test::message_of([&] { sums_of(layer, activations); }),
        "activation 16 lies off its grid, which starts at 0 and has 16 integers; quantize it");
  });
}

// What was packed for fours of products cannot be summed in pairs.
TEST(ExactLayer, KnowsWhetherItCanRunOnTheInstructionSet) {
  const IntegerLayer layer = random_layer({16, 4, 4, 16, 1, 1, 1, 0, 1}, -127, 127);
  if (!ExactLayer::pays(layer)) GTEST_SKIP() << "no products of bytes";
  const ExactLayer exact(layer);
  EXPECT_TRUE(exact.can_run());
  force_instruction_set("scalar");
  EXPECT_FALSE(exact.can_run());
  EXPECT_FALSE(ExactLayer::pays(layer));
  force_instruction_set(instruction_sets().front());
}

}  // namespace
}  // namespace bitline
