#include "bitline/run/fewest_levels.h"

#include <algorithm>
#include <map>

namespace bitline {
namespace {

constexpr std::int64_t kLeast = 2;
constexpr std::int64_t kFirst = 16;

/// What has been asked.
class Answers {
 public:
  explicit Answers(const std::function<bool(std::int64_t)>& qualifies) : qualifies_(qualifies) {}

  bool operator()(std::int64_t levels) {
    const auto known = known_.find(levels);
    if (known != known_.end()) return known->second;
    return known_[levels] = qualifies_(levels);
  }

 private:
  const std::function<bool(std::int64_t)>& qualifies_;
  std::map<std::int64_t, bool> known_;
};

}  // namespace

std::optional<std::int64_t> find_fewest_levels(std::int64_t most,
                                               const std::function<bool(std::int64_t)>& qualifies) {
  Answers answers(qualifies);
  std::int64_t too_few = kLeast - 1;
  std::int64_t enough = std::min(kFirst, most);
  while (!answers(enough)) {
    if (enough == most) return {};
    too_few = enough;
    enough = std::min(2 * enough, most);
  }
  while (enough - too_few > 1) {
    const std::int64_t middle = (too_few + enough) / 2;
    (answers(middle) ? enough : too_few) = middle;
  }
  for (std::int64_t below = 1; below <= 2 && enough - below >= kLeast;) {
    if (answers(enough - below)) {
      enough -= below;
      below = 1;
    } else {
      ++below;
    }
  }
  return enough;
}

}  // namespace bitline
