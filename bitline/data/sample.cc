#include "bitline/data/sample.h"

#include <algorithm>

#include "bitline/base/error.h"
#include "bitline/base/random.h"

namespace bitline {

std::vector<std::int64_t> class_balanced_sample(std::span<const std::int32_t> labels,
                                                std::int32_t classes, std::int64_t per_class,
                                                std::uint64_t seed) {
  if (per_class < 1) fail_usage("{} images per class asked for; the smallest is 1", per_class);
  std::vector<std::vector<std::int64_t>> members(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes)
      fail("label {} of image {} is outside 0 to {}", labels[i], i, classes - 1);
    members[static_cast<std::size_t>(labels[i])].push_back(static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> sample;
  for (std::size_t c = 0; c < members.size(); ++c) {
    const auto available = static_cast<std::int64_t>(members[c].size());
    if (available < per_class)
      fail_usage("class {} has {} images, fewer than the {} per class asked for; ask for fewer", c,
                 available, per_class);
    Random random = Random::stream(seed, "class-balanced sample", c);
    random.shuffle(std::span<std::int64_t>(members[c]));
    sample.insert(sample.end(), members[c].begin(), members[c].begin() + per_class);
  }
  std::sort(sample.begin(), sample.end());
  return sample;
}

}  // namespace bitline
