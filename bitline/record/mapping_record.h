// mapping.json: how a network lies on the array.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bitline/graph/place.h"

namespace bitline {

struct MappingRecord {
  /// The keys of [array], in order: a whole number, or the name of a value. "driven_rows", the word
  /// lines of one read, stands for active_rows, and behind them stands "adcs", how many and for
  /// what.
  struct Array {
    using Value = std::variant<std::int64_t, std::string>;
    std::vector<std::pair<std::string, Value>> keys;

    /// Of one key. Throw Error for a key that is missing, or is of the other kind.
    std::int64_t number(std::string_view key) const;
    const std::string& text(std::string_view key) const;
    /// All of them: "rows = 64, encoding = offset".
    std::string in_words() const;

    bool operator==(const Array&) const = default;
  };
  /// Counts of a layer on the array.
  struct Layout {
    std::int64_t fan_in = 0;
    std::int64_t tiles = 0;
    std::int64_t planes = 0;
    std::int64_t streams = 0;
    std::int64_t arrays = 0;
    std::int64_t columns = 0;
    double utilisation = 0;  ///< share of the arrays' cells, 0 to 1
    std::int64_t adcs = 0;
    std::int64_t smallest_sum = 0;  ///< LSB
    std::int64_t largest_sum = 0;   ///< LSB
    std::int64_t partial_sum_bits = 0;
    std::int64_t accumulator_bits = 0;
    std::int64_t conversions = 0;            ///< of one image, by normal columns
    std::int64_t reference_conversions = 0;  ///< of one image, by reference columns
    std::vector<std::string> notes;

    bool operator==(const Layout&) const = default;
  };
  struct Node {
    std::string name;
    std::string op;                   ///< operator
    std::vector<std::int64_t> shape;  ///< of the output
    Place place = Place::kDigital;
    std::string reason;            ///< why it is not on the array, or empty
    std::optional<Layout> layout;  ///< of those that are
    Array array = {};              ///< of their own: the keys in which it differs

    bool operator==(const Node&) const = default;
  };

  Array array;
  std::vector<Node> nodes;  ///< in the order in which they are computed

  bool operator==(const MappingRecord&) const = default;
};

nlohmann::ordered_json json_of(const MappingRecord& mapping);
std::string to_json(const MappingRecord& mapping);
/// The inverse. Throws Error that names what is missing or damaged.
MappingRecord mapping_from_json(std::string_view text);

}  // namespace bitline
