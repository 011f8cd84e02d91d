// The documents tell of every policy what its file says.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "bitline/base/file.h"
#include "bitline/cost/adc_cost.h"
#include "bitline/search/range_method.h"

namespace bitline {
namespace {

using testing::HasSubstr;

TEST(PolicyDocs, HaveARowForEveryRangeMethod) {
  const std::string text = read_text_file(BITLINE_DOCS "/search.md");
  ASSERT_FALSE(all_policies<RangeMethodPolicy>().empty());
  for (const RangeMethodPolicy* method : all_policies<RangeMethodPolicy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | {} |\n", method->name, method->meaning)));
}

TEST(PolicyDocs, TellOfEveryAdcModel) {
  const std::string text = read_text_file(BITLINE_DOCS "/config.md");
  ASSERT_FALSE(all_policies<AdcModelPolicy>().empty());
  for (const AdcModelPolicy* model : all_policies<AdcModelPolicy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`: {}", model->name, model->meaning)));
}

// Messages name those that there are; configurations and plans of others keep their names.
TEST(Policies, ArePickedByName) {
  for (const RangeMethodPolicy* method : all_policies<RangeMethodPolicy>())
    EXPECT_EQ(pick<RangeMethodPolicy>(method->name), RangeMethod(*method));
  try {
    pick<AdcModelPolicy>("flesh");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "ADC model 'flesh' is unknown; choose one of andrulis, flash, sar");
  }
}

}  // namespace
}  // namespace bitline
