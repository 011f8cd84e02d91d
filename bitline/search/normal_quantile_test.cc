#include "bitline/search/normal_quantile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace bitline {
namespace {

/// √(2π), the integral's scale against a probability.
constexpr long double kRootTwoPi = 2.50662827463100050242L;
/// erf(3/√2), the probability within three deviations.
constexpr long double kWithinThree = 0.997300203936739810947L;

/// What normal_integral is where so much of a standard normal distribution lies between 0 and z.
long double integral_of(long double probability) {
  return probability * kRootTwoPi * static_cast<long double>(kIntegralParts);
}

/// z with Φ(z) = probability, from published tables.
struct Quantile {
  long double probability, z;
};
const std::vector<Quantile> kPublished = {
    {0.6L, 0.25334710313579977L},  {0.75L, 0.67448975019608174L},  {0.9L, 1.28155156554460047L},
    {0.95L, 1.64485362695147271L}, {0.975L, 1.95996398454005424L}, {0.99L, 2.32634787404084110L},
    {0.995L, 2.57582930354890076L}};

TEST(NormalIntegral, IsThatOfOneTwoAndThreeDeviations) {
  // erf(z/√2) for z = 1, 2, 3; half of it lies on one side.
  const std::vector<long double> within = {0.682689492137085897170L, 0.954499736103641585599L,
                                           kWithinThree};
  EXPECT_EQ(normal_integral(0), 0);
  for (std::int64_t z = 1; z <= 3; ++z) {
    const long double expected = integral_of(within[static_cast<std::size_t>(z - 1)] / 2);
    const auto found = static_cast<long double>(normal_integral(z * kDeviationParts));
    EXPECT_LT(std::abs(found - expected), 64) << z;
  }
}

TEST(NormalIntegral, PutsPublishedQuantilesBetweenItsSteps) {
  for (const auto& [probability, z] : kPublished) {
    const auto below =
        static_cast<std::int64_t>(std::floor(z * static_cast<long double>(kDeviationParts)));
    const long double expected = integral_of(probability - 0.5L);
    EXPECT_LE(static_cast<long double>(normal_integral(below)), expected) << z;
    EXPECT_GT(static_cast<long double>(normal_integral(below + 1)), expected) << z;
  }
}

// Φ(z) = p lies at the share ½ + (p − ½) / erf(3/√2) of what is truncated at three deviations. The
// share is rounded to 10^-9, which moves z by less than one part: the density is above 0.01 there,
// and a part is 9.5 · 10^-7.
TEST(TruncatedNormalQuantile, IsThePublishedOneOfTheWholeDistribution) {
  constexpr std::int64_t kBillion = 1'000'000'000;
  for (const auto& [probability, z] : kPublished) {
    const std::int64_t share =
        std::llround((0.5L + (probability - 0.5L) / kWithinThree) * kBillion);
    const long double expected = z * static_cast<long double>(kDeviationParts);
    const auto found = static_cast<long double>(truncated_normal_quantile(share, kBillion));
    EXPECT_LT(std::abs(found - expected), 1.5L) << z;
  }
}

// The integral up to z is at most (2k − n) / n of the whole, and up to z + 1 it is more.
TEST(TruncatedNormalQuantile, IsRoundedTowardsZero) {
  constexpr std::int64_t kShares = 64;
  const __int128 whole = normal_integral(kTruncation);
  for (std::int64_t k = kShares / 2; k < kShares; ++k) {
    const std::int64_t z = truncated_normal_quantile(k, kShares);
    EXPECT_TRUE(kShares * static_cast<__int128>(normal_integral(z)) <= (2 * k - kShares) * whole);
    EXPECT_TRUE(kShares * static_cast<__int128>(normal_integral(z + 1)) >
                (2 * k - kShares) * whole);
  }
}

TEST(TruncatedNormalQuantile, IsZeroAtTheMedianAndSymmetricAroundIt) {
  EXPECT_EQ(truncated_normal_quantile(1, 2), 0);
  EXPECT_EQ(truncated_normal_quantile(500, 1000), 0);
  for (std::int64_t k = 1; k < 16; ++k)
    EXPECT_EQ(truncated_normal_quantile(k, 16), -truncated_normal_quantile(16 - k, 16)) << k;
}

TEST(TruncatedNormalQuantile, RisesWithTheShareAndStaysWithinThreeDeviations) {
  constexpr std::int64_t kShares = 4096;
  std::int64_t before = -kTruncation - 1;
  for (std::int64_t k = 1; k < kShares; ++k) {
    const std::int64_t z = truncated_normal_quantile(k, kShares);
    EXPECT_GT(z, before);
    before = z;
  }
  EXPECT_LT(before, kTruncation);
  EXPECT_EQ(truncated_normal_quantile(2, 2 * kShares), truncated_normal_quantile(1, kShares));
}

}  // namespace
}  // namespace bitline
