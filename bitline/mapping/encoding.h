// The ways in which cells hold weights, by name. Each is a file of mapping/encodings/.
#pragma once

#include <string_view>

#include "bitline/base/policy.h"

namespace bitline {

struct ArraySpec;
struct IntegerLayer;
struct WeightCode;

/// One way from weights to cell digits; equation (2) of docs/arithmetic.md.
struct EncodingPolicy {
  static constexpr std::string_view kWhat = "encoding";  ///< what one is called in messages

  std::string_view name;     ///< as files and commands spell it
  std::string_view meaning;  ///< Markdown, one line, for docs/config.md
  /// A digit lies in two columns, which are subtracted (ArraySpec::subtract).
  bool in_pairs = false;
  /// Digits go below 0.
  bool has_signed_digits = false;
  /// Cells hold −1 or +1 and never 0, a bit each; so weights of the odd grid fit, and no others.
  bool is_binary = false;
  /// Planes hold |W|, for which −2^(n_w − 1) takes a bit more than all other weights.
  bool holds_magnitudes = false;
  /// A constant is added to the weights and taken away again (ArraySpec::offset_removal).
  bool has_offset = false;
  /// Planes and digits of a layer (negative_weights.h). Throws Error (kUsage) for one that it has
  /// no plane for.
  WeightCode (*code)(const IntegerLayer& layer, const ArraySpec& array) = nullptr;
  OnlyOne only_one = {};  ///< no copies: a policy is known by its address
};

/// How cells hold weights; equation (2) of docs/arithmetic.md.
using Encoding = Picked<EncodingPolicy>;

/// Those that code asks for by name; others are known by their files alone.
namespace encodings {
/// @{
/// The encoding of that name, for example "twos-complement"; `meaning` says what it does.
extern const EncodingPolicy kBipolar, kDifferential, kOffset, kTwosComplement;
/// @}
}  // namespace encodings

}  // namespace bitline
