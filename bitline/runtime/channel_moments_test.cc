#include "bitline/runtime/channel_moments.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bitline {
namespace {

/// [2 rows, 2 channels, 2 positions]: channel 0 sees 1, 2, 5, 8, channel 1 sees 0, 4, 4, 4.
template <typename Number>
Tensor sums(DType dtype) {
  Tensor tensor(dtype, {2, 2, 2});
  const Number values[] = {1, 2, 0, 4, 5, 8, 4, 4};
  std::ranges::copy(values, tensor.data<Number>().begin());
  return tensor;
}

void expect_the_statistics(const ChannelMoments& moments) {
  // channel 0: mean 4, squares 9 + 4 + 1 + 16 = 30 over 3; channel 1: mean 3, 9 + 1 + 1 + 1 = 12
  const ChannelStatistics found =
      moments.statistics(std::vector<double>{2.0, 0.5}, std::vector<double>{1.0, 0.0});
  EXPECT_DOUBLE_EQ(found.mean[0], 9);
  EXPECT_DOUBLE_EQ(found.variance[0], 40);
  EXPECT_DOUBLE_EQ(found.mean[1], 1.5);
  EXPECT_DOUBLE_EQ(found.variance[1], 1);
}

TEST(ChannelMoments, GiveMeanAndVarianceOfEveryKindOfSums) {
  for (const bool is_real : {false, true}) {
    ChannelMoments integers(2, is_real);
    integers.add(sums<std::int64_t>(DType::kI64));
    expect_the_statistics(integers);
    ChannelMoments reals(2, is_real);
    reals.add(sums<float>(DType::kF32));
    expect_the_statistics(reals);
  }
}

TEST(ChannelMoments, PartsAddUp) {
  const Tensor all = sums<std::int64_t>(DType::kI64);
  ChannelMoments first(2, false), second(2, false);
  first.add(all.slice(0, 1));
  second.add(all.slice(1, 2));
  first.add(second);
  EXPECT_EQ(first.count(), 4);
  expect_the_statistics(first);
}

// Their squares times their number exceed 128 bits.
TEST(ChannelMoments, ManyLargeSumsLoseNothing) {
  constexpr std::int64_t kCount = 512'000;
  constexpr std::int64_t kSum = 100'000'000'000'000;
  Tensor large(DType::kI64, {kCount, 1});
  const auto values = large.data<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 2 == 0 ? kSum + 1 : -kSum;
  ChannelMoments moments(1, false);
  moments.add(large);
  const ChannelStatistics found =
      moments.statistics(std::vector<double>{1.0}, std::vector<double>{0.0});
  EXPECT_DOUBLE_EQ(found.mean[0], 0.5);
  EXPECT_NEAR(found.variance[0] / (1e28 * kCount / (kCount - 1)), 1, 1e-13);
}

TEST(ChannelMoments, SumsThatDoNotFitAreRefused) {
  Tensor large(DType::kI64, {2, 1});
  large.data<std::int64_t>()[1] = -(std::int64_t{1} << 48);
  ChannelMoments moments(1, false);
  EXPECT_THROW(moments.add(large), Error);
}

// 2^40 and 2^40 + 2: their squares exceed 64 bits, and the variance is the small difference.
TEST(ChannelMoments, LargeSumsLoseNothing) {
  Tensor large(DType::kI64, {2, 1});
  large.data<std::int64_t>()[0] = std::int64_t{1} << 40;
  large.data<std::int64_t>()[1] = (std::int64_t{1} << 40) + 2;
  ChannelMoments moments(1, false);
  moments.add(large);
  EXPECT_DOUBLE_EQ(
      moments.statistics(std::vector<double>{1.0}, std::vector<double>{0.0}).variance[0], 2);
}

Tensor one(float value) {
  Tensor tensor(DType::kF32, {1});
  tensor.data<float>()[0] = value;
  return tensor;
}

TEST(MovedStatistics, FollowWhatChanged) {
  const NormStatistics stored{one(1.0F), one(3.0F)};
  const NormStatistics found = moved(stored, {{0.5}, {2.0}}, {{2.0}, {4.0}});
  EXPECT_FLOAT_EQ(found.mean.data<float>()[0], static_cast<float>(2 + 0.5 * std::sqrt(2.0)));
  EXPECT_FLOAT_EQ(found.variance.data<float>()[0], 6.0F);
  // nothing to scale: the new variance is added
  EXPECT_FLOAT_EQ(moved(stored, {{0.0}, {0.0}}, {{0.0}, {4.0}}).variance.data<float>()[0], 7.0F);
  EXPECT_FLOAT_EQ(stored.mean.data<float>()[0], 1.0F);
}

// An ADC that halves every output: what batch-norm gives stays the same, (y − μ) / σ.
TEST(MovedStatistics, TakeAScaleOutWholly) {
  const NormStatistics stored{one(1.0F), one(9.0F)};
  const NormStatistics halved = moved(stored, {{4.0}, {2.0}}, {{2.0}, {0.5}});
  EXPECT_FLOAT_EQ(halved.mean.data<float>()[0], 0.5F);
  EXPECT_FLOAT_EQ(halved.variance.data<float>()[0], 2.25F);
  // Nothing is left of the channel: it gives what batch-norm makes of its mean.
  const NormStatistics constant = moved(stored, {{4.0}, {2.0}}, {{3.0}, {0.0}});
  EXPECT_FLOAT_EQ(constant.mean.data<float>()[0], 3.0F);
  EXPECT_FLOAT_EQ(constant.variance.data<float>()[0], 0.0F);
}

// ln 4 and 3 of √4; then nothing; and what never changes is not what was stored.
TEST(Distance, CountsVariancesAndMeans) {
  const NormStatistics stored{one(1.0F), one(1.0F)};
  EXPECT_DOUBLE_EQ(distance(stored, {{7.0}, {4.0}}, 0), std::log(4.0) + 3);
  EXPECT_DOUBLE_EQ(distance(stored, {{1.0}, {1.0}}, 0), 0);
  EXPECT_TRUE(std::isinf(distance(stored, {{7.0}, {0.0}}, 0)));
}

}  // namespace
}  // namespace bitline
