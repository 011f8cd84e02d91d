// The ways to place an ADC's levels, by name. Each is a file of adc/quantizers/.
#pragma once

#include <cstdint>
#include <string_view>

#include "bitline/base/policy.h"

namespace bitline {

struct AdcSpec;
struct CodeTable;
struct UniformLevels;

/// Which members of AdcSpec a quantizer uses. A plan holds those and no others.
struct AdcMembers {
  bool levels = true;
  bool delta = false;  ///< it has a range, which can be searched and learned
  bool centre = false;
  bool step_rule = false;
  bool tie_rule = false;
  bool sides = false;
  bool stream_shifts = false;
  bool curve = false;  ///< table_thresholds and table_values
};

/// One way to place levels.
struct QuantizerPolicy {
  static constexpr std::string_view kWhat = "quantizer";

  std::string_view name;
  std::string_view meaning;  ///< Markdown, one line, for docs/arithmetic.md
  AdcMembers uses = {};
  /// Its levels where they are equally far apart (uniform_levels.h), for sums in [minimum,
  /// maximum]; δ and the centre have been checked. Null: it has no one step.
  UniformLevels (*levels)(const AdcSpec& spec, std::int64_t minimum,
                          std::int64_t maximum) = nullptr;
  /// Its table over those sums, where that is another one than uniform_table() makes of `levels`.
  CodeTable (*table)(const AdcSpec& spec, std::int64_t minimum, std::int64_t maximum) = nullptr;
  OnlyOne only_one = {};

  /// Whether δ bounds what it reads.
  bool has_range() const { return uses.delta; }
  bool has_stream_ranges() const { return uses.stream_shifts; }
};

using Quantizer = Picked<QuantizerPolicy>;

/// Those that code asks for by name; others are known by their files alone.
namespace quantizers {
extern const QuantizerPolicy kFullRange, kLossless, kTable, kZeroRise, kZeroTread;
}

}  // namespace bitline
