#include "bitline/mapping/cim_layer.h"

#include <algorithm>

namespace bitline {

std::int64_t WeightPlanes::sign(std::int64_t plane, std::int64_t channel, std::int64_t tile) const {
  if (!has_flips()) return 1;
  const std::int64_t column = (plane * signs.dim(1) + channel) * signs.dim(2) + tile;
  return signs.data<std::int8_t>()[static_cast<std::size_t>(column)];
}

std::int64_t WeightPlanes::flipped_columns() const {
  return has_flips() ? std::ranges::count(signs.data<std::int8_t>(), -1) : 0;
}

std::int64_t WeightPlanes::complement_weight(std::int64_t channel, std::int64_t tile) const {
  std::int64_t sum = 0;
  for (std::int64_t plane = 0; plane < count(); ++plane)
    if (sign(plane, channel, tile) < 0)
      sum +=
          weights[static_cast<std::size_t>(plane)] * flip_totals[static_cast<std::size_t>(plane)];
  return sum;
}

std::int64_t InputStreams::digit(std::int64_t activation, std::int64_t stream) const {
  if (bipolar) return activation < 0 ? -1 : 1;
  if (!is_signed) return unsigned_digit(activation, dac_bits, stream);
  if (encoding == ActivationEncoding::kSignMagnitude)
    return signed_digit(activation, dac_bits, stream);
  const std::int64_t sign = activation < 0 ? 1 : 0;
  if (stream + 1 == count()) return sign;
  return unsigned_digit(activation + (sign << (bits - 1)), dac_bits, stream);
}

DigitRange InputStreams::range() const {
  if (bipolar) return {-1, 1};
  const std::int64_t largest = (std::int64_t{1} << dac_bits) - 1;
  const bool carries_sign = is_signed && encoding == ActivationEncoding::kSignMagnitude;
  return {carries_sign ? -largest : 0, largest};
}

std::int64_t InputStreams::recombine(std::int64_t activation) const {
  std::int64_t sum = 0;
  for (std::int64_t j = 0; j < count(); ++j)
    sum += weights[static_cast<std::size_t>(j)] * digit(activation, j);
  return sum;
}

std::int64_t CimLayer::conversions() const {
  const std::int64_t per_output = static_cast<std::int64_t>(tiles.size()) * planes.count() *
                                  streams.count() * (subtract_digitally ? 2 : 1);
  return positions() * geometry.out_channels * per_output;
}

std::int64_t CimLayer::reference_conversions() const {
  if (!has_reference_column()) return 0;
  return positions() * geometry.groups * static_cast<std::int64_t>(tiles.size()) * streams.count();
}

}  // namespace bitline
