// A changed key runs the stages again that it decides, one key after the other; and a key that is
// new has to be told here.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <optional>
#include <set>
#include <string>

#include "bitline/options/tables.h"
#include "bitline/run/run.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

constexpr const char* kSearch = "search-L4-network-wise";
constexpr const char* kCost = "cost-L4-network-wise";
constexpr const char* kAllocate = "allocate";

/// Another value of a key, and the stage that has to run again.
struct Change {
  const char* value;
  const char* stage;
  const char* beside = "";  ///< another setting that the value needs, before and after
};

const std::map<std::string, Change>& changes() {
  static const std::map<std::string, Change> changes{
      {"data.mean", {"[0.25, 0.25, 0.25]", kSearch}},
      {"data.deviation", {"[0.5, 0.5, 0.5]", kSearch}},
      {"array.rows", {"8", kSearch}},
      {"array.active_rows", {"8", kSearch}},
      {"array.columns", {"64", kSearch}},
      {"array.cell_bits", {"2", kSearch}},
      {"array.dac_bits", {"2", kSearch}},
      {"array.encoding", {"offset", kSearch}},
      {"array.subtract", {"digital", kSearch}},
      {"array.offset_removal", {"digital", kSearch, "array.encoding=offset"}},
      {"array.bias_rows", {"2", kSearch}},
      {"array.thresholds", {"column", kSearch}},
      {"array.column_flip", {"sign", kSearch}},
      {"array.row_order", {"kernel-major", kSearch}},
      {"array.tile_cut", {"balanced", kSearch}},
      {"array.activation_encoding", {"sign-magnitude", kSearch}},
      {"array.columns_per_adc", {"2", kCost}},
      {"array.bit_lines_per_adc", {"4", kCost}},
      {"array.adc_levels", {"64", kSearch}},
      {"array.first_layer", {"mapped", kSearch}},
      {"array.last_layer", {"mapped", kSearch}},
      {"array.requantize", {"fixed", kSearch}},
      {"array.requantize_bits", {"8", kSearch, "array.requantize=fixed"}},
      {"adc.quantizer", {"zero-rise", kSearch}},
      {"adc.step_rule", {"outer-levels", kSearch}},
      {"adc.tie_rule", {"away", kSearch}},
      {"adc.sides", {"both", kSearch}},
      {"search.percentile", {"99", kSearch}},
      {"search.objective", {"loss", kSearch}},
      {"search.centre", {"mean", kSearch}},
      {"search.statistics", {"recalibrated", kSearch}},
      {"search.stream_ranges", {"by-spread", kSearch}},
      {"search.delta_step", {"2", kSearch}},
      {"search.full", {"true", kSearch}},
      {"search.layers", {"[\"stage2.block1.conv2\"]", kSearch}},
      {"cost.adc", {"sar", kCost}},
      {"cost.baseline_levels", {"32", kCost}},
      {"cost.adc_share", {"0.5", kCost}},
      {"cost.dummy_column", {"true", kCost}},
      {"cost.zero_detection", {"true", kCost}},
      {"allocate.levels", {"[3]", kAllocate}},
      {"allocate.ranges", {"three-sigma", kAllocate}},
      {"allocate.cost", {"area", kAllocate}},
      {"allocate.max_loss", {"50", kAllocate}},
      {"allocate.max_cost", {"0.5", kAllocate}},
      {"profile.by_tile", {"true", "profile"}},
  };
  return changes;
}

constexpr const char* kLayer = "\"stage2.block1.conv1\"";

/// "array.rows" of one layer; empty where layers cannot have others.
std::optional<std::string> key_of_layer(const std::string& key) {
  const auto own_of = [&key](const std::string& table, const auto& options) {
    std::optional<std::string> own;
    visit_fields(options, [&](const FieldText& field, const auto&...) {
      if (key == fmt::format("{}.{}", table, field.key) && field.why_of_all_layers.empty())
        own = fmt::format("{}.layers.{}.{}", table, kLayer, field.key);
    });
    return own;
  };
  if (const auto own = own_of("array", ArraySpec{})) return own;
  return own_of("adc", AdcConfig{});
}

class RunFieldsTest : public ::testing::TestWithParam<std::string> {
 protected:
  RunConfig config(const std::vector<std::string>& settings) const {
    Config config =
        Config::from_text(study_.toml("[cost]\n[allocate]\nlevels = [3, 6]\n"), "test.toml");
    config.set("search.levels=[4]");
    config.set("search.ranges=[\"network-wise\"]");
    config.set("search.recalibrate=false");
    for (const std::string& setting : settings)
      if (!setting.empty()) config.set(setting);
    return read_run_config(config);
  }
  std::vector<std::string> skipped(const std::string& folder,
                                   const std::vector<std::string>& settings) const {
    SilentProgress silent;
    return run_pipeline(config(settings), study_.folder() / folder, {silent, {}}).skipped;
  }

  /// What `folder` holds, with the key changed.
  void expect_again(const std::string& folder, const Change& change, const std::string& key) const {
    std::filesystem::remove_all(study_.folder() / "changed");
    std::filesystem::copy(study_.folder() / folder, study_.folder() / "changed",
                          std::filesystem::copy_options::recursive);
    EXPECT_THAT(skipped("changed", {change.beside, key + "=" + change.value}),
                ::testing::Not(::testing::Contains(change.stage)))
        << key;
  }

  test::TestStudy study_;
};

TEST_P(RunFieldsTest, RunTheirStagesAgain) {
  const std::string table = GetParam();
  std::string before;  // what the folder holds
  for (const auto& [key, change] : changes()) {
    if (!key.starts_with(table + ".")) continue;
    const std::string folder = std::string("whole") + change.beside;
    if (before != folder) skipped(before = folder, {change.beside});
    expect_again(folder, change, key);
    if (const auto own = key_of_layer(key)) expect_again(folder, change, *own);
  }
  if (table == "array")
    expect_again(before, {"true", kSearch}, fmt::format("array.layers.{}.digital", kLayer));
}

/// Those that changes() has keys of.
std::set<std::string> changed_tables() {
  std::set<std::string> tables;
  for (const auto& [key, change] : changes()) tables.insert(key.substr(0, key.find('.')));
  return tables;
}

INSTANTIATE_TEST_SUITE_P(Tables, RunFieldsTest, ::testing::ValuesIn(changed_tables()),
                         [](const auto& table) { return table.param; });

// What tells images apart is their content: no search sees test images.
TEST(RunFields, APartOfTheTestSetRunsAgainWhatReadsIt) {
  const test::TestStudy study;
  const auto skipped = [&](std::int64_t test_per_class) {
    RunConfig config = study.config("[allocate]\nlevels = [3, 6]\n");
    config.search.levels = {4};
    config.search.ranges = {range_methods::kNetworkWise};
    config.data.test_per_class = test_per_class;
    SilentProgress silent;
    return run_pipeline(config, study.folder() / "run", {silent, {}}).skipped;
  };
  skipped(0);
  const std::vector<std::string> again = skipped(2);
  for (const char* stage : {"evaluations/lossless-test", "evaluations/L4-network-wise-test",
                            "evaluations/L4-network-wise-recalibrated-test", kAllocate})
    EXPECT_THAT(again, ::testing::Not(::testing::Contains(stage)));
  EXPECT_THAT(again, ::testing::IsSupersetOf({kSearch, "profile", "evaluations/lossless-sample",
                                              "evaluations/L4-network-wise-sample"}));
  EXPECT_THAT(skipped(2), ::testing::Contains("evaluations/lossless-test"));
}

// Grids and trainings have tests of their own: they decide networks, which are known by content.
TEST(RunFields, AllThatDecideAResultAreTold) {
  RunConfig run;
  run.cost.emplace();
  run.allocate.emplace();
  std::vector<std::string> deciding, told;
  visit_tables(run, [&](std::string_view table, const auto& options) {
    if (table.empty() || table == "train") return;
    visit_fields(options, [&](const FieldText& field, const auto&...) {
      if (field.decides != Decides::kNothing)
        deciding.push_back(fmt::format("{}.{}", table, field.key));
    });
  });
  for (const auto& entry : changes()) told.push_back(entry.first);
  EXPECT_THAT(told, ::testing::UnorderedElementsAreArray(deciding));
}

}  // namespace
}  // namespace bitline
