#include "bitline/data/class_balanced_sample.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/random.h"

namespace bitline {
namespace {

/// The positions of each class's images.
std::vector<std::vector<std::int64_t>> members_of_classes(std::span<const std::int32_t> labels,
                                                          std::int32_t classes) {
  std::vector<std::vector<std::int64_t>> members(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] >= classes)
      fail("label {} of image {} is outside 0 to {}", labels[i], i, classes - 1);
    members[static_cast<std::size_t>(labels[i])].push_back(static_cast<std::int64_t>(i));
  }
  return members;
}

}  // namespace

std::vector<std::int64_t> class_balanced_sample(std::span<const std::int32_t> labels,
                                                std::int32_t classes, std::int64_t per_class,
                                                std::uint64_t seed, std::int64_t skipped) {
  if (per_class < 1) fail_usage("{} images per class asked for; the smallest is 1", per_class);
  std::vector<std::vector<std::int64_t>> members = members_of_classes(labels, classes);
  std::vector<std::int64_t> sample;
  for (std::size_t c = 0; c < members.size(); ++c) {
    const auto available = static_cast<std::int64_t>(members[c].size());
    if (available < skipped + per_class)
      fail_usage("class {} has {} images, fewer than the {} per class asked for; ask for fewer", c,
                 available, skipped + per_class);
    Random random = Random::stream(seed, "class-balanced sample", c);
    random.shuffle(std::span<std::int64_t>(members[c]));
    sample.insert(sample.end(), members[c].begin() + skipped,
                  members[c].begin() + skipped + per_class);
  }
  std::sort(sample.begin(), sample.end());
  return sample;
}

std::int64_t smallest_class(std::span<const std::int32_t> labels, std::int32_t classes) {
  std::int64_t smallest = std::ssize(labels);
  for (const std::vector<std::int64_t>& members : members_of_classes(labels, classes))
    smallest = std::min(smallest, std::ssize(members));
  return smallest;
}

}  // namespace bitline
