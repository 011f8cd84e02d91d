// Where a node of a network is computed.
#pragma once

#include "bitline/base/enum_names.h"

namespace bitline {

/// array: on the crossbar. integers: a layer that multiplies integers
/// digitally. real: a layer in floating point, outside the promise of the same bits on every
/// machine, and so is what follows it. digital: everything that is no layer.
enum class Place { kArray, kIntegers, kReal, kDigital };
template <>
struct EnumNames<Place> {
  static constexpr std::string_view kWhat = "place";
  static constexpr std::array<std::string_view, 4> kNames{"array", "integers", "real", "digital"};
};

}  // namespace bitline
