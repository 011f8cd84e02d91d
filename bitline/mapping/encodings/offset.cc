#include "bitline/mapping/negative_weights.h"

namespace bitline {
namespace {

/// W + 2^(n_w − 1) is not negative.
WeightCode code(const IntegerLayer& layer, const ArraySpec& array) {
  const int m = array.cell_bits;
  const std::int64_t shift = std::int64_t{1} << (layer.weight_bits - 1);
  const bool reference = array.offset_removal == OffsetRemoval::kReferenceColumn;
  return {digit_weights(layer.weight_bits, m),
          [m, shift](std::int64_t weight, std::int64_t plane) {
            return unsigned_digit(weight + shift, m, plane);
          },
          {0, largest_digit(m)},
          largest_digits(layer.weight_bits, m),
          {reference ? shift : 0, reference ? 0 : shift, 1}};
}

}  // namespace

const EncodingPolicy encodings::kOffset{
    .name = "offset",
    .meaning = "digits of 0 and above, of weights to which a constant is added",
    .has_offset = true,
    .code = code};

}  // namespace bitline
