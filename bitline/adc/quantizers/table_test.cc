#include <gtest/gtest.h>

#include "bitline/adc/adc_spec.h"
#include "bitline/testing/adc_tables.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::expect_error;
using test::spec_of;

TEST(CurveTable, RefusesCurvesThatAreNotMonotone) {
  AdcSpec spec = spec_of(quantizers::kTable, 3, 16);
  spec.table_thresholds = {2, 1};
  spec.table_values = {0, 1, 2};
  expect_error(ErrorKind::kUsage, "threshold 1 is 1, below", [&] {
    make_code_table(spec, {-4, 4});
  });
  spec.levels = 4;
  expect_error(ErrorKind::kUsage, "levels 4 does not fit an ADC table of 3 values; choose 3", [&] {
    make_code_table(spec, {-4, 4});
  });
}

}  // namespace
}  // namespace bitline
