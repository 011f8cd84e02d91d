#include <algorithm>

#include "bitline/kernels/convert_block.h"

namespace bitline {

std::vector<StreamProducts> stream_products(const PackedPlanes& planes,
                                            const std::vector<InputPlane>& input_planes,
                                            const std::vector<std::int64_t>& stream_weights) {
  std::vector<StreamProducts> streams(stream_weights.size());
  for (std::size_t j = 0; j < streams.size(); ++j) {
    streams[j].weight = stream_weights[j];
    streams[j].stream = j;
  }
  for (std::size_t plane = 0; plane < input_planes.size(); ++plane) {
    const auto [stream, input_bit] = input_planes[plane];
    for (std::size_t bit = 0; bit < planes.cell_bits.size(); ++bit) {
      const DigitBit& cell_bit = planes.cell_bits[bit];
      streams[stream].products.push_back(
          {static_cast<std::int64_t>(bit), static_cast<std::int64_t>(plane),
           cell_bit.shift + input_bit.shift, cell_bit.negative != input_bit.negative});
    }
  }
  for (StreamProducts& stream : streams)
    std::stable_sort(stream.products.begin(), stream.products.end(),
                     [](const BitProduct& a, const BitProduct& b) { return a.level > b.level; });
  return streams;
}

}  // namespace bitline
