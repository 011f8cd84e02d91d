// How pixels become the numbers that a network sees.
#pragma once

#include <string>
#include <vector>

namespace bitline {

/// Mean and deviation of each channel, for bytes scaled to [0, 1] and for real pixels as they are.
struct Normalization {
  std::vector<float> mean;       ///< one for each channel
  std::vector<float> deviation;  ///< above 0

  friend bool operator==(const Normalization&, const Normalization&) = default;
};

/// Throws Error (kUsage) when the numbers of means and deviations differ, there is none, one is not
/// finite, or a deviation is not above 0.
void validate(const Normalization& normalization);

/// For messages: "mean [0.5, 0.5, 0.5] and deviation [0.25, 0.25, 0.25]".
std::string to_string(const Normalization& normalization);

}  // namespace bitline
