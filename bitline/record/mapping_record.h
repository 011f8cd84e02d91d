// mapping.json: how a network lies on the array.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bitline/graph/place.h"

namespace bitline {

struct MappingRecord {
  /// The keys of [array] that decide the mapping, with the names of their values.
  struct Array {
    std::int64_t rows = 0;
    std::int64_t driven_rows = 0;  ///< of one read
    std::int64_t columns = 0;
    std::int64_t cell_bits = 0;
    std::int64_t dac_bits = 0;
    std::string encoding;
    std::string subtract;
    std::string offset_removal;
    std::string column_flip;
    std::string row_order;
    std::string tile_cut;
    std::string activation_encoding;
    std::int64_t columns_per_adc = 0;

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
