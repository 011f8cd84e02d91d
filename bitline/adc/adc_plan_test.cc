#include "bitline/adc/adc_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include "bitline/adc/adc_plan_json.h"
#include "bitline/adc/stream_tables.h"
#include "bitline/testing/adc_tables.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::arbitrary_uniform_spec;
using test::expect_error;
using test::spec_of;
using test::TemporaryFolder;

AdcPlan plan_of(const AdcSpec& spec, std::int64_t minimum = -128, std::int64_t maximum = 128) {
  AdcPlan plan;
  plan.layers["conv1"] = {spec, {minimum, maximum}};
  return plan;
}

AdcSpec tread_at_seven() { return spec_of(quantizers::kZeroTread, 4, 7); }

/// The plan of tread_at_seven with one piece of its text replaced.
std::string edited(const std::string& before, const std::string& after) {
  std::string text = to_json(plan_of(tread_at_seven()));
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return text.replace(at, before.size(), after);
}

TEST(AdcPlan, AnArrayOfALayersOwnThatDiffersInNothingIsNone) {
  const AdcPlan plan = plan_from_json(edited("\"quantizer\"", "\"array\": {}, \"quantizer\""));
  EXPECT_TRUE(plan.layer_arrays.empty());
  EXPECT_EQ(plan_from_json(to_json(plan)), plan);
}

void expect_refused(const std::string& json, const std::string& message) {
  expect_error(ErrorKind::kFailure, message, [&] { plan_from_json(json); });
}

TEST(AdcPlan, IsWrittenInOneStableForm) {
  // 7 of 128 rows: thresholds −1, 2, 5 of 256 LSB full scale.
  EXPECT_EQ(to_json(plan_of(tread_at_seven())), R"({
  "bitline_adc_plan": 1,
  "layers": {
    "conv1": {
      "quantizer": "zero-tread",
      "levels": 4,
      "delta": 7,
      "centre": 0,
      "step_rule": "range",
      "tie_rule": "up",
      "sides": "both",
      "sums": [-128,128],
      "step": "14/5",
      "thresholds": [-1,2,5],
      "thresholds_full_scale": [-0.00390625,0.0078125,0.01953125],
      "values": ["-14/5","0","14/5","28/5"],
      "unit": "14/5"
    }
  }
}
)");
}

/// The second of two input streams has half of the range.
AdcSpec streams_at_seven() {
  AdcSpec spec = tread_at_seven();
  spec.sides = Sides::kBoth;
  spec.stream_shifts = {0, 1};
  return spec;
}

TEST(AdcPlan, WritesTheThresholdsOfEveryStream) {
  const std::string json = to_json(plan_of(streams_at_seven()));
  EXPECT_NE(json.find("\"stream_shifts\": [0,1]"), std::string::npos) << json;
  EXPECT_NE(json.find("\"thresholds\": [-1,2,5]"), std::string::npos) << json;
  EXPECT_NE(json.find("\"stream_thresholds\": [[-1,2,5],[0,1,3]]"), std::string::npos) << json;
}

TEST(AdcPlan, ReadingChecksShiftsAndThresholdsOfStreams) {
  const auto edit = [](const std::string& what, const std::string& with) {
    std::string json = to_json(plan_of(streams_at_seven()));
    const std::size_t at = json.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return json.replace(at, what.size(), with);
  };
  expect_refused(edit("[0,1,3]", "[0,1,4]"), "field 'stream_thresholds[1][2]' is 4");
  expect_refused(edit("[[-1,2,5],[0,1,3]]", "[[-1,2,5]]"), "field 'stream_thresholds' is not");
  expect_refused(edit("[0,1]", "[]"), "field 'stream_shifts' is empty");
  expect_refused(edit("[0,1]", "[0,-1]"), "field 'stream_shifts' holds -1");
  expect_refused(edit("[0,1]", "[0,1.5]"), "field 'stream_shifts' is 1.5");
  expect_refused(edit("      \"stream_shifts\": [0,1],\n", ""),
                 "field 'stream_thresholds' is unknown");
}

AdcSpec columns_at_seven() {
  AdcSpec spec = tread_at_seven();
  spec.column_bias = {0, -3, 12};
  return spec;
}

TEST(AdcPlan, WritesTheBiasOfEveryColumnBesideTheThresholdsThatTheyShare) {
  const AdcPlan plan = plan_of(columns_at_seven());
  const std::string json = to_json(plan);
  EXPECT_NE(json.find("\"thresholds\": [-1,2,5]"), std::string::npos) << json;
  EXPECT_NE(json.find("\"column_bias\": [0,-3,12]"), std::string::npos) << json;
  EXPECT_EQ(plan_from_json(json).layers.at("conv1").spec.column_bias,
            (std::vector<std::int32_t>{0, -3, 12}));
  EXPECT_EQ(to_json(plan_from_json(json)), json);
  EXPECT_NE(content_hash(plan), content_hash(plan_of(tread_at_seven())));
}

TEST(AdcPlan, ATableThatColumnsShareIsReadBack) {
  AdcSpec spec;
  spec.quantizer = quantizers::kTable;
  spec.levels = 3;
  spec.table_thresholds = {-3, 3};
  spec.table_values = {-5, 0, 7};
  spec.column_bias = {0, -3, 12};
  const AdcPlan plan = plan_of(spec);
  EXPECT_EQ(plan_from_json(to_json(plan)), plan);
  EXPECT_EQ(step_of(spec, {-128, 128}), Rational(6));
}

TEST(AdcPlan, ReadingChecksTheBiasOfColumns) {
  const auto edit = [](const std::string& with) {
    std::string json = to_json(plan_of(columns_at_seven()));
    return json.replace(json.find("[0,-3,12]"), 9, with);
  };
  expect_refused(edit("[]"), "field 'column_bias' is empty");
  expect_refused(edit("[0,-40000]"), "field 'column_bias' holds -40000");
  expect_refused(edit("[0,0.5]"), "field 'column_bias' is 0.5");
  expect_refused(edit("3"), "field 'column_bias' is number");
}

TEST(AdcPlan, WhoeverKnowsNothingOfABiasRefusesIt) {
  const AdcPlan plan = plan_of(columns_at_seven());
  expect_error(ErrorKind::kUsage, "golden vectors: the columns of layer conv1 have a bias",
               [&] { refuse_column_bias(plan, "golden vectors"); });
  expect_error(ErrorKind::kUsage, "columns have a bias of their own", [&] {
    make_stream_tables(columns_at_seven(), {-128, 128});
  });
  EXPECT_NO_THROW(refuse_column_bias(plan_of(tread_at_seven()), "golden vectors"));
}

TEST(AdcPlan, WithoutLayersIsStillAPlan) {
  const std::string json = to_json(AdcPlan());
  EXPECT_EQ(json, "{\n  \"bitline_adc_plan\": 1,\n  \"layers\": {}\n}\n");
  EXPECT_EQ(plan_from_json(json), AdcPlan());
}

TEST(AdcPlan, SaysOnWhichArrayItWasFound) {
  AdcPlan plan = plan_of(tread_at_seven());
  plan.array = {{"column_flip", "sign"}, {"encoding", "differential"}};
  const std::string json = to_json(plan);
  EXPECT_NE(json.find("  \"array\": {\"column_flip\":\"sign\",\"encoding\":\"differential\"},\n"),
            std::string::npos)
      << json;
  EXPECT_EQ(plan_from_json(json).array, plan.array);
  expect_refused(edited("\"layers\"", "\"array\": 3, \"layers\""), "field 'array' is number");
  expect_refused(edited("\"layers\"", "\"array\": {\"rows\": 3}, \"layers\""),
                 "field 'array.rows' is 3, not a string");
}

TEST(AdcPlan, SaysWhichLayersHaveAnArrayOfTheirOwn) {
  AdcPlan plan = plan_of(tread_at_seven());
  plan.array = {{"active_rows", "128"}, {"encoding", "differential"}};
  plan.layer_arrays["conv1"] = {{"active_rows", "64"}};
  const std::string json = to_json(plan);
  EXPECT_NE(json.find(",\n      \"array\": {\"active_rows\":\"64\"}\n    }"), std::string::npos)
      << json;
  EXPECT_EQ(plan_from_json(json).array, plan.array);
  EXPECT_EQ(plan_from_json(json).layer_arrays, plan.layer_arrays);
  expect_refused(edited("\"quantizer\"", "\"array\": 3, \"quantizer\""),
                 "layer conv1: field 'array' is number");
}

TEST(AdcPlan, EveryQuantizerIsReadBack) {
  AdcPlan plan = plan_of(tread_at_seven());
  plan.layers["conv1"].spec.sides = Sides::kBoth;
  plan.layers["lossless"] = {spec_of(quantizers::kLossless, 9, 16), {-4, 4}};
  plan.layers["full \"range\""] = {spec_of(quantizers::kFullRange, 256, 16), {-128, 128}};
  plan.layers["binary"] = {spec_of(quantizers::kLossless, 5, 16), {-4, 4, 2}};
  plan.layers["full \"range\""].spec.sides = Sides::kBoth;
  AdcSpec table = spec_of(quantizers::kTable, 3, 16);
  table.table_thresholds = {-3, 3};
  table.table_values = {Rational(-13, 2), Rational(-1, 3), 4};
  plan.layers["table"] = {table, {0, 28800}};
  plan.layers["streams"] = {streams_at_seven(), {-128, 128}};
  EXPECT_EQ(plan_from_json(to_json(plan)), plan);
}

TEST(AdcPlan, AnyUniformChoiceIsReadBackToTheSameBytes) {
  const bool holds = rc::check([] {
    AdcPlan plan;
    for (const char* name : {"a", "b/conv.2"})
      plan.layers[name] = {arbitrary_uniform_spec(-50, 70), {-50, 70}};
    const std::string json = to_json(plan);
    const AdcPlan read = plan_from_json(json);
    RC_ASSERT(read == plan);
    RC_ASSERT(to_json(read) == json);
    RC_ASSERT(content_hash(read) == content_hash(plan));
  });
  ASSERT_TRUE(holds);
}

TEST(AdcPlan, HashTellsAdcsApartAndNothingElse) {
  const std::string hash = content_hash(plan_of(tread_at_seven()));
  EXPECT_EQ(hash.size(), 64u);
  // What automatic means is the same ADC; a member that zero-tread does not use is no difference.
  AdcSpec same = tread_at_seven();
  same.sides = Sides::kBoth;
  same.table_thresholds = {1};
  EXPECT_EQ(content_hash(plan_of(same)), hash);
  AdcSpec other = tread_at_seven();
  other.delta = Rational(15, 2);
  EXPECT_NE(content_hash(plan_of(other)), hash);
  EXPECT_NE(content_hash(plan_of(tread_at_seven(), -128, 127)), hash);
}

TEST(AdcPlan, WritesOneSidedWhereAutomaticMeansIt) {
  const AdcPlan plan = plan_from_json(to_json(plan_of(tread_at_seven(), 0, 128)));
  EXPECT_EQ(plan.layers.at("conv1").spec.sides, Sides::kOneSided);
}

TEST(AdcPlan, ThresholdsThatAreNoFractionsOfTwoKeepEveryDigit) {
  // Full scale 120: −1/120 and 1/60 have no finite decimals; reading compares all 64 bits.
  const std::string json = to_json(plan_of(tread_at_seven(), -50, 70));
  EXPECT_NE(json.find("-0.008333333333333333,"), std::string::npos) << json;
  EXPECT_NO_THROW(plan_from_json(json));
}

TEST(AdcPlan, WritingNamesTheLayerThatCannotBe) {
  expect_error(ErrorKind::kUsage, "layer conv1: delta 200 exceeds 128",
               [] { to_json(plan_of(spec_of(quantizers::kZeroTread, 4, 200))); });
}

TEST(AdcPlan, ReadingNamesTheFieldThatDoesNotFollow) {
  expect_refused(edited("[-1,2,5]", "[-1,3,5]"),
                 "layer conv1: field 'thresholds[1]' is 3, but quantizer, levels, delta and centre "
                 "give 2; remove it");
  expect_refused(edited("[-1,2,5]", "[-1,2]"),
                 "layer conv1: field 'thresholds' is not the list of 3");
  expect_refused(edited("0.0078125", "0.0078126"), "field 'thresholds_full_scale[1]' is 0.0078126");
  expect_refused(edited("\"28/5\"", "\"29/5\""), "field 'values[3]' is \"29/5\"");
  expect_refused(edited("\"step\": \"14/5\"", "\"step\": 3"), "field 'step' is 3");
  expect_refused(edited("\"unit\": \"14/5\"", "\"unit\": 1"), "field 'unit' is 1");
  expect_refused(edited("\"delta\": 7", "\"delta\": 8"), "field 'step' is \"14/5\"");
}

// What somebody writes by hand: the choice, and the sums that it is for.
TEST(AdcPlan, AllElseFollowsFromTheChoice) {
  const AdcPlan plan = plan_from_json(R"({"bitline_adc_plan": 1, "layers": {"conv1": {
      "quantizer": "zero-tread", "levels": 4, "delta": "7", "sums": [-128, 128]}}})");
  EXPECT_EQ(plan, plan_of(tread_at_seven()));
  // A number may be written as a text.
  EXPECT_EQ(plan_from_json(edited("[-1,2,5]", "[-1,\"2\",5]")), plan_from_json(to_json(plan)));
}

TEST(AdcPlan, ReadingNamesTheFieldThatIsMissingUnknownOrOfAnotherType) {
  expect_refused(edited("      \"delta\": 7,\n", ""), "layer conv1: field 'delta' is missing");
  expect_refused(edited("\"sums\"", "\"sum\""), "field 'sums' is missing");
  expect_refused(edited("\"unit\"", "\"note\": 1, \"unit\""),
                 "layer conv1: field 'note' is unknown for quantizer zero-tread; remove it");
  expect_refused(edited("\"zero-tread\"", "\"lossless\""),
                 "field 'delta' is unknown for quantizer");
  expect_refused(edited("\"levels\": 4", "\"levels\": 4.5"), "field 'levels' is 4.5");
  expect_refused(edited("\"levels\": 4", "\"levels\": 18446744073709551615"), "field 'levels'");
  expect_refused(edited("\"delta\": 7", "\"delta\": 7.5"), "field 'delta' is 7.5; write a whole");
  expect_refused(edited("\"delta\": 7", "\"delta\": \"x\""),
                 "field 'delta': 'x' is not a fraction");
  expect_refused(edited("\"up\"", "1"), "field 'tie_rule' is 1, not a name");
  expect_refused(edited("[-128,128]", "[-128]"), "field 'sums' has 1 numbers");
  expect_refused(edited("[-128,128]", "128"), "field 'sums' is number, not a list");
}

TEST(AdcPlan, ReadingNamesTheLayerOfAnImpossibleChoice) {
  const auto refuse = [](const std::string& json, const std::string& message) {
    expect_error(ErrorKind::kUsage, message, [&] { plan_from_json(json); });
  };
  refuse(edited("\"levels\": 4", "\"levels\": 1"), "layer conv1: levels 1 is below 2");
  refuse(edited("\"delta\": 7", "\"delta\": 129"), "layer conv1: delta 129 exceeds 128");
  refuse(edited("\"up\"", "\"down\""), "layer conv1: tie rule 'down' is unknown");
  refuse(edited("[-128,128]", "[9,-9]"), "layer conv1: the smallest possible sum 9");
  refuse(edited("[-128,128]", "[-128,128], \"sum_step\": 3"),
         "layer conv1: steps of 3 do not lead from the smallest possible sum -128");
  refuse(edited("[-128,128]", "[-128,128], \"sum_step\": 0"), "layer conv1: steps of 0");
}

TEST(AdcPlan, ReadingRefusesOtherFilesAndVersions) {
  expect_refused("", "ADC plan: not JSON");
  expect_refused("{\"bitline_adc_plan\": 1, \"layers\": {", "ADC plan: not JSON");
  expect_refused("{\"bitline_adc_plan\": 1e999}", "ADC plan: not JSON");
  expect_refused("[1]", "this is not an ADC plan");
  expect_refused("{}", "field 'bitline_adc_plan' is missing");
  expect_refused(edited("plan\": 1", "plan\": 2"), "field 'bitline_adc_plan' is 2, a version");
  expect_refused("{\"bitline_adc_plan\": 1}", "field 'layers' is missing");
  expect_refused("{\"bitline_adc_plan\": 1, \"layers\": []}", "field 'layers' is array");
  expect_refused("{\"bitline_adc_plan\": 1, \"layers\": {\"a\": 3}}", "layer a: a layer is number");
  expect_refused("{\"bitline_adc_plan\": 1, \"layers\": {}, \"x\": 1}", "field 'x' is unknown");
}

TEST(AdcPlan, ReadingRefusesALayerThatStandsTwice) {
  expect_refused("{\"bitline_adc_plan\": 1, \"layers\": {\"a\": {}, \"a\": {}}}",
                 "'a' stands twice in one object");
}

TEST(AdcPlan, IsReadFromAFileThatErrorsName) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "plan.json";
  std::ofstream(path) << to_json(plan_of(tread_at_seven()));
  EXPECT_EQ(content_hash(read_plan(path)), content_hash(plan_of(tread_at_seven())));
  std::ofstream(path) << "{";
  expect_error(ErrorKind::kFailure, path.string() + ": ADC plan: not JSON",
               [&] { read_plan(path); });
  std::filesystem::remove(path);
  expect_error(ErrorKind::kFailure, path.string(), [&] { read_plan(path); });
}

TEST(AdcPlan, SchemaKnowsTheFieldsThatAreWritten) {
  const auto schema = nlohmann::json::parse(
      std::ifstream(std::filesystem::path(BITLINE_SCHEMAS) / "adc-plan.schema.json"));
  const auto& layer = schema.at("$defs").at("layer");
  AdcPlan plan = plan_of(streams_at_seven());
  plan.layers.at("conv1").sums.step = 2;
  plan.layers.at("conv1").spec.column_bias = {1};
  plan.layer_arrays["conv1"] = {{"active_rows", "64"}};
  const auto written = nlohmann::json::parse(to_json(plan));
  EXPECT_TRUE(schema.at("properties").contains("array"));
  const auto& fields = written.at("layers").at("conv1");
  EXPECT_EQ(layer.at("properties").size(), fields.size());
  for (const auto& [name, value] : fields.items())
    EXPECT_TRUE(layer.at("properties").contains(name)) << name;
}

/// Whether a condition of the schema asks for this quantizer.
bool asks_for(const nlohmann::json& condition, std::string_view quantizer) {
  const auto& asked = condition.at("properties").at("quantizer");
  if (asked.contains("const")) return asked.at("const") == quantizer;
  return std::ranges::count(asked.at("enum").get<std::vector<std::string>>(), quantizer) == 1;
}

TEST(AdcPlan, SchemaKnowsTheChoicesOfEveryQuantizer) {
  const auto layer = nlohmann::json::parse(std::ifstream(std::filesystem::path(BITLINE_SCHEMAS) /
                                                         "adc-plan.schema.json"))
                         .at("$defs")
                         .at("layer");
  std::set<std::string> known;
  for (const QuantizerPolicy* quantizer : all_policies<QuantizerPolicy>()) {
    known.emplace(quantizer->name);
    AdcSpec spec;
    spec.quantizer = *quantizer;
    // The range has no default, the other choices have.
    std::set<std::string> used, ranges, required, refused;
    visit_choices(spec, [&](const char* name, const auto&) {
      used.insert(name);
      if (std::string_view(name) == "delta") ranges.insert(name);
    });
    for (const auto& branch : layer.at("allOf")) {
      if (!asks_for(branch.at("if"), quantizer->name)) continue;
      const auto& then = branch.at("then");
      for (const auto& name : then.value("required", nlohmann::json::array()))
        required.insert(name.get<std::string>());
      const auto properties = then.value("properties", nlohmann::json::object());
      for (const auto& [name, value] : properties.items())
        if (value == false) refused.insert(name);
    }
    EXPECT_EQ(required, ranges) << quantizer->name;
    EXPECT_EQ(refused.size() + used.size(), 5U) << quantizer->name;
  }
  EXPECT_EQ(layer.at("properties").at("quantizer").at("enum").get<std::set<std::string>>(), known);
}

}  // namespace
}  // namespace bitline
