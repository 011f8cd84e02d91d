#include "bitline/study/advice_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/study/inputs.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Of the layers that the plan names: each loses less than the one before.
Explanation explanation_of(const AdcPlan& plan) {
  Explanation explanation;
  explanation.lossless = {100, 90, 0};
  explanation.plan = {100, 10, 0};
  std::int64_t regained = 60;
  for (const auto& [name, adc] : plan.layers) {
    LayerExplanation layer;
    layer.layer = name;
    layer.without = {100, 10 + regained, 0};
    regained -= 10;
    explanation.layers.push_back(layer);
  }
  return explanation;
}

/// What was tried with the ADC plan of four layers on arrays of so many rows.
std::vector<std::string> trials_on(std::int64_t rows) {
  const test::TestStudy study;
  RunConfig config = study.config();
  config.array.common.rows = rows;
  const Network network = load_network(config);
  AdcPlan plan = test::plan_of(config, network, 4);
  const std::vector<std::string> names{"stage1.block1.conv1", "stage1.block1.conv2",
                                       "stage1.block2.conv1", "stage1.block2.conv2"};
  std::erase_if(plan.layers, [&](const auto& layer) {
    return std::ranges::find(names, layer.first) == names.end();
  });
  SilentProgress silent;
  std::vector<std::string> tried;
  for (const auto& change :
       try_advice(network, config, plan, explanation_of(plan), {silent, {}}).changes)
    tried.push_back(change.what);
  return tried;
}

std::vector<std::string> those_with(const std::string& words, std::vector<std::string> tried) {
  std::erase_if(tried,
                [&](const std::string& what) { return what.find(words) == std::string::npos; });
  return tried;
}

// Of four that lose something.
TEST(AdviceTrials, WidensTheThreeWorstLayersAloneAndTogether) {
  EXPECT_THAT(
      those_with("a wider range", trials_on(16)),
      ElementsAre("stage1.block1.conv1: a wider range", "stage1.block1.conv2: a wider range",
                  "stage1.block2.conv1: a wider range", "these 3 layers: a wider range"));
}

// 16 rows at the least, since half of them tell few levels apart.
TEST(AdviceTrials, DrivesHalfAndAQuarterOfTheRows) {
  const std::string half =
      "array.active_rows = 32 for 64, tiles balanced, ranges by csnr, about 2 times the reads";
  const std::string quarter =
      "array.active_rows = 16 for 64, tiles balanced, ranges by csnr, about 4 times the reads";
  const std::string recalibrated = ", batch-norm recalibrated";
  EXPECT_THAT(those_with("array.active_rows", trials_on(64)),
              ElementsAre(half, half + recalibrated, quarter, quarter + recalibrated));
  EXPECT_THAT(those_with("array.active_rows = 16 for 32", trials_on(32)), SizeIs(2));
  EXPECT_THAT(those_with("array.active_rows", trials_on(32)), SizeIs(2));
  EXPECT_THAT(those_with("array.active_rows", trials_on(16)), IsEmpty());
}

}  // namespace
}  // namespace bitline
