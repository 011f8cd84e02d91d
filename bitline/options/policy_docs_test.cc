// The documents tell of every policy what its file says.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "bitline/adc/quantizer.h"
#include "bitline/base/file.h"
#include "bitline/cost/adc_cost.h"
#include "bitline/mapping/encoding.h"
#include "bitline/recipe/gradient.h"
#include "bitline/search/range_method.h"

namespace bitline {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(PolicyDocs, HaveARowForEveryRangeMethod) {
  const std::string text = read_text_file(BITLINE_DOCS "/search.md");
  ASSERT_FALSE(all_policies<RangeMethodPolicy>().empty());
  for (const RangeMethodPolicy* method : all_policies<RangeMethodPolicy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("| `{}` | {} |\n", method->name, method->meaning)));
}

TEST(PolicyDocs, NameEveryRangeMethodThatCanBeChosen) {
  const std::string text = read_text_file(BITLINE_DOCS "/config.md");
  for (const RangeMethodPolicy* method : all_policies<RangeMethodPolicy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`", method->name)));
}

TEST(PolicyDocs, HaveARowForEveryQuantizer) {
  const std::string text = read_text_file(BITLINE_DOCS "/arithmetic.md");
  ASSERT_FALSE(all_policies<QuantizerPolicy>().empty());
  for (const QuantizerPolicy* quantizer : all_policies<QuantizerPolicy>())
    EXPECT_THAT(text,
                HasSubstr(fmt::format("| `{}` | {} |\n", quantizer->name, quantizer->meaning)));
}

TEST(PolicyDocs, TellOfEveryQuantizerThatCanBeSearched) {
  const std::string text = read_text_file(BITLINE_DOCS "/config.md");
  for (const QuantizerPolicy* quantizer : all_policies<QuantizerPolicy>())
    if (quantizer->has_range()) {
      EXPECT_THAT(text, HasSubstr(fmt::format("`{}` ({})", quantizer->name, quantizer->meaning)));
    }
}

TEST(PolicyDocs, TellOfEveryEncoding) {
  const std::string text = read_text_file(BITLINE_DOCS "/config.md");
  ASSERT_FALSE(all_policies<EncodingPolicy>().empty());
  for (const EncodingPolicy* encoding : all_policies<EncodingPolicy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`: {}", encoding->name, encoding->meaning)));
}

TEST(PolicyDocs, TellOfEveryGradient) {
  const std::string text = read_text_file(BITLINE_DOCS "/config.md");
  ASSERT_FALSE(all_policies<GradientPolicy>().empty());
  for (const GradientPolicy* gradient : all_policies<GradientPolicy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`: {}", gradient->name, gradient->meaning)));
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
    EXPECT_THAT(error.what(), StartsWith("ADC model 'flesh' is unknown; choose one of "));
    EXPECT_THAT(error.what(), HasSubstr("flash, "));
  }
}

}  // namespace
}  // namespace bitline
