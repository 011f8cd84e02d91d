#include <gtest/gtest.h>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

TEST(Error, GainsContextOnTheWayUp) {
  try {
    with_context("layer conv3", [] { fail("delta {} exceeds {}", 200, 128); });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "layer conv3: delta 200 exceeds 128");
    EXPECT_EQ(error.kind(), ErrorKind::kFailure);
  }
}

TEST(Error, ContextPassesAResultThrough) {
  EXPECT_EQ(with_context("never seen", [] { return 7; }), 7);
}

TEST(Error, UsageErrorsAreOfTheirOwnKind) {
  try {
    fail_usage("rows = {}", 0);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  }
}

TEST(Error, BrokenInvariantPrintsBothValues) {
  try {
    const int codes = 5;
    BITLINE_CHECK_LE(codes, 4);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBug);
    EXPECT_NE(std::string(error.what()).find("codes <= 4 does not hold for 5 and 4"),
              std::string::npos)
        << error.what();
  }
}

TEST(Error, ChecksEvaluateTheirOperandsOnce) {
  int calls = 0;
  BITLINE_CHECK_EQ(++calls, 1);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace bitline
