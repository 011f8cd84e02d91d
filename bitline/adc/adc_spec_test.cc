#include "bitline/adc/adc_spec.h"

#include <gtest/gtest.h>

#include "bitline/testing/adc_tables.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::arbitrary_uniform_spec;
using test::expect_error;
using test::Rationals;
using test::spec_of;
using test::value_at;
using test::values_of;

TEST(AdcSpec, LosslessTakesNothingButTheSums) {
  const AdcSpec spec = spec_of(quantizers::kLossless, 0, 1000);
  const CodeTable table = make_code_table(spec, {-3, 5});
  EXPECT_TRUE(table.lossless);
  EXPECT_EQ(table.values, (std::vector<std::int32_t>{-3, -2, -1, 0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(step_of(spec, {-3, 5}), Rational(1));
}

TEST(AdcSpec, EveryUniformTableIsMonotoneWithEqualSteps) {
  const bool holds = rc::check([] {
    const AdcSpec spec = arbitrary_uniform_spec(-50, 70);
    const CodeTable table = make_code_table(spec, {-50, 70});
    const Rational step = step_of(spec, {-50, 70});
    RC_ASSERT(table.levels() == spec.levels);
    for (std::size_t k = 1; k < table.values.size(); ++k)
      RC_ASSERT(Rational(table.values[k] - table.values[k - 1]) * table.unit == step);
    for (std::int64_t p = -49; p <= 70; ++p) RC_ASSERT(table.code(p) >= table.code(p - 1));
  });
  ASSERT_TRUE(holds);
}

TEST(AdcSpec, EverySumInsideTheLevelsGetsANearestLevel) {
  const bool holds = rc::check([] {
    const AdcSpec spec = arbitrary_uniform_spec(-50, 70);
    const CodeTable table = make_code_table(spec, {-50, 70});
    const Rational half = step_of(spec, {-50, 70}) / Rational(2);
    const Rationals values = values_of(table);
    for (std::int64_t p = -50; p <= 70; ++p) {
      if (values.front() > p || values.back() < p) continue;
      const Rational error = Rational(p) - value_at(table, p);
      RC_ASSERT(-half <= error);
      RC_ASSERT(error <= half);
    }
  });
  ASSERT_TRUE(holds);
}

TEST(AdcSpec, TieRulesDifferOnTiesAlone) {
  const bool holds = rc::check([] {
    AdcSpec spec = arbitrary_uniform_spec(-50, 70);
    spec.tie_rule = TieRule::kUp;
    const CodeTable up = make_code_table(spec, {-50, 70});
    spec.tie_rule = TieRule::kAway;
    const CodeTable away = make_code_table(spec, {-50, 70});
    const Rational half = step_of(spec, {-50, 70}) / Rational(2);
    for (std::int64_t p = -50; p <= 70; ++p) {
      if (up.code(p) == away.code(p)) continue;
      RC_ASSERT(p < spec.centre);
      RC_ASSERT(value_at(up, p) - Rational(p) == half);
      RC_ASSERT(Rational(p) - value_at(away, p) == half);
    }
  });
  ASSERT_TRUE(holds);
}

TEST(AdcSpec, RefusesSumsThatAreNone) {
  expect_error(ErrorKind::kUsage, "smallest possible sum 5 exceeds the largest, 4", [] {
    make_code_table(AdcSpec(), {5, 4});
  });
}

TEST(AdcSpec, NamesAreReadBack) {
  for (const char* name : {"lossless", "zero-tread", "zero-rise", "full-range", "table"})
    EXPECT_EQ(pick<QuantizerPolicy>(name)->name, name);
  for (const char* name : {"range", "outer-levels", "codes"})
    EXPECT_EQ(name_of(from_name<StepRule>(name)), name);
  for (const char* name : {"up", "away"}) EXPECT_EQ(name_of(from_name<TieRule>(name)), name);
  for (const char* name : {"automatic", "both", "one-sided"})
    EXPECT_EQ(name_of(from_name<Sides>(name)), name);
  EXPECT_EQ(name_of(AdcSpec().quantizer), "zero-tread");
  EXPECT_EQ(name_of(StepRule::kOuterLevels), "outer-levels");
  EXPECT_EQ(name_of(TieRule::kAway), "away");
  EXPECT_EQ(name_of(Sides::kOneSided), "one-sided");
}

TEST(AdcSpec, UnknownNamesListTheKnown) {
  expect_error(ErrorKind::kUsage, "quantizer 'zero-thread' is unknown; choose one of ",
               [] { pick<QuantizerPolicy>("zero-thread"); });
  expect_error(ErrorKind::kUsage, "choose one of up, away", [] { from_name<TieRule>("down"); });
  expect_error(ErrorKind::kUsage, "step rule ''", [] { from_name<StepRule>(""); });
  expect_error(ErrorKind::kUsage, "sides 'two'", [] { from_name<Sides>("two"); });
}

}  // namespace
}  // namespace bitline
