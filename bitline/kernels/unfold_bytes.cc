#include "bitline/kernels/unfold_bytes.h"

#include <algorithm>
#include <cstring>

#include "bitline/base/fail.h"

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

/// Codes of what the positions of some output rows see.
struct Runs {
  const std::uint8_t* codes;  ///< of the first position of the first row
  std::int64_t pitch;         ///< from one output row to the next
  std::int64_t stride;        ///< from one position to the next

  /// Of a fixed length, which is an instruction or two.
  static constexpr std::int64_t kStep = ByteUnfolder::kBehind;

  void copy(std::int64_t y, std::int64_t x, std::int64_t count, std::uint8_t* lanes) const {
    const std::uint8_t* source = codes + y * pitch + x * stride;
    if (stride == 1)
      for (std::int64_t i = 0; i < count; i += kStep) std::memcpy(lanes + i, source + i, kStep);
    else
      for (std::int64_t i = 0; i < count; ++i) lanes[i] = source[i * stride];
  }
  void copy_rows(std::int64_t first, std::int64_t rows, std::int64_t width,
                 std::uint8_t* lanes) const {
    if (stride != 1 || width > kStep) {
      for (std::int64_t y = 0; y < rows; ++y) copy(first + y, 0, width, lanes + y * width);
      return;
    }
    const std::uint8_t* source = codes + first * pitch;
    for (std::int64_t y = 0; y < rows; ++y, source += pitch, lanes += width)
      std::memcpy(lanes, source, kStep);
  }
};

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
      out_width_(geometry_.out_width()) {
  const bool reads_whole_image = geometry_.stride == Extents(1) && geometry_.kernel_width == 1 &&
                                 !geometry_.padding.any() && geometry_.kernel_height == 1;
  if (reads_whole_image) out_width_ = geometry_.out_positions();
  add_row_offsets();
}

void ByteUnfolder::encode(std::span<const std::int32_t> image, Codes& codes) const {
  const ConvGeometry& g = geometry_;
  const auto size = g.in_channels * g.padded_height() * g.padded_width() + kBehind;
  // Pads stay where they are.
  if (std::ssize(codes.padded) != size) codes.padded.assign(static_cast<std::size_t>(size), pad_);
  if (!g.padding.any()) return to_codes(image, codes.padded.data());
  codes.plain.resize(image.size() + kBehind);
  to_codes(image, codes.plain.data());
  const std::uint8_t* source = codes.plain.data();
  std::uint8_t* target = codes.padded.data() + g.padding.top * g.padded_width() + g.padding.left;
  for (std::int64_t channel = 0; channel < g.in_channels; ++channel) {
    for (std::int64_t y = 0; y < g.in_height; ++y, source += g.in_width)
      std::copy_n(source, g.in_width, target + y * g.padded_width());
    target += g.padded_height() * g.padded_width();
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
      for (std::int64_t x = 0; x < g.kernel_width; ++x)
        row_offsets_.push_back((channel * g.padded_height() + y * g.dilation.height) *
                                   g.padded_width() +
                               x * g.dilation.width);
}

void ByteUnfolder::unfold(const Codes& codes, std::int64_t group, std::int64_t row,
                          std::int64_t first, std::int64_t count, std::uint8_t* lanes) const {
  const ConvGeometry& g = geometry_;
  const std::int64_t channels = group * (g.in_channels / g.groups);
  const std::uint8_t* corner = codes.padded.data() +
                               channels * g.padded_height() * g.padded_width() +
                               row_offsets_[static_cast<std::size_t>(row)];
  const std::int64_t pitch = g.stride.height * g.padded_width();
  const std::int64_t out_y = first / out_width_;
  const std::int64_t out_x = first - out_y * out_width_;
  const Runs runs{corner + out_y * pitch, pitch, g.stride.width};
  const std::int64_t head = std::min(out_x == 0 ? 0 : out_width_ - out_x, count);
  const std::int64_t rows = (count - head) / out_width_;
  const std::int64_t next = out_x == 0 ? 0 : 1;
  runs.copy(0, out_x, head, lanes);
  runs.copy_rows(next, rows, out_width_, lanes + head);
  const std::int64_t copied = head + rows * out_width_;
  runs.copy(next + rows, 0, count - copied, lanes + copied);
}

}  // namespace bitline
