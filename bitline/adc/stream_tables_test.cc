#include "bitline/adc/stream_tables.h"

#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;

AdcSpec tread(std::int64_t levels, const Rational& delta, std::vector<int> shifts) {
  AdcSpec spec;
  spec.levels = levels;
  spec.delta = delta;
  spec.stream_shifts = std::move(shifts);
  return spec;
}

TEST(StreamTables, WithoutShiftsAreOneTable) {
  const std::vector<CodeTable> tables = make_stream_tables(tread(4, 7, {}), {-128, 128});
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].thresholds, (std::vector<std::int64_t>{-1, 2, 5}));
}

// By hand: δ = 7 and L = 4 give Δ = 14/5 and borders at −1.4, 1.4 and 4.2. Half of that: Δ = 7/5,
// borders at −0.7, 0.7 and 2.1.
TEST(StreamTables, HalveTheRangeForEachShift) {
  const std::vector<CodeTable> tables = make_stream_tables(tread(4, 7, {0, 1}), {-128, 128});
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0].thresholds, (std::vector<std::int64_t>{-1, 2, 5}));
  EXPECT_EQ(tables[1].thresholds, (std::vector<std::int64_t>{0, 1, 3}));
  for (const CodeTable& table : tables) EXPECT_EQ(table.unit, Rational(7, 5));
  EXPECT_EQ(tables[0].values, (std::vector<std::int32_t>{-2, 0, 2, 4}));
  EXPECT_EQ(tables[1].values, (std::vector<std::int32_t>{-1, 0, 1, 2}));
}

TEST(StreamTables, OfOneStreamAreThoseOfItsOwnRange) {
  const AdcSpec spec = tread(3, Rational(13, 2), {2, 0, 1});
  const Rational deltas[] = {Rational(13, 8), Rational(13, 2), Rational(13, 4)};
  const std::vector<CodeTable> tables = make_stream_tables(spec, {-20, 20});
  for (std::size_t stream = 0; stream < 3; ++stream) {
    const AdcSpec own = spec_of_stream(spec, stream);
    EXPECT_EQ(own, tread(3, deltas[stream], {}));
    const CodeTable alone = make_code_table(own, {-20, 20});
    EXPECT_EQ(tables[stream].thresholds, alone.thresholds);
    for (std::int64_t p = -20; p <= 20; ++p)
      EXPECT_EQ(Rational(tables[stream].value(p)) * tables[stream].unit,
                Rational(alone.value(p)) * alone.unit);
  }
}

TEST(StreamTables, RefuseWhatIdleStreamsWouldNotRead0By) {
  const auto refuse = [](const AdcSpec& spec, const std::string& message) {
    expect_error(ErrorKind::kUsage, message, [&] { make_stream_tables(spec, {-128, 128}); });
  };
  AdcSpec rise = tread(4, 7, {0, 1});
  rise.quantizer = quantizers::kZeroRise;
  refuse(rise, "stream shifts are for zero-tread around 0");
  AdcSpec off_centre = tread(4, 7, {0, 1});
  off_centre.centre = Rational(1, 2);
  refuse(off_centre, "found zero-tread around 1/2");
  refuse(tread(4, 7, {1, 2}), "stream shifts 1, 2 go from 1 to 2; the least has to be 0");
  refuse(tread(4, 7, {0, -1}), "the least has to be 0");
  refuse(tread(4, 7, {0, 17}), "the largest at most 16");
  refuse(tread(4, 7, {0, 4}), "input stream 1: delta 7/16 is below 1/2");
}

}  // namespace
}  // namespace bitline
