#include "bitline/runtime/pointwise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

using ::testing::ElementsAre;

Tensor floats(Shape shape, std::vector<float> values) {
  return Tensor::of<float>(std::move(shape), std::span<const float>(values));
}

TEST(Pointwise, FoldsScaleBiasAndBatchNorm) {
  Network network = test::small_network();
  const Node& norm = network.node("first_norm");
  for (const char* role : {"scale", "shift", "mean", "variance"}) {
    const float value = role == std::string("scale")   ? 3.0F
                        : role == std::string("shift") ? 0.5F
                        : role == std::string("mean")  ? 2.0F
                                                       : 4.0F - 1e-5F;
    for (float& v : network.parameter(norm, role).data<float>()) v = value;
  }
  const Step step = lower(network)[1];
  const std::vector<double> scale{0.25};
  const ChannelAffine affine =
      fold_affine(network, step, scale, {}, stored_statistics(network, step));
  // gain 3 / √4 = 1.5: multiplier 0.25 · 1.5, offset (0 − 2) · 1.5 + 0.5
  for (const double m : affine.multiplier) EXPECT_NEAR(m, 0.375, 1e-7);
  for (const double o : affine.offset) EXPECT_NEAR(o, -2.5, 1e-6);
}

TEST(Pointwise, FinishesALayerInTheStatedOrder) {
  Step step;
  step.output = "value";
  step.relu = true;
  QuantSpec spec;
  spec.bits = 4;
  spec.scale = floats({1}, {0.5F});
  step.spec = spec;
  const std::vector<std::int64_t> sums{-8, 4, 1, 100};
  const Value addend{floats({1, 2, 2}, {0.0F, 0.25F, 0.5F, 0.0F})};
  const Value output = finish_layer(step, Tensor::of<std::int64_t>({1, 2, 2}, sums), {1, 2, 2},
                                    {{0.5, 1.0}, {1.0, -0.5}}, &addend);
  // channel 0: −8·0.5+1 = −3 → relu 0 → 0;  4·0.5+1+0.25 = 3.25 → 6.5 → 6 (half to even)
  // channel 1:  1−0.5+0.5 = 1 → 2;  100−0.5 = 99.5 → clamped to 15
  const auto integers = output.data.data<std::int32_t>();
  EXPECT_THAT(std::vector<std::int32_t>(integers.begin(), integers.end()),
              ElementsAre(0, 6, 2, 15));
}

TEST(Pointwise, AveragesIntegersWithoutRounding) {
  const std::vector<std::int32_t> pixels{1, 9, 3, 4, 5, 6, 7, 8, 2, 2, 2, 2, 2, 2, 2, 2};
  Value input{Tensor::of<std::int32_t>({1, 1, 4, 4}, pixels), true, 0.5F};
  EXPECT_EQ(run_global_average_pool(input).data.data<float>()[0], 59.0F * 0.5F / 16.0F);
  input.zero_point = 2;
  EXPECT_EQ(run_global_average_pool(input).data.data<float>()[0], (59.0F - 32) * 0.5F / 16.0F);
}

TEST(Pointwise, ReadsAndWritesZeroPoints) {
  QuantSpec spec;
  spec.bits = 8;
  spec.zero_point = 3;
  spec.scale = floats({1}, {0.5F});
  // v / s + 3: 3, 5, 1, and -1 to 0; back (A - 3) / 2.
  const Value value = quantize({floats({1, 4}, {0, 1, -1, -2})}, spec);
  const auto stored = value.data.data<std::int32_t>();
  EXPECT_THAT(std::vector<std::int32_t>(stored.begin(), stored.end()), ElementsAre(3, 5, 1, 0));
  const Tensor back = real(value);
  EXPECT_THAT(std::vector<float>(back.data<float>().begin(), back.data<float>().end()),
              ElementsAre(0, 1, -1, -1.5F));
}

// (13 · 0.7) · (1/0.7) is a little less than 13 in float32.
TEST(Pointwise, IntegersOfAGridAreNotRoundedToItAgain) {
  QuantSpec spec;
  spec.bits = 4;
  spec.rounding = Rounding::kFloor;
  spec.scale = floats({1}, {0.7F});
  const std::vector<std::int32_t> integers{0, 7, 13, 15, 99};
  const Value value{Tensor::of<std::int32_t>({1, 5}, integers), true, 0.7F};
  EXPECT_THAT(quantize(value, spec).data.data<std::int32_t>(), ElementsAre(0, 7, 13, 15, 15));
}

TEST(Pointwise, ChannelsOfOnePositionTakeTheirOwnFactors) {
  Step step;
  const std::vector<std::int64_t> sums{1, 2, 3, 4};
  const Value output = finish_layer(step, Tensor::of<std::int64_t>({2, 2}, sums), {1, 2, 2},
                                    {{1.0, 10.0}, {0.5, 0.0}}, nullptr);
  EXPECT_EQ(output.data.shape(), (Shape{1, 2, 2}));
  const auto reals = output.data.data<float>();
  EXPECT_THAT(std::vector<float>(reals.begin(), reals.end()), ElementsAre(1.5F, 20, 3.5F, 40));
}

TEST(Pointwise, TheZeroPointOfTheInputIsTakenOffBeforeTheBatchNorm) {
  const Network network = test::small_network();
  const Step step = lower(network)[1];
  const std::vector<double> scale{0.25};
  const std::vector<double> zero{1, -2, 0, 0.5};
  const ChannelAffine plain =
      fold_affine(network, step, scale, {}, stored_statistics(network, step));
  const ChannelAffine moved =
      fold_affine(network, step, scale, zero, stored_statistics(network, step));
  for (std::size_t o = 0; o < 4; ++o) {
    const double gain = plain.multiplier[o] / 0.25;
    EXPECT_NEAR(moved.offset[o], plain.offset[o] + zero[o] * gain, 1e-12);
    EXPECT_EQ(moved.multiplier[o], plain.multiplier[o]);
  }
}

TEST(Pointwise, AddsValuesOfDifferentGridsAsRealNumbers) {
  const std::vector<std::int32_t> integers{3, -2};
  const Value a{Tensor::of<std::int32_t>({1, 2}, integers), true, 0.25F};
  const Value b{floats({1, 2}, {1.0F, 1.0F})};
  const Value sum = run_add(a, b);
  EXPECT_EQ(sum.data.data<float>()[0], 1.75F);
  EXPECT_EQ(sum.data.data<float>()[1], 0.5F);
}

}  // namespace
}  // namespace bitline
