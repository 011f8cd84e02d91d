// An accuracy with the interval that the number of images allows.
#pragma once

#include <cstdint>

#include "bitline/record/interval.h"

namespace bitline {

/// 95 % of a standard normal lie between −z and z: its 97.5th percentile.
inline constexpr double kZ95 = 1.959963984540054;

/// Wilson's score interval for `correct` of `images`.
Interval wilson_interval(std::int64_t correct, std::int64_t images);

}  // namespace bitline
