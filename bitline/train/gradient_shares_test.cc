#include "bitline/train/gradient_shares.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

TEST(GradientShares, OfEveryGradientThatARecipeCanName) {
  ASSERT_FALSE(all_policies<GradientPolicy>().empty());
  for (const GradientPolicy* gradient : all_policies<GradientPolicy>())
    EXPECT_EQ(shares_of(*gradient).gradient, gradient) << gradient->name;
}

}  // namespace
}  // namespace bitline
