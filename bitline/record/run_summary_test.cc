#include "bitline/record/run_summary.h"

#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

const std::string kText = R"({
 "bitline": "0.1.0",
 "revision": "ef20859",
 "seed": 18446744073709551615,
 "network": "208247ea",
 "command": "bitline run a.toml --set 'search.levels=[4]'",
 "objective": "accuracy",
 "max_loss": 1.0,
 "network_name": "resnet20",
 "data": "cifar10",
 "range_methods": {
  "csnr": "the least error"
 },
 "config": "seed = 1\n",
 "config_folder": "../../examples",
 "search_images": 200,
 "validation_images": 50,
 "holdout_images": 40,
 "test_images": 100,
 "test_per_class": 10,
 "recommended": "plans/L6-layer-wise.json",
 "recommended_network": "networks/L6-layer-wise.safetensors",
 "validation_loss": {
  "value": 0.5,
  "lower": -0.25,
  "upper": 1.25
 },
 "given_batch_norm": [
  "conv2"
 ],
 "seconds": {
  "profile": 2.5,
  "results": 0.01
 },
 "skipped": [
  "results"
 ],
 "assumed": [
  "data.mean = [0.5]"
 ],
 "doubts": [
  "50 validation images cannot tell"
 ],
 "next_steps": [
  "search.max_loss: allow more."
 ]
}
)";

RunSummary summary() {
  return {"0.1.0",
          "ef20859",
          18446744073709551615U,
          "208247ea",
          "resnet20",
          "cifar10",
          "bitline run a.toml --set 'search.levels=[4]'",
          "accuracy",
          {{"csnr", "the least error"}},
          1,
          {200, 50, 40, 100, 10},
          "seed = 1\n",
          "../../examples",
          "plans/L6-layer-wise.json",
          "networks/L6-layer-wise.safetensors",
          Interval{0.5, -0.25, 1.25},
          {"conv2"},
          {{"profile", 2.5}, {"results", 0.01}},
          {"results"},
          {"data.mean = [0.5]"},
          {"50 validation images cannot tell"},
          {"search.max_loss: allow more."}};
}

TEST(RunSummary, GoesRound) {
  EXPECT_EQ(to_json(summary()), kText);
  EXPECT_EQ(run_summary_from_json(kText), summary());
}

TEST(RunSummary, NamesNoPlanWhereNoneIsRecommended) {
  RunSummary none = summary();
  none.recommended.clear();
  none.recommended_network.clear();
  EXPECT_EQ(to_json(none).find("recommended"), std::string::npos);
  EXPECT_EQ(run_summary_from_json(to_json(none)), none);
}

TEST(RunSummary, NamesNoLayersWhereAllHaveBatchNorm) {
  RunSummary none = summary();
  none.given_batch_norm.clear();
  EXPECT_EQ(to_json(none).find("given_batch_norm"), std::string::npos);
  EXPECT_EQ(run_summary_from_json(to_json(none)), none);
}

TEST(RunSummary, OlderFilesLackCountsOfImages) {
  std::string older = kText;
  for (const char* line : {" \"search_images\": 200,\n", " \"holdout_images\": 40,\n",
                           " \"test_images\": 100,\n", " \"test_per_class\": 10,\n"})
    older = test::with(older, line, "");
  EXPECT_EQ(run_summary_from_json(older).images, (RunImages{0, 50, 0, 0, 0}));
}

TEST(RunSummary, APartOfTheTestSetIsCalledOne) {
  EXPECT_EQ(test_part_in_words(10),
            "10 of each class, not the whole test set (data.test_per_class)");
  EXPECT_EQ(test_part_in_words(0), "");
}

TEST(RunSummary, SaysWhatIsDamaged) {
  EXPECT_EQ(test::refusal(run_summary_from_json, test::with(kText, "command", "order")),
            "a run's summary is damaged: field 'command' is missing");
  EXPECT_EQ(test::refusal(run_summary_from_json, test::with(kText, "2.5", "\"long\"")),
            "a run's summary is damaged: field 'seconds' is an object, which cannot be");
}

}  // namespace
}  // namespace bitline
