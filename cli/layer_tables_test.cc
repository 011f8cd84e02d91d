// [array.layers."NAME"] and [adc.layers."NAME"], as a user writes them.
#include "bitline/adc/adc_plan.h"
#include "bitline/testing/json_study.h"
#include "bitline/testing/program_study.h"

namespace bitline::cli {
namespace {

using test::JsonStudyTest;
using test::kStudy;
using test::Outcome;

constexpr int kUsage = 2;

class LayerTablesTest : public JsonStudyTest {
 protected:
  using Words = std::vector<std::string>;

  /// The command with conv3 on 64 rows of digits above 0.
  static Words on_own_array(Words words) {
    words.insert(words.end(), {"--set", "array.layers.conv3.rows=64", "--set",
                               "array.layers.\"conv3\".encoding=twos-complement"});
    return words;
  }
};

TEST_F(LayerTablesTest, InspectShowsThem) {
  const std::string output =
      run(on_own_array({"inspect", "study.toml", "--set", "array.layers.conv2.digital=true"}))
          .output;
  EXPECT_THAT(output, testing::HasSubstr(
                          "note: array of its own, rows = 64, driven_rows = 64, "
                          "encoding = twos-complement, bit_lines_per_adc = 1, adcs = 128 per "
                          "array, each for 1 bit line\n"));
  EXPECT_THAT(output, testing::HasSubstr("array.layers.\"conv2\" has digital = true\n"));
  const auto json = result_of(on_own_array({"inspect", "study.toml"}));
  std::vector<int> tiles;
  for (const auto& node : json.at("nodes")) {
    EXPECT_EQ(node.contains("array"), node.at("name") == "conv3") << node;
    if (node.at("place") == "array") tiles.push_back(node.at("tiles").get<int>());
  }
  EXPECT_THAT(tiles, testing::ElementsAre(3, 1));  // a fan-in of 36 on 16 rows, and on 64
}

TEST_F(LayerTablesTest, APlanRemembersThemAndIsRefusedOnOthers) {
  ASSERT_EQ(run(on_own_array({"search", "study.toml", "--out", "."})).exit_code, 0);
  const std::string plan = "L3-layer-wise.json";
  EXPECT_THAT(read_text_file(folder() / plan),
              testing::HasSubstr("      \"array\": {\"active_rows\":\"64\",\"encoding\":\""
                                 "twos-complement\"}\n"));
  for (const char* command : {"evaluate", "cost", "explain"})
    EXPECT_EQ(run(on_own_array({command, "study.toml", "--plan", plan})).exit_code, 0) << command;
  for (const char* command : {"evaluate", "cost", "explain"})
    expect_refusal({command, "study.toml", "--plan", plan}, kUsage,
                   {"layer conv3: the plan was found on an array with active_rows = 64, and this "
                    "one has 16",
                    "set array.layers.\"conv3\".active_rows = 64"});
  EXPECT_EQ(run(on_own_array({"recalibrate", "study.toml", "--plan", plan, "--out",
                              "moved"
                              ".safetensors"}))
                .exit_code,
            0);
}

TEST_F(LayerTablesTest, AWholeRunFollowsThem) {
  write("study.toml", std::string(kStudy) +
                          "recalibrate = true\n[array.layers.conv3]\nrows = 64\n"
                          "[adc.layers.conv3]\nquantizer = \"zero-rise\"\n"
                          "[cost]\n[explain]\n[allocate]\nlevels = [3, 4]\n");
  ASSERT_EQ(run({"run", "study.toml", "--out", "out"}).exit_code, 0);
  const AdcPlan plan = read_plan(folder() / "out" / "plans" / "allocated.json");
  EXPECT_EQ(plan.layers.at("conv2").spec.quantizer, quantizers::kZeroTread);
  EXPECT_EQ(plan.layers.at("conv3").spec.quantizer, quantizers::kZeroRise);
  EXPECT_EQ(plan.layers.at("conv2").sums.maximum, 16);
  EXPECT_EQ(plan.layers.at("conv3").sums.maximum, 36);
  EXPECT_EQ(plan.layer_arrays.size(), 1U);
  EXPECT_THAT(read_text_file(folder() / "out" / "report.html"),
              testing::HasSubstr("rows = 64, driven_rows = 64"));
}

TEST_F(LayerTablesTest, GoldenVectorsAreThoseOfEachLayersArray) {
  ASSERT_EQ(run(on_own_array(
                    {"export", "study.toml", "--to", "golden", "--out", "golden", "--images", "1"}))
                .exit_code,
            0);
  const auto manifest = nlohmann::json::parse(read_text_file(folder() / "golden/manifest.json"));
  std::map<std::string, std::string> encodings;
  for (const auto& layer : manifest.at("layers"))
    encodings[layer.at("layer")] = layer.at("encoding");
  EXPECT_EQ(encodings, (std::map<std::string, std::string>{{"conv2", "differential"},
                                                           {"conv3", "twos-complement"}}));
}

// conv3 has 36 rows of fan-in: three arrays of 16 rows, or one of 64, of 128 columns each, whose 64
// pairs have an ADC each.
TEST_F(LayerTablesTest, CostsAreThoseOfEachLayersArrays) {
  const auto area = [this](std::vector<std::string> words, std::size_t layer) {
    words.insert(words.begin(), {"cost", "study.toml"});
    return result_of(words).at("baseline").at("layers").at(layer).at("area_mm2");
  };
  const Words own{"--set", "array.layers.conv3.rows=64"};
  EXPECT_NEAR(area(own, 1).at("arrays").get<double>() / area({}, 1).at("arrays").get<double>(),
              4.0 / 3, 1e-12);
  EXPECT_NEAR(area(own, 1).at("ADCs").get<double>() / area({}, 1).at("ADCs").get<double>(), 1.0 / 3,
              1e-12);
  EXPECT_EQ(area(own, 0), area({}, 0));
}

TEST_F(LayerTablesTest, MistakesAreNamedInOneLine) {
  expect_refusal(
      {"inspect", "study.toml", "--set", "array.layers.con3.rows=64"}, kUsage,
      {"array.layers: network 'small' has no layer 'con3'; the nearest name is 'conv3'"});
  expect_refusal({"search", "study.toml", "--out", ".", "--set", "adc.layers.con3.tie_rule=away"},
                 kUsage,
                 {"adc.layers: network 'small' has no layer 'con3'; the nearest name is 'conv3'"});
  expect_refusal({"inspect", "network.safetensors", "--set", "array.layers.con3.rows=64"}, kUsage,
                 {"array.layers: network 'small' has no layer 'con3'"});
  expect_refusal({"inspect", "study.toml", "--set", "array.layers.conv1.rows=64"}, kUsage,
                 {"array.layers.\"conv1\"", "it stays digital: first_layer", "digital = false"});
  expect_refusal({"run", "study.toml", "--out", "out", "--set", "array.layers.conv3.last_layer=1"},
                 kUsage, {"array.layers.conv3.last_layer is one for all layers: it is about"});
  expect_refusal({"search", "study.toml", "--out", ".", "--set", "adc.layers.conv1.tie_rule=away"},
                 kUsage, {"adc.layers: 'conv1' is no layer on the array; there are: conv2, conv3"});
}

}  // namespace
}  // namespace bitline::cli
