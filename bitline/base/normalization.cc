#include "bitline/base/normalization.h"

#include <fmt/ranges.h>

#include <cmath>
#include <cstddef>

#include "bitline/base/fail.h"

namespace bitline {

void validate(const Normalization& normalization) {
  const auto& [means, deviations] = normalization;
  if (means.size() != deviations.size() || means.empty())
    fail_usage("normalization has {} means and {} deviations; give one of each for every channel",
               means.size(), deviations.size());
  for (std::size_t c = 0; c < means.size(); ++c)
    if (!std::isfinite(means[c]) || !std::isfinite(deviations[c]) || deviations[c] <= 0.0F)
      fail_usage(
          "normalization of channel {}: mean {} and deviation {} have to be finite and the "
          "deviation above 0",
          c, means[c], deviations[c]);
}

std::string to_string(const Normalization& normalization) {
  return fmt::format("mean [{}] and deviation [{}]", fmt::join(normalization.mean, ", "),
                     fmt::join(normalization.deviation, ", "));
}

}  // namespace bitline
