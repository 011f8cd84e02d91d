// How a network's layers multiply.
#pragma once

#include "bitline/base/enum_names.h"

namespace bitline {

/// float: real numbers, outside the bit-exact promise. lossless: exact integer products. analog:
/// the array, with the ADCs of a plan; layers that the plan does not name are lossless. Layers
/// without integer grids are real numbers in every mode.
enum class MacMode { kFloat, kLossless, kAnalog };
template <>
struct EnumNames<MacMode> {
  static constexpr std::string_view kWhat = "mode";
  static constexpr std::array<std::string_view, 3> kNames{"float", "lossless", "analog"};
};

}  // namespace bitline
