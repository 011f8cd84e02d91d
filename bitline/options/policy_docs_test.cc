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

/// docs/config.md has name and meaning of each policy of a kind, of which there are some.
template <typename Policy>
void expect_told_by_config() {
  const std::string text = read_text_file(BITLINE_DOCS "/config.md");
  ASSERT_FALSE(all_policies<Policy>().empty());
  for (const Policy* policy : all_policies<Policy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("`{}`: {}", policy->name, policy->meaning)));
}

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

TEST(PolicyDocs, TellOfEveryEncoding) { expect_told_by_config<EncodingPolicy>(); }

TEST(PolicyDocs, TellOfEveryGradient) { expect_told_by_config<GradientPolicy>(); }

TEST(PolicyDocs, TellOfEveryAdcModel) { expect_told_by_config<AdcModelPolicy>(); }

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
