// The documents tell of every policy what its file says.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <regex>
#include <set>

#include <nlohmann/json.hpp>

#include "bitline/adc/quantizer.h"
#include "bitline/base/file.h"
#include "bitline/base/json.h"
#include "bitline/cost/adc_cost.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/mapping/encoding.h"
#include "bitline/models/models.h"
#include "bitline/recipe/gradient.h"
#include "bitline/search/range_method.h"

namespace bitline {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Of a document: from `begin` up to `end`.
std::string section(const std::string& file, const std::string& begin, const std::string& end) {
  const std::string text = read_text_file(BITLINE_DOCS "/" + file);
  const std::size_t start = text.find(begin);
  EXPECT_NE(start, std::string::npos) << file << " has no " << begin;
  return start == std::string::npos ? "" : text.substr(start, text.find(end, start + 1) - start);
}

/// docs/arithmetic.md has an equation, indented, that begins with the name of each policy of a
/// kind.
template <typename Policy>
void expect_equations(const std::string& begin) {
  const std::string text = section("arithmetic.md", begin, "\n## ");
  for (const Policy* policy : all_policies<Policy>())
    EXPECT_THAT(text, HasSubstr(fmt::format("\n    {}: ", policy->name)));
}

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

TEST(PolicyDocs, StateEveryRangeMethodThatIsNotSearched) {
  const std::string text = section("search.md", "## Ranges from statistics\n", "\n## ");
  for (const RangeMethodPolicy* method : all_policies<RangeMethodPolicy>())
    if (!is_search(*method)) {
      EXPECT_THAT(text, HasSubstr(fmt::format("\n| `{}` |", method->name)));
    }
}

TEST(PolicyDocs, NameEveryRangeMethodThatCanBeChosen) {
  const std::string text = section("config.md", "## [search]", "\n## ");
  const std::string row = text.substr(text.find("\n| `ranges` |") + 1);
  for (const RangeMethodPolicy* method : all_policies<RangeMethodPolicy>())
    EXPECT_THAT(row.substr(0, row.find('\n')), HasSubstr(fmt::format("`{}`", method->name)));
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

TEST(PolicyDocs, StateEveryEncoding) {
  const std::string text = section("arithmetic.md", "## (2) Weights to planes", "\n### (2a)");
  const std::string correction = section("arithmetic.md", "| encoding | R | B | D |", "\n\n");
  for (const EncodingPolicy* encoding : all_policies<EncodingPolicy>()) {
    EXPECT_THAT(text, HasSubstr(fmt::format("\n| `{}`", encoding->name)));
    EXPECT_THAT(text, HasSubstr(fmt::format("\n- **{}**", encoding->name)));
    EXPECT_THAT(correction, HasSubstr(std::string(encoding->name)));
  }
}

TEST(PolicyDocs, TellWhichColumnsOfAnEncodingCanBeFlipped) {
  const std::string flips = section("arithmetic.md", "### (2a) Flipped columns", "\n## ");
  for (const EncodingPolicy* encoding : all_policies<EncodingPolicy>()) {
    const std::string begin = encoding->has_signed_digits ? "\n| `sign` |" : "\n| `complement` |";
    const std::string row = flips.substr(flips.find(begin) + 1);
    EXPECT_THAT(row.substr(0, row.find('\n')), HasSubstr(fmt::format("`{}`", encoding->name)));
  }
}

TEST(PolicyDocs, TellOfEveryGradient) { expect_told_by_config<GradientPolicy>(); }

TEST(PolicyDocs, StateEveryGradient) { expect_equations<GradientPolicy>("## Retraining\n"); }

TEST(PolicyDocs, TellOfEveryAdcModel) { expect_told_by_config<AdcModelPolicy>(); }

TEST(PolicyDocs, StateEveryAdcModel) { expect_equations<AdcModelPolicy>("## Cost\n"); }

TEST(PolicyDocs, TheSchemaOfCostsKnowsEveryAdcModel) {
  std::set<std::string> names;
  for (const AdcModelPolicy* model : all_policies<AdcModelPolicy>()) names.emplace(model->name);
  const Json schema = parse_json(read_text_file(BITLINE_DOCS "/json/cost.schema.json"));
  const Json& known = schema.at("properties").at("adc").at("enum");
  EXPECT_EQ(known.get<std::set<std::string>>(), names);
}

// Networks and operators are no policies, but picked by name likewise.
TEST(PolicyDocs, NameEveryBuiltInNetwork) {
  EXPECT_THAT(
      section("config.md", "## [model]", "\n## "),
      HasSubstr(fmt::format("a built-in network: `{}`;", fmt::join(model_names(), "`, `"))));
}

TEST(PolicyDocs, NameEveryOperatorOfOnnx) {
  const std::string families = section("onnx.md", "| family | operators |", "\n\n");
  for (const std::string& name : supported_onnx_operators())
    EXPECT_TRUE(std::regex_search(families, std::regex("\\b" + name + "\\b"))) << name;
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
