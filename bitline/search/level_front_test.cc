#include "bitline/search/level_front.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "bitline/base/error.h"

namespace bitline {
namespace {

using Layers = std::vector<std::vector<LevelOption>>;

/// Least loss of any division that costs at most so much, by trying all of them.
std::int64_t least_loss(const Layers& layers, std::int64_t budget, std::size_t layer = 0) {
  constexpr std::int64_t kImpossible = 1 << 30;
  if (budget < 0) return kImpossible;
  if (layer == layers.size()) return 0;
  std::int64_t least = kImpossible;
  for (const LevelOption& option : layers[layer])
    least = std::min(least, option.loss + least_loss(layers, budget - option.cost, layer + 1));
  return least;
}

// Two layers, by hand: (1, 9) or (3, 2), and (2, 4) or (4, 1) give (3, 13), (5, 10), (5, 6), (7,
// 3).
TEST(LevelFront, HoldsWhatNothingBeats) {
  const Layers layers = {{{1, 9}, {3, 2}}, {{2, 4}, {4, 1}}};
  const std::vector<LevelChoice> front = level_front(layers);
  ASSERT_EQ(front.size(), 3U);
  EXPECT_EQ(front[0].cost, 3);
  EXPECT_EQ(front[0].loss, 13);
  EXPECT_EQ(front[1].cost, 5);
  EXPECT_EQ(front[1].loss, 6);
  EXPECT_EQ(front[1].options, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(front[2].options, (std::vector<std::size_t>{1, 1}));
}

TEST(LevelFront, ALayerWithoutOptionsIsRefused) {
  EXPECT_THROW(level_front(Layers{{{1, 1}}, {}}), Error);
}

RC_GTEST_PROP(LevelFront, EqualsBruteForceForEveryBudget, ()) {
  Layers layers(*rc::gen::inRange<std::size_t>(1, 6));
  for (auto& options : layers)
    for (std::size_t i = *rc::gen::inRange<std::size_t>(1, 5); i > 0; --i)
      options.push_back({*rc::gen::inRange(0, 12), *rc::gen::inRange(-3, 20)});
  const std::vector<LevelChoice> front = level_front(layers);
  RC_ASSERT(!front.empty());
  for (std::size_t i = 0; i < front.size(); ++i) {
    LevelOption sum;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      sum.cost += layers[layer][front[i].options[layer]].cost;
      sum.loss += layers[layer][front[i].options[layer]].loss;
    }
    RC_ASSERT(sum.cost == front[i].cost && sum.loss == front[i].loss);
    const std::int64_t next = i + 1 < front.size() ? front[i + 1].cost : front[i].cost + 20;
    for (std::int64_t budget = front[i].cost; budget < next; ++budget)
      RC_ASSERT(least_loss(layers, budget) == front[i].loss);
  }
}

}  // namespace
}  // namespace bitline
