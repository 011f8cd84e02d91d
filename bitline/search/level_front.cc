#include "bitline/search/level_front.h"

#include <algorithm>
#include <tuple>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

/// A choice for the layers so far: an option added to a choice for those before.
struct Partial {
  std::int64_t cost, loss;
  std::size_t before, option;
};

/// Unbeaten ones, costs ascending.
std::vector<Partial> unbeaten(std::vector<Partial> all) {
  std::ranges::sort(
      all, {}, [](const Partial& p) { return std::tuple(p.cost, p.loss, p.option, p.before); });
  std::vector<Partial> front;
  for (const Partial& partial : all)
    if (front.empty() || partial.loss < front.back().loss) front.push_back(partial);
  return front;
}

std::vector<Partial> extended(const std::vector<Partial>& front,
                              const std::vector<LevelOption>& options) {
  std::vector<Partial> all;
  all.reserve(front.size() * options.size());
  for (std::size_t before = 0; before < front.size(); ++before)
    for (std::size_t option = 0; option < options.size(); ++option)
      all.push_back({front[before].cost + options[option].cost,
                     front[before].loss + options[option].loss, before, option});
  return unbeaten(std::move(all));
}

LevelChoice traced(std::span<const std::vector<Partial>> fronts, std::size_t last) {
  const Partial& end = fronts.back()[last];
  LevelChoice choice{std::vector<std::size_t>(fronts.size() - 1), end.cost, end.loss};
  for (std::size_t layer = fronts.size() - 1; layer > 0; --layer) {
    choice.options[layer - 1] = fronts[layer][last].option;
    last = fronts[layer][last].before;
  }
  return choice;
}

}  // namespace

std::vector<LevelChoice> level_front(std::span<const std::vector<LevelOption>> layers) {
  std::vector<std::vector<Partial>> fronts{{{0, 0, 0, 0}}};
  for (const std::vector<LevelOption>& options : layers) {
    if (options.empty()) fail_usage("a layer has no levels to choose from; give some");
    fronts.push_back(extended(fronts.back(), options));
    if (fronts.back().size() > kMostChoices)
      fail_usage("{} divisions of levels are unbeaten, more than {}; offer fewer levels",
                 fronts.back().size(), kMostChoices);
  }
  std::vector<LevelChoice> choices;
  for (std::size_t i = 0; i < fronts.back().size(); ++i) choices.push_back(traced(fronts, i));
  return choices;
}

}  // namespace bitline
