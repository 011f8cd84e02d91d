#include "bitline/exporter/hex_words.h"

#include <gtest/gtest.h>

#include <vector>

namespace bitline {
namespace {

WordFormat format(int width, bool is_signed) { return {width, is_signed}; }

TEST(HexWords, TheNarrowestFormatHoldsBothEnds) {
  const auto expect = [](std::int64_t low, std::int64_t high, int width, bool is_signed) {
    EXPECT_EQ(word_format(low, high).width, width) << low << " … " << high;
    EXPECT_EQ(word_format(low, high).is_signed, is_signed) << low << " … " << high;
  };
  expect(0, 0, 1, false);
  expect(0, 15, 4, false);
  expect(0, 16, 5, false);
  expect(-1, 0, 1, true);
  expect(-1, 1, 2, true);
  expect(-128, 127, 8, true);
  expect(-128, 128, 9, true);
  expect(-129, 5, 9, true);
  expect(INT64_MIN, INT64_MAX, 64, true);
}

TEST(HexWords, OneWordPerLineInTwosComplement) {
  const std::vector<std::int64_t> words{0, 7, -8, -1};
  EXPECT_EQ(to_hex(words, format(4, true)), "0\n7\n8\nf\n");
  EXPECT_EQ(to_hex(words, format(5, true)), "00\n07\n18\n1f\n");
  EXPECT_EQ(to_hex(std::vector<std::int64_t>{-1}, format(64, true)), "ffffffffffffffff\n");
}

}  // namespace
}  // namespace bitline
