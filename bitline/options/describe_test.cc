// What decides a result stands in the text that stages hash, whatever its table; what does not,
// does not, so that nothing is computed again for it.
#include "bitline/options/describe.h"

#include <gtest/gtest.h>

#include "bitline/testing/fields.h"

namespace bitline {
namespace {

using test::expect_every_decision;

TEST(Describe, TellsEveryFieldThatDecidesAResult) {
  expect_every_decision<ArraySpec>({}, [](const auto& array) { return describe(array); });
  expect_every_decision<DataConfig>({}, [](const auto& data) { return describe(data); });
  expect_every_decision<LayerArray>({}, [](const LayerArray& own) {
    NetworkArrays arrays;
    arrays.layers["conv1"] = own;
    return describe(arrays);
  });
  expect_every_decision<AdcConfig>({}, [](const auto& adc) { return describe({adc, {}}); });
  expect_every_decision<AdcConfig>({}, [](const auto& adc) {
    return describe(NetworkAdcs{{}, {{"conv1", adc}}});
  });
  expect_every_decision<SearchConfig>({}, [](const auto& search) { return describe(search, {}); });
  expect_every_decision<AllocateConfig>({}, [](const auto& cost) { return describe(cost, false); });
  expect_every_decision<TrainConfig>({}, [](const auto& train) { return describe(train, 1); });
  expect_every_decision<RetrainConfig>({}, [](const auto& train) { return describe(train, 1); });
}

TEST(Describe, TellsWhatNoFieldHolds) {
  NetworkAdcs measured;
  measured.common.measured.emplace();
  measured.common.measured->table_thresholds = {3};
  measured.common.measured->table_values = {0, 1};
  EXPECT_NE(describe(measured), describe(NetworkAdcs{}));
  EXPECT_NE(describe(SearchConfig{}, measured), describe(SearchConfig{}, NetworkAdcs{}));
  EXPECT_NE(describe(TrainConfig{}, 1), describe(TrainConfig{}, 2));
  EXPECT_NE(describe(RetrainConfig{}, 1), describe(RetrainConfig{}, 2));
  EXPECT_NE(describe(AllocateConfig{}, false), describe(AllocateConfig{}, true));
}

// All rows at once, and as many as there are, drive the same word lines.
TEST(Describe, AllActiveRowsAreTheRows) {
  ArraySpec array;
  array.active_rows = array.rows;
  EXPECT_EQ(describe(NetworkArrays(array)), describe(NetworkArrays{}));
}

// The path of a technology is none of its content.
TEST(Describe, TellsEveryFieldOfACost) {
  expect_every_decision<CostConfig>({}, [](CostConfig cost) {
    cost.technology.clear();
    return describe(cost);
  });
}

QuantizeConfig with_grids(const QuantizeOptions& grids) {
  QuantizeConfig quantize;
  quantize.grids = grids;
  return quantize;
}

QuantizeConfig with_calibration(const PostTrainingOptions& post) {
  QuantizeConfig quantize;
  quantize.post_training = post;
  return quantize;
}

TEST(Describe, TellsEveryFieldOfAGrid) {
  expect_every_decision<QuantizeOptions>(
      {}, [](const auto& grids) { return describe_grids(with_grids(grids)); });
  expect_every_decision<PostTrainingOptions>(
      {}, [](const auto& post) { return describe_grids(with_calibration(post)); });
  RunConfig run;
  expect_every_decision<QuantizeOptions>({}, [&run](const auto& grids) {
    run.quantize = with_grids(grids);
    return describe_recipe(run);
  });
}

TEST(Describe, ARecipeIsOfATrainingAndItsImages) {
  RunConfig run;
  const std::string usual = describe_recipe(run);
  run.train.options.momentum = 0.5;
  const std::string slower = describe_recipe(run);
  EXPECT_NE(slower, usual);
  run.data.normalization.mean = {0.25F};
  const std::string darker = describe_recipe(run);
  EXPECT_NE(darker, slower);
  run.seed = 2;
  EXPECT_NE(describe_recipe(run), darker);
}

}  // namespace
}  // namespace bitline
