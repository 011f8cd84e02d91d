// The ways to place an ADC's levels, by name. Each is a file of adc/quantizers/.
#pragma once

#include <cstdint>
#include <string_view>

#include "bitline/base/policy.h"

namespace bitline {

struct AdcSpec;
struct CodeTable;
struct SumRange;
struct UniformLevels;

/// Which members of AdcSpec a quantizer uses. A plan holds those and no others.
struct AdcMembers {
  bool levels = true;          ///< L
  bool delta = false;          ///< it has a range, which can be searched and learned
  bool centre = false;         ///< x
  bool step_rule = false;      ///< AdcSpec::step_rule
  bool tie_rule = false;       ///< AdcSpec::tie_rule
  bool sides = false;          ///< AdcSpec::sides
  bool stream_shifts = false;  ///< s_j, a range for each input stream
  bool curve = false;          ///< table_thresholds and table_values
};

/// One way to place levels.
struct QuantizerPolicy {
  static constexpr std::string_view kWhat = "quantizer";  ///< what one is called in messages

  std::string_view name;     ///< as files and commands spell it
  std::string_view meaning;  ///< Markdown, one line, for docs/arithmetic.md
  AdcMembers uses = {};      ///< of AdcSpec
  /// Its levels where they are equally far apart (uniform_levels.h) over the possible
  /// sums; δ and the centre have been checked. Null: it has no one step.
  UniformLevels (*levels)(const AdcSpec& spec, const SumRange& sums) = nullptr;
  /// Its table over those sums, where that is another one than uniform_table() makes of `levels`.
  CodeTable (*table)(const AdcSpec& spec, const SumRange& sums) = nullptr;
  OnlyOne only_one = {};  ///< no copies: a policy is known by its address

  /// Whether δ bounds what it reads.
  bool has_range() const { return uses.delta; }
  /// Whether input streams can have ranges of their own.
  bool has_stream_ranges() const { return uses.stream_shifts; }
};

/// The kind of ADC; equations (5) to (5g) of docs/arithmetic.md.
using Quantizer = Picked<QuantizerPolicy>;

/// Those that code asks for by name; others are known by their files alone.
namespace quantizers {
/// @{
/// The quantizer of that name, for example "full-range"; `meaning` says what it does.
extern const QuantizerPolicy kFullRange, kLossless, kTable, kZeroRise, kZeroTread;
/// @}
}  // namespace quantizers

}  // namespace bitline
