#include "bitline/mapping/encode_weights.h"

#include <algorithm>
#include <span>

#include "bitline/base/fail.h"
#include "bitline/mapping/negative_weights.h"

namespace bitline {
namespace {

/// Every weight lies on its grid, and the encoding knows that grid.
void check_weights(const IntegerLayer& layer, const ArraySpec& array) {
  if (layer.weight_bits < 1 || layer.weight_bits > 16)
    fail_usage("weights of {} bits are not supported, quantize to 1 … 16 bits", layer.weight_bits);
  if (layer.weight_odd && !array.encoding->is_binary)
    fail_usage(
        "weights on the odd grid (bipolar) do not fit encoding = {}; take encoding = {} or "
        "quantize to the ordinary grid",
        name_of(array.encoding), names_with<EncodingPolicy>(&EncodingPolicy::is_binary));
  const std::int64_t half = std::int64_t{1} << (layer.weight_bits - 1);
  const std::int64_t minimum = layer.weight_odd ? 1 - 2 * half : -half;
  const std::int64_t maximum = layer.weight_odd ? 2 * half - 1 : half - 1;
  for (const std::int32_t weight : layer.weights.data<std::int32_t>()) {
    if (weight < minimum || weight > maximum)
      fail_usage("weight {} lies outside {} … {} of {} bits; quantize the layer to that grid",
                 weight, minimum, maximum, layer.weight_bits);
    if (layer.weight_odd && weight % 2 == 0)
      fail_usage(
          "weight {} is even, and cells of -1 or +1 add up to odd numbers only; quantize "
          "the layer to the odd grid or leave the grid ordinary",
          weight);
  }
}

/// Digits of all planes, [planes, weights]. A code is asked once for each value between the
/// smallest and the largest weight.
Tensor digits_of(const WeightCode& code, std::span<const std::int32_t> weights, Shape shape) {
  const auto [smallest, largest] = std::ranges::minmax(weights);
  Tensor digits(DType::kI8, std::move(shape));
  auto digit = digits.data<std::int8_t>().begin();
  std::vector<std::int8_t> of_weight(static_cast<std::size_t>(largest - smallest + 1));
  for (std::int64_t plane = 0; plane < std::ssize(code.plane_weights); ++plane) {
    for (std::int64_t weight = smallest; weight <= largest; ++weight)
      of_weight[static_cast<std::size_t>(weight - smallest)] =
          static_cast<std::int8_t>(code.digit(weight, plane));
    for (const std::int32_t weight : weights)
      *digit++ = of_weight[static_cast<std::size_t>(weight - smallest)];
  }
  return digits;
}

}  // namespace

EncodedWeights encode_weights(const IntegerLayer& layer, const ArraySpec& array, bool with_digits) {
  check_weights(layer, array);
  const WeightCode code = array.encoding->code(layer, array);
  const auto planes = static_cast<std::int64_t>(code.plane_weights.size());
  WeightPlanes encoded;
  encoded.weights = code.plane_weights;
  if (with_digits)
    encoded.digits = digits_of(code, layer.weights.data<std::int32_t>(),
                               {planes, layer.geometry.out_channels, layer.geometry.fan_in()});
  return {encoded, code.correction, code.column_digits, code.largest_digits};
}

}  // namespace bitline
