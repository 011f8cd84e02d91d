// Results as JSON: one document on standard output, as its schema in docs/json/ says.
#include "bitline/testing/json_schema.h"
#include "bitline/testing/json_study.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::JsonStudyTest;
using test::kNoTraining;
using test::kStudy;
using test::make_float_network;
using test::options_in;
using test::Outcome;
using test::SchemaCheck;
using test::subcommands_in;
using test::trains;

namespace fs = std::filesystem;

const fs::path kSchemas = fs::path(BITLINE_SOURCE) / "docs/json";

/// A call of each subcommand that prints results, in an order in which each finds its files.
const std::vector<std::vector<std::string>>& calls() {
  static const std::vector<std::vector<std::string>> calls{
      {"search", "study.toml"},
      {"inspect", "study.toml", "--set", "array.layers.conv3.rows=64"},
      {"profile", "study.toml"},
      {"cost", "study.toml", "--set", "cost.zero_detection=true"},
      {"bench", "study.toml", "--images", "2", "--runs", "1", "--search"},
      {"evaluate", "study.toml", "--plan", "L3-layer-wise.json"},
      {"evaluate", "study.toml", "--try-normalization"},
      {"explain", "study.toml", "--plan", "L3-layer-wise.json"},
      {"recalibrate", "study.toml", "--plan", "L3-layer-wise.json", "--out", "r.safetensors"},
      {"allocate", "study.toml", "--set", "allocate.levels=[2,3]", "--out", "a"},
      {"compare", "study.toml", "--set", "compare.methods=[\"isaac\"]"},
      {"run", "study.toml", "--out", "r"},
      {"report", "r"},
      {"export", "study.toml", "--to", "npz", "--out", "n.npz"},
      {"sample", "study.toml", "--per-class", "2", "--out", "s.safetensors"}};
  return calls;
}
/// Those of which TrainingsGiveTheirEpochs and data_command_unit_test.cc have one.
const std::set<std::string> kCalledElsewhere{"train", "quantize", "retrain", "data"};

/// Subcommands that have a schema.
std::set<std::string> schemas() {
  std::set<std::string> verbs;
  for (const auto& entry : fs::directory_iterator(kSchemas)) {
    const std::string name = entry.path().filename().string();
    verbs.insert(name.substr(0, name.find('.')));
  }
  EXPECT_EQ(verbs.erase("common"), 1U);
  return verbs;
}

/// Calls with --json, and by which schema they answer.
class JsonTest : public JsonStudyTest {
 protected:
  void expect_valid(const std::string& verb, const nlohmann::json& document) const {
    EXPECT_THAT(SchemaCheck::errors(kSchemas / (verb + ".schema.json"), document),
                testing::IsEmpty())
        << document.dump(1);
  }
  /// The first argument is the verb.
  nlohmann::json valid_result_of(const std::vector<std::string>& arguments) const {
    nlohmann::json document = result_of(arguments);
    expect_valid(arguments.front(), document);
    return document;
  }
  void search() const { valid_result_of({"search", "study.toml"}); }
};

TEST_F(JsonTest, EverySubcommandThatPrintsResultsHasASchema) {
  std::set<std::string> with_json;
  for (const std::string& verb : subcommands_in(help({}))) {
    std::string text = help({verb});
    for (const std::string& nested : subcommands_in(text)) text += help({verb, nested});
    if (std::ranges::count(options_in(text), "--json") > 0) with_json.insert(verb);
  }
  EXPECT_EQ(with_json, schemas());
}

TEST_F(JsonTest, EveryResultIsAsItsSchemaSays) {
  std::set<std::string> called = kCalledElsewhere;
  for (const auto& call : calls()) {
    valid_result_of(call);
    called.insert(call.front());
  }
  EXPECT_EQ(called, schemas());
}

TEST_F(JsonTest, ACheckFindsWhatIsMissingWrongAndUnknown) {
  const fs::path schema = kSchemas / "recalibrate.schema.json";
  const nlohmann::json valid{
      {"network", "n"}, {"images", 1}, {"given_batch_norm", nlohmann::json::array()}};
  EXPECT_THAT(SchemaCheck::errors(schema, valid), testing::IsEmpty());
  EXPECT_THAT(
      SchemaCheck::errors(schema, {{"network", 3}, {"image", 1}}),
      testing::UnorderedElementsAre("$: images is missing", "$: given_batch_norm is missing",
                                    "$.image: is not allowed", "$.network: 3 is not \"string\""));
}

TEST_F(JsonTest, RunGivesRowsAndTheRecommendedPlan) {
  const auto document = valid_result_of({"run", "study.toml", "--out", "r"});
  EXPECT_EQ(document.at("rows").size(), 2U);
  EXPECT_EQ(document.at("recommended"), 1);
  EXPECT_EQ(document.at("plan"), nlohmann::json::parse(read("r/plan.json")));
  EXPECT_EQ(document.at("report"), (folder() / "r/report.html").string());
  EXPECT_EQ(valid_result_of({"report", "r"}).at("report"), (folder() / "report.html").string());
}

TEST_F(JsonTest, RunWithoutAGoodPlanRecommendsNull) {
  const auto document =
      valid_result_of({"run", "study.toml", "--set", "search.max_loss=0", "--set",
                       "search.ranges=[\"full-range\"]", "--set", "search.recalibrate=true"});
  EXPECT_EQ(document.at("rows").size(), 3U);
  EXPECT_EQ(document.at("recommended").is_null(), document.at("plan").is_null());
}

TEST_F(JsonTest, SearchGivesThePlansThatItWrites) {
  const auto document = valid_result_of({"search", "study.toml", "--out", "plans"});
  const auto& found = document.at("searches").at(0);
  EXPECT_EQ(found.at("plan_file"), "plans/L3-layer-wise.json");
  EXPECT_EQ(found.at("plan"), nlohmann::json::parse(read("plans/L3-layer-wise.json")));
}

TEST_F(JsonTest, EvaluateGivesBothPlansAndTheirDifference) {
  search();
  const auto document = valid_result_of(
      {"evaluate", "study.toml", "--plan", "L3-layer-wise.json", "--against", "lossless"});
  EXPECT_EQ(document.at("evaluations").at(0).at("plan"), "L3-layer-wise.json");
  EXPECT_TRUE(document.at("evaluations").at(1).at("plan").is_null());
  EXPECT_TRUE(document.contains("difference"));
}

TEST_F(JsonTest, TheArrayIsDescribed) {
  EXPECT_EQ(valid_result_of({"inspect", "study.toml"}).count("trial_grids"), 0U);
  const auto profile = valid_result_of({"profile", "study.toml"});
  EXPECT_EQ(profile.at("layers").at(0).at("layer"), "conv2");
}

TEST_F(JsonTest, AllocateGivesThePlanThatItWrites) {
  const auto allocation =
      valid_result_of({"allocate", "study.toml", "--set", "allocate.levels=[2,3]", "--out", "a"});
  EXPECT_EQ(allocation.at("plan"), nlohmann::json::parse(read("a/plan.json")));
}

TEST_F(JsonTest, FilesThatAreWrittenAreNamed) {
  search();
  const auto recalibrated = valid_result_of(
      {"recalibrate", "study.toml", "--plan", "L3-layer-wise.json", "--out", "r.safetensors"});
  EXPECT_EQ(recalibrated.at("network"), "r.safetensors");
  EXPECT_EQ(valid_result_of({"sample", "study.toml", "--per-class", "2", "--out", "s.safetensors"})
                .at("images"),
            4);
}

TEST_F(JsonTest, TrainingsGiveTheirEpochs) {
  if (!trains()) GTEST_SKIP() << kNoTraining;
  write_network(folder() / "float.safetensors", make_float_network(4));
  write("study.toml", std::string(kStudy) +
                          "[train]\nepochs = 2\nholdout = 4\noutput = \"t.safetensors\"\n"
                          "learning_rate = 0.01\n[quantize]\n");
  const auto trained = valid_result_of({"train", "study.toml"});
  EXPECT_EQ(trained.at("epochs").size(), 2U);
  const auto quantized =
      valid_result_of({"quantize", "study.toml", "--set", "model.file=float.safetensors",
                       "--fine-tune", "--out", "q.safetensors"});
  EXPECT_EQ(quantized.at("calibrated"), "q.safetensors.calibrated");
  EXPECT_EQ(quantized.at("epochs").at(1).at("epoch"), 2);
  expect_refusal({"quantize", "study.toml", "--set", "model.file=float.safetensors", "--set",
                  "quantize.weight_bits=2", "--fine-tune", "--resume", "--out", "q.safetensors"},
                 1, {"q.safetensors.checkpoint", "another recipe"});
  search();
  const auto retrained = valid_result_of(
      {"retrain", "study.toml", "--plan", "L3-layer-wise.json", "--set", "retrain.epochs=1"});
  EXPECT_EQ(retrained.at("test").size(), 3U);
}

TEST_F(JsonTest, AnErrorLeavesStandardOutputEmpty) {
  const Outcome outcome = run({"evaluate", "study.toml", "--plan", "absent.json", "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
  expect_error(outcome, {"absent.json"});
}

}  // namespace
}  // namespace bitline::cli
