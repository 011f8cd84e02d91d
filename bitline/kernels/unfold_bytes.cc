#include "bitline/kernels/unfold_bytes.h"

#include <algorithm>
#include <cstring>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"

namespace bitline {
namespace {

struct Grid {
  std::int64_t smallest, largest;
};

Grid grid_of(const IntegerLayer& layer) {
  if (layer.input_odd) return {-1, 1};
  const std::int64_t values = std::int64_t{1} << layer.input_bits;
  const std::int64_t smallest = layer.input_signed ? -values / 2 : 0;
  return {smallest, smallest + values - 1};
}

}  // namespace

bool ByteUnfolder::fits(const IntegerLayer& layer) {
  if (layer.input_bits > (layer.input_odd ? 1 : 8)) return false;
  const Grid grid = grid_of(layer);
  return layer.pad_value >= grid.smallest && layer.pad_value <= grid.largest;
}

ByteUnfolder::ByteUnfolder(const IntegerLayer& layer)
    : geometry_(layer.geometry),
      smallest_(grid_of(layer).smallest),
      size_(grid_of(layer).largest - smallest_ + 1),
      pad_(static_cast<std::uint8_t>(layer.pad_value - smallest_)),
      step_width_(ceil_div(geometry_.padded_width(), geometry_.stride.width)),
      padded_row_(step_width_ * geometry_.stride.width),
      pitch_(geometry_.stride.height * padded_row_),
      run_(geometry_.out_width()),
      group_size_(geometry_.in_channels / geometry_.groups * geometry_.padded_height() *
                  padded_row_) {
  // Where rows follow each other without a gap, one run is the whole image.
  if (geometry_.stride == Extents(1) && run_ == padded_row_) run_ = geometry_.out_positions();
  add_row_offsets();
}

void ByteUnfolder::encode(std::span<const std::int32_t> image, Codes& codes) const {
  const ConvGeometry& g = geometry_;
  const std::int64_t size = g.groups * group_size_ + kBehind;
  // Pads stay where they are.
  if (std::ssize(codes.padded) != size) codes.padded.assign(static_cast<std::size_t>(size), pad_);
  const std::int64_t stride = g.stride.width;
  if (!g.padding.any() && stride == 1) return to_codes(image, codes.padded.data());
  codes.plain.resize(image.size());
  to_codes(image, codes.plain.data());
  const std::uint8_t* source = codes.plain.data();
  for (std::int64_t row = 0; row < g.in_channels * g.in_height; ++row, source += g.in_width) {
    std::uint8_t* target =
        codes.padded.data() +
        (row / g.in_height * g.padded_height() + row % g.in_height + g.padding.top) * padded_row_;
    for (std::int64_t step = 0; step < stride; ++step) {
      // The first column of the image that this step visits.
      const std::int64_t first = (step + stride - g.padding.left % stride) % stride;
      std::uint8_t* to = target + step * step_width_ + (first + g.padding.left) / stride;
      for (std::int64_t x = first; x < g.in_width; x += stride) *to++ = source[x];
    }
  }
}

void ByteUnfolder::to_codes(std::span<const std::int32_t> image, std::uint8_t* codes) const {
  // By value: a store of a code might change whatever lies in memory, for all that a compiler
  // knows.
  const auto smallest = static_cast<std::uint32_t>(smallest_);
  const auto largest = static_cast<std::uint32_t>(size_ - 1);
  std::uint32_t beyond = 0;  // bits that no code has
  std::uint32_t above = 0;   // not 0 where a code is above the largest
  for (std::size_t i = 0; i < image.size(); ++i) {
    const std::uint32_t code = static_cast<std::uint32_t>(image[i]) - smallest;
    beyond |= code;
    above |= (largest - (code & 0xFF)) & 0x80000000U;
    codes[i] = static_cast<std::uint8_t>(code);
  }
  if ((beyond & ~std::uint32_t{0xFF}) == 0 && above == 0) return;
  for (const std::int64_t activation : image)
    if (activation < smallest_ || activation >= smallest_ + size_)
      fail("activation {} lies off its grid, which starts at {} and has {} integers; quantize it",
           activation, smallest_, size_);
}

void ByteUnfolder::add_row_offsets() {
  const ConvGeometry& g = geometry_;
  for (std::int64_t channel = 0; channel < g.in_channels / g.groups; ++channel)
    for (std::int64_t y = 0; y < g.kernel_height; ++y)
      for (std::int64_t x = 0; x < g.kernel_width * g.dilation.width; x += g.dilation.width)
        row_offsets_.push_back((channel * g.padded_height() + y * g.dilation.height) * padded_row_ +
                               x % g.stride.width * step_width_ + x / g.stride.width);
}

void ByteUnfolder::unfold(const Codes& codes, std::int64_t group, std::int64_t row,
                          std::int64_t first, std::int64_t count, std::uint8_t* lanes) const {
  const std::int64_t offset = row_offset(group, row);
  for (const std::int64_t last = first + count; first < last;) {
    const std::int64_t run = std::min(run_ - first % run_, last - first);
    const std::uint8_t* source = at(codes, first) + offset;
    // In steps of a fixed length, which are an instruction or two.
    for (std::int64_t x = 0; x < run; x += kBehind) std::memcpy(lanes + x, source + x, kBehind);
    first += run;
    lanes += run;
  }
}

}  // namespace bitline
