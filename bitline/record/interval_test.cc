#include "bitline/record/interval.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

TEST(Interval, IsWrittenInItsUnit) {
  EXPECT_EQ(to_text({0.5, -0.25, 1}), "0.50 [-0.25, 1.00]");
  EXPECT_EQ(to_text({0.9125, 0.875, 1}, 100), "91.25 [87.50, 100.00]");
}

}  // namespace
}  // namespace bitline
