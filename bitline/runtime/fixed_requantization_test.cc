// Requantization in integers, equation (8b); F = 4 where numbers are worked out by hand.
#include "bitline/runtime/fixed_requantization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bitline/base/random.h"
#include "bitline/runtime/executor.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/small_network.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::tensor_of;
using testing::HasSubstr;

TEST(FixedFactor, HasSoManySignificantBits) {
  const auto expect = [](double v, std::int64_t multiplier, int shift) {
    const FixedFactor factor = FixedFactor::of(v, 4);
    EXPECT_EQ(factor.multiplier, multiplier) << v;
    EXPECT_EQ(factor.shift, shift) << v;
  };
  expect(0.3, 10, 1);  // 0.6 · 2^-1; 9.6
  expect(-0.3, -10, 1);
  expect(0.0075, 15, 7);  // 0.96 · 2^-7; 15.36
  expect(0.49999, 8, 0);  // 16 · 2^-1
  expect(3, 48, 0);       // 0.75 · 2^2
  expect(0, 0, 0);
  expect(std::ldexp(1.0, -63), 8, 62);
  expect(std::ldexp(1.0, -64), 0, 0);  // its products are less than half a unit
}

TEST(FixedFactor, RoundsHalvesUp) {
  const FixedFactor half{1, 1};
  EXPECT_EQ(half.times(1), 1);
  EXPECT_EQ(half.times(-1), 0);
  EXPECT_EQ(half.times(3), 2);
  EXPECT_EQ(half.times(-3), -1);
}

/// One channel: multiplier 0.3 (10 / 2), offset 1/4 (4 of 16), addend 1/2 (8).
FixedRequantization one_channel(const FixedTarget& target) {
  return FixedRequantization({{0.3}, {0.25}}, target, 0.5F, {1000, 1000});
}

TEST(FixedRequantization, AddsAtOnePositionAndRoundsHalvesUp) {
  QuantSpec grid = test::unsigned_spec(4);
  grid.zero_point = 3;
  const FixedRequantization requantize = one_channel({4, 1, grid, false});
  EXPECT_EQ(requantize(0, 3, 0), 3 + 1);    // 15 + 4 = 19
  EXPECT_EQ(requantize(0, 4, 0), 3 + 2);    // 20 + 4 = 24, a tie
  EXPECT_EQ(requantize(0, -6, 0), 3 - 2);   // -30 + 4 = -26
  EXPECT_EQ(requantize(0, -4, -1), 3 - 1);  // -20 + 4 - 8 = -24, a tie
  EXPECT_EQ(requantize(0, 3, 2), 3 + 2);    // 19 + 16 = 35
  EXPECT_EQ(requantize(0, 100, 0), 15);
  EXPECT_EQ(requantize(0, -100, 0), 0);
}

TEST(FixedRequantization, TheStepDividesFactorsAndOffset) {
  // 0.3, 1/4 and 1/2 over 1/2: 0.6 (10 / 1), 8 of 16, 16
  const FixedRequantization requantize =
      one_channel({4, 0.5F, test::unsigned_spec(4, 0.5F), false});
  EXPECT_EQ(requantize(0, 3, 1), 3);  // 30 + 8 + 16 = 54, 3.375
}

TEST(FixedRequantization, ReluCutsBeforeTheRounding) {
  const FixedRequantization requantize = one_channel({4, 1, test::signed_spec(4), true});
  EXPECT_EQ(requantize(0, -6, 0), 0);
  EXPECT_EQ(requantize(0, 4, 0), 2);
}

TEST(FixedRequantization, WithoutAGridTheOutputIsInUnits) {
  const FixedRequantization requantize = one_channel({4, 1, std::nullopt, false});
  EXPECT_EQ(requantize(0, 3, 2), 35);
  EXPECT_EQ(requantize(0, -6, 0), -26);
}

TEST(FixedRequantization, OddGridsRoundToOddIntegers) {
  QuantSpec grid = test::signed_spec(2);
  grid.odd = true;
  const FixedRequantization requantize({{1}, {0}}, {4, 16, grid, false}, 0, {1000, 0});
  // The sums are sixteenths of a step: T itself.
  const std::vector<std::pair<std::int64_t, std::int32_t>> expected{
      {0, 1}, {31, 1}, {32, 3}, {500, 3}, {-1, -1}, {-32, -1}, {-33, -3}, {-500, -3}};
  for (const auto& [sum, integer] : expected) EXPECT_EQ(requantize(0, sum, 0), integer) << sum;
}

TEST(FixedRequantization, RefusesWhatDoesNotFit) {
  const auto refusal = [](const ChannelAffine& affine, const FixedLimits& limits) {
    return test::message_of([&] {
      FixedRequantization(affine, {16, 1, test::unsigned_spec(8), false}, 1, limits);
    });
  };
  EXPECT_EQ(refusal({{0.7}, {0}}, {std::int64_t{1} << 44, 0}), "nothing was thrown");
  EXPECT_THAT(refusal({{0.3, 0.7}, {0, 0}}, {std::int64_t{1} << 45, 0}),
              HasSubstr("channel 0: its sums times a multiplier of 16 bits do not fit 60 bits"));
  EXPECT_THAT(refusal({{0.7}, {1e15}}, {1, 0}), HasSubstr("channel 0"));
  EXPECT_THAT(refusal({{0.7}, {0}}, {1, std::int64_t{1} << 45}), HasSubstr("array.requantize"));
  EXPECT_THAT(refusal({{1e12}, {0}}, {1, 0}), HasSubstr("2^38"));
}

/// Integers up to `most` in magnitude, the ends among them.
template <typename Sum>
std::vector<Sum> draw(Random& random, std::int64_t most, std::size_t count) {
  std::vector<Sum> sums{static_cast<Sum>(most), static_cast<Sum>(-most), Sum{0}};
  while (sums.size() < count)
    sums.push_back(static_cast<Sum>(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * most + 1))) - most));
  return sums;
}

template <typename Sum>
void expect_row_by_definition(std::int64_t most, std::uint64_t seed) {
  Random random(seed);
  QuantSpec odd = test::signed_spec(3);
  odd.odd = true;
  QuantSpec around = test::unsigned_spec(8);
  around.zero_point = 77;
  const double output = 100 / static_cast<double>(most);  // what the largest sum comes to
  for (const std::optional<QuantSpec>& grid :
       {std::optional(around), std::optional(odd), std::optional<QuantSpec>()})
    for (const bool relu : {false, true})
      for (const int bits : {2, 5, 16, 24}) {
        const ChannelAffine affine{{output * (0.5 + random.uniform()), -output * random.uniform()},
                                   {random.normal() * 10, random.normal()}};
        const FixedRequantization requantize(affine, {bits, 0.7F, grid, relu}, 0.3F, {most, 300});
        const std::vector<Sum> sums = draw<Sum>(random, most, 61);
        const std::vector<std::int32_t> addends = draw<std::int32_t>(random, 290, 61);
        for (const std::size_t channel : {std::size_t{0}, std::size_t{1}}) {
          std::vector<std::int32_t> plain(sums.size()), added(sums.size());
          requantize.run_row<Sum>(sums, channel, {}, plain);
          requantize.run_row<Sum>(sums, channel, {addends, -10}, added);
          for (std::size_t i = 0; i < sums.size(); ++i) {
            const auto sum = static_cast<std::int64_t>(sums[i]);
            ASSERT_EQ(plain[i], requantize(channel, sum, 0)) << sum << " of " << bits << " bits";
            ASSERT_EQ(added[i], requantize(channel, sum, addends[i] + 10)) << sum;
          }
        }
      }
}

TEST(FixedRequantization, RowsAreTheDefinition) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    expect_row_by_definition<float>(20000, seed);
    expect_row_by_definition<double>(std::int64_t{1} << 24, seed);
    expect_row_by_definition<std::int64_t>(std::int64_t{1} << 32, seed);  // beyond doubles at 24
    expect_row_by_definition<std::int64_t>(7, seed);                      // ties are frequent
  }
}

ArraySpec fixed_array(int bits) {
  ArraySpec array;
  array.requantize = Requantize::kFixed;
  array.requantize_bits = bits;
  return array;
}

/// Weights 3 and -2 of step 1/2, an input of step 1/4, a bias of 1/4 and an output of step 1.
Network one_layer() {
  Network network = network_with_input({2});
  append(network, "layer", Linear{}, {"input"},
         {{"weight", tensor_of({1, 2}, {1.5F, -1})}, {"bias", tensor_of({1}, {0.25F})}});
  network.quant["input"] = test::unsigned_spec(4, 0.25F);
  network.quant["layer.weight"] = test::signed_spec(3, {0.5F});
  return network;
}

float output_of(const Network& network, const ArraySpec& array, const Tensor& image) {
  return Executor(network, MacMode::kLossless, array).logits(image).data<float>()[0];
}

// Y = 3 · 2 - 2 · 2 = 2: 2 · 1/8 + 1/4 is the tie 1/2, to 0 in real numbers. In integers
// T = [8 · 2]_2 + 4 = 8 of 16, and halves go up.
TEST(FixedLayers, RoundInIntegers) {
  Network network = one_layer();
  network.quant["layer"] = test::unsigned_spec(4, 1);
  const Tensor image = tensor_of({1, 2}, {0.5F, 0.5F});
  EXPECT_EQ(output_of(network, {}, image), 0);
  EXPECT_EQ(output_of(network, fixed_array(4), image), 1);
}

TEST(FixedLayers, LogitsStayRealNumbers) {
  const Tensor image = tensor_of({1, 2}, {0.5F, 0.5F});
  EXPECT_EQ(output_of(one_layer(), fixed_array(4), image), 0.5F);
}

// The layer's value comes to its grid behind the pooling.
TEST(FixedLayers, ThatArePooledFirstRoundBeforeThat) {
  Network network = one_layer();
  append(network, "flat", Flatten{}, {"layer"});
  network.quant["flat"] = test::unsigned_spec(4, 1);
  EXPECT_EQ(output_of(network, fixed_array(4), tensor_of({1, 2}, {0.5F, 0.5F})), 1);
}

/// Two layers whose values are added on the way to a grid: one is the other's addend.
Network two_branches() {
  Network network = one_layer();
  append(network, "other", Linear{}, {"input"}, {{"weight", tensor_of({1, 2}, {0.5F, 0.5F})}});
  network.quant["other.weight"] = test::signed_spec(3, {0.5F});
  append(network, "sum", ResidualAdd{}, {"layer", "other"});
  network.quant["sum"] = test::unsigned_spec(4, 1);
  return network;
}

// T of "layer" is 2 Y + 4 = 8, that of "other" 2 · (2 + 2) = 8: 16 of 16.
TEST(FixedLayers, AddendsThatAreLayersStayIntegers) {
  EXPECT_EQ(output_of(two_branches(), fixed_array(4), tensor_of({1, 2}, {0.5F, 0.5F})), 1);
  // A = 1 and 0: 2 · 3 + 4 and 2, 12 of 16.
  EXPECT_EQ(output_of(two_branches(), fixed_array(4), tensor_of({1, 2}, {0.25F, 0})), 1);
  // A = 0 and 1: 2 · -2 + 4 and 2, 2 of 16.
  EXPECT_EQ(output_of(two_branches(), fixed_array(4), tensor_of({1, 2}, {0, 0.25F})), 0);
}

// With many bits next to nothing is lost: a float32 product is off by 2^-24 itself.
TEST(FixedLayers, ManyBitsComeCloseToRealNumbers) {
  Network network = test::small_network();
  // means of products of 0.1 and 0.3 are often ties of 0.01, which go up in one and to the even
  // integer in the other
  network.quant.at("average").scale = tensor_of({1}, {0.0113F});
  const Tensor images = test::random_images(32);
  const Tensor exact = Executor(network, MacMode::kLossless).logits(images);
  const Tensor fixed = Executor(network, MacMode::kLossless, fixed_array(20)).logits(images);
  std::size_t same = 0;
  for (std::size_t i = 0; i < exact.data<float>().size(); ++i)
    same += exact.data<float>()[i] == fixed.data<float>()[i] ? 1 : 0;
  EXPECT_GE(same, exact.data<float>().size() - 3);
}

TEST(FixedLayers, DoNotDependOnTheBatch) {
  const Executor executor(test::small_network(), MacMode::kLossless, fixed_array(8));
  const Tensor images = test::random_images(5);
  const Tensor all = executor.logits(images);
  for (std::int64_t i = 0; i < 5; ++i) {
    const Tensor one = executor.logits(images.slice(i, i + 1));
    EXPECT_TRUE(std::ranges::equal(one.bytes(), all.slice(i, i + 1).bytes())) << i;
  }
}

}  // namespace
}  // namespace bitline
