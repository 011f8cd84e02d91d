#include "bitline/study/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bitline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Score right(std::int64_t answers) { return {100, answers, 0}; }

LayerExplanation layer(const std::string& name, std::int64_t alone, std::int64_t without) {
  LayerExplanation layer;
  layer.layer = name;
  layer.alone = right(alone);
  layer.without = right(without);
  return layer;
}

std::vector<std::string> worst_of(const Explanation& explanation) {
  std::vector<std::string> names;
  for (const LayerExplanation* layer : explanation.worst()) names.push_back(layer->layer);
  return names;
}

TEST(Explanation, BlamesTheLayersWithoutWhichAnswersComeBack) {
  const Explanation explanation{false,
                                right(90),
                                right(60),
                                {layer("a", 20, 60), layer("b", 88, 62), layer("c", 80, 75)},
                                {}};
  EXPECT_THAT(worst_of(explanation), ElementsAre("c", "b"));
}

// Two layers each of which is enough to take the accuracy to a guess.
TEST(Explanation, BlamesLayersThatDoHarmAloneWhereNoSingleOneHelps) {
  const Explanation explanation{
      false, right(90), right(10), {layer("a", 90, 10), layer("b", 12, 10), layer("c", 10, 9)}, {}};
  EXPECT_THAT(worst_of(explanation), ElementsAre("c", "b"));
}

TEST(Explanation, BlamesNoLayerOfAPlanThatLosesNothing) {
  const Explanation explanation{false, right(90), right(90), {layer("a", 90, 90)}, {}};
  EXPECT_THAT(worst_of(explanation), IsEmpty());
}

/// 8 levels, all of them used.
LayerExplanation clipping(double share) {
  LayerExplanation layer;
  layer.levels = layer.levels_used = 8;
  layer.clipped_in_all = share;
  return layer;
}

TEST(Explanation, AdvisesWhatHelpsWhatItSees) {
  EXPECT_EQ(remedy_of(clipping(0.02), true, 0), "a wider range: 2.0 % of the sums are clipped");
  EXPECT_EQ(remedy_of(clipping(0.01), true, 0), "more levels");
  LayerExplanation shifted = clipping(0);
  shifted.mean_error_share = 0.75;
  EXPECT_EQ(remedy_of(shifted, true, 0),
            "recalibration: 75 % of the error's power is a shift of the channels");
  EXPECT_EQ(remedy_of(shifted, false, 0), "more levels");
  LayerExplanation wide = clipping(0);
  wide.levels_used = 4;
  EXPECT_EQ(remedy_of(wide, true, 0),
            "a narrower range or another encoding: sums reach 4 of 8 levels");
}

TEST(Explanation, AdvisesNoMoreLevelsThanTheHardwareHas) {
  EXPECT_EQ(remedy_of(clipping(0), true, 9), "more levels");
  EXPECT_EQ(remedy_of(clipping(0), true, 8),
            "fewer driven rows (array.active_rows), since array.adc_levels = 8 allows no more "
            "levels");
}

}  // namespace
}  // namespace bitline
