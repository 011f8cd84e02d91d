#include "bitline/study/advice_trials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/study/inputs.h"
#include "bitline/testing/study.h"

namespace bitline {
namespace {

using ::testing::ElementsAre;

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

// Of four that lose something.
TEST(AdviceTrials, WidensTheThreeWorstLayersAloneAndTogether) {
  const test::TestStudy study;
  RunConfig config = study.config();
  const Network network = load_network(config);
  AdcPlan plan = test::plan_of(config, network, 4);
  const std::vector<std::string> names{"stage1.block1.conv1", "stage1.block1.conv2",
                                       "stage1.block2.conv1", "stage1.block2.conv2"};
  std::erase_if(plan.layers, [&](const auto& layer) {
    return std::ranges::find(names, layer.first) == names.end();
  });
  SilentProgress silent;
  const auto trials = try_advice(network, config, plan, explanation_of(plan), {silent, {}});
  std::vector<std::string> wider;
  std::vector<std::string> fewer;
  for (const auto& change : trials.changes) {
    if (change.what.ends_with("a wider range")) wider.push_back(change.what);
    if (change.what.starts_with("array.active_rows")) fewer.push_back(change.what);
  }
  EXPECT_THAT(
      wider, ElementsAre("stage1.block1.conv1: a wider range", "stage1.block1.conv2: a wider range",
                         "stage1.block2.conv1: a wider range", "these 3 layers: a wider range"));
  EXPECT_THAT(
      fewer,
      ElementsAre("array.active_rows = 64 for 128, ranges by csnr, about 2 times the reads",
                  "array.active_rows = 32 for 128, ranges by csnr, about 4 times the reads"));
}

}  // namespace
}  // namespace bitline
