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

}  // namespace
}  // namespace bitline
