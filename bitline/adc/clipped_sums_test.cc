#include "bitline/adc/clipped_sums.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

TEST(UnclippedSums, EndHalfAStepBehindTheOutermostValues) {
  using Pair = std::pair<std::int64_t, std::int64_t>;
  const std::vector<std::int64_t> thresholds{-2, 3};
  const auto uniform = [&](const std::vector<Rational>& values) {
    return unclipped_sums(table_from_values({-20, 20}, thresholds, values));
  };
  // zero-tread, δ = 7: ±7 exactly
  EXPECT_EQ(uniform({Rational(-14, 3), 0, Rational(14, 3)}), Pair(-7, 7));
  // −4 − 1½ = −5½ and 1 + 1 = 2: each end by its own gap
  EXPECT_EQ(uniform({-4, -1, 1}), Pair(-5, 2));
  // beyond the possible sums
  EXPECT_EQ(uniform({-30, 0, 30}), Pair(-20, 20));
  EXPECT_EQ(unclipped_sums(lossless_table({-3, 9})), Pair(-3, 9));
}

// Values −4, −1 and 1 clip below −5½ and above 2.
TEST(ClippedSums, AreCountedAsOftenAsTheyWereSeen) {
  const CodeTable table = table_from_values({-20, 20}, {-2, 0}, {-4, -1, 1});
  Histogram seen(-20, 20);
  seen.add(-6, 3);
  seen.add(-5, 10);
  seen.add(2, 20);
  seen.add(3, 4);
  seen.add(20);
  const ClippedSums sums = count_clipped(table, seen);
  EXPECT_EQ(sums.clipped, 3 + 4 + 1);
  EXPECT_EQ(sums.total, 38);
  EXPECT_EQ(sums.share(), 8.0 / 38);
}

TEST(ClippedSums, OfSeveralHistogramsAddUpBeforeTheyAreDivided) {
  ClippedSums sums{1, 4};
  sums += {2, 8};
  EXPECT_EQ(sums.share(), 3.0 / 12);
}

TEST(ClippedSums, AreNoShareWhereNoneWasSeen) {
  EXPECT_EQ(count_clipped(lossless_table({-3, 3}), Histogram(-3, 3)).share(), 0);
}

}  // namespace
}  // namespace bitline
