#include "bitline/mapping/array_settings.h"

#include "bitline/base/error.h"

namespace bitline {

ArraySettings sum_settings(const ArraySpec& array) {
  return {{"active_rows", std::to_string(array.driven_rows())},
          {"cell_bits", std::to_string(array.cell_bits)},
          {"dac_bits", std::to_string(array.dac_bits)},
          {"encoding", std::string(name_of(array.encoding))},
          {"subtract", std::string(name_of(array.subtract))},
          {"offset_removal", std::string(name_of(array.offset_removal))},
          {"column_flip", std::string(name_of(array.column_flip))},
          {"row_order", std::string(name_of(array.row_order))},
          {"tile_cut", std::string(name_of(array.tile_cut))},
          {"activation_encoding", std::string(name_of(array.activation_encoding))}};
}

void check_found_on(const ArraySettings& found_on, const ArraySpec& array) {
  if (found_on.empty()) return;  // as candidates of a search, of which there are many
  const ArraySettings own = sum_settings(array);
  for (const auto& [key, value] : found_on) {
    const auto known = own.find(key);
    if (known == own.end())
      fail_usage("the plan was found on an array with {} = {}, of which this program knows nothing",
                 key, value);
    if (known->second != value)
      fail_usage(
          "the plan was found on an array with {} = {}, and this one has {}, which gives other "
          "partial sums; set array.{} = {}, search again, or take \"array\" out of the plan to "
          "put its ADCs on this array as they are",
          key, value, known->second, key, value);
  }
}

}  // namespace bitline
