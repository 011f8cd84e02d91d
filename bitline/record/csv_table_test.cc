#include "bitline/record/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/error.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;
using testing::HasSubstr;

std::string error_of(std::string_view text) {
  return message_of([&] { CsvTable::parse(text); });
}

TEST(CsvTable, NamesItsColumns) {
  const CsvTable table = CsvTable::parse("layer,delta,images\nconv1,2.5,-12\nconv2,3,0\n");
  ASSERT_EQ(table.row_count(), 2U);
  EXPECT_EQ(table.text(1, "layer"), "conv2");
  EXPECT_EQ(table.number(0, "delta"), 2.5);
  EXPECT_EQ(table.integer(0, "images"), -12);
  EXPECT_TRUE(table.has("delta"));
  EXPECT_FALSE(table.has("loss"));
}

TEST(CsvTable, TakesQuotedFieldsApart) {
  const CsvTable table = CsvTable::parse("layer,count\n\"a,\"\"b\"\"\nc\",7\n\"\",8");
  EXPECT_EQ(table.text(0, "layer"), "a,\"b\"\nc");
  EXPECT_EQ(table.integer(0, "count"), 7);
  EXPECT_EQ(table.text(1, "layer"), "");
  EXPECT_EQ(table.integer(1, "count"), 8);
}

TEST(CsvTable, ReadsLineEndsOfWindows) {
  const CsvTable table = CsvTable::parse("a,b\r\n1,2\r\n");
  EXPECT_EQ(table.integer(0, "b"), 2);
}

TEST(CsvTable, RefusesWhatIsNoTable) {
  EXPECT_THAT(error_of(""), HasSubstr("empty"));
  EXPECT_THAT(error_of("a,b\n1\n"), HasSubstr("line 2 has 1 fields, and the header has 2"));
  EXPECT_THAT(error_of("a\n\"1\n"), HasSubstr("line 2: a quote does not end"));
  EXPECT_THAT(error_of("a\n\"1\"2\n"), HasSubstr("line 2: text behind a closing quote"));
}

TEST(CsvTable, RefusesWhatIsNoNumber) {
  const CsvTable table = CsvTable::parse("a,b\n1x,\n");
  EXPECT_THROW(table.integer(0, "a"), Error);
  EXPECT_THROW(table.number(0, "b"), Error);
  EXPECT_THROW(table.text(0, "c"), Error);
}

}  // namespace
}  // namespace bitline
