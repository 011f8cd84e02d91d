#include "bitline/kernels/packed_inputs.h"

#include <hwy/base.h>

#include <algorithm>
#include <cstdlib>
#include <type_traits>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"
#include "bitline/kernels/convert_pairs.h"
#include "bitline/kernels/pack_lanes.h"

namespace bitline {
namespace {

/// In a code: the activation is off its grid.
constexpr std::uint16_t kOffGrid = 0x100;
/// Positions and bytes of packed inputs that the caches hold beside a block's cells.
constexpr std::int64_t kMostPositions = 64;
constexpr std::int64_t kMostBytes = 1 << 20;
/// More of them share a table of counts, while the nibbles of a tile stay in the first cache.
constexpr std::int64_t kMostNibblePositions = 128;
/// Codes that pack_nibbles() may read behind a row's.
constexpr std::int64_t kCodesBehind = 32;

/// Smallest and largest integer of the activations' grid; not all between them need be on it.
DigitRange grid_of(const InputStreams& streams) {
  if (streams.bipolar) return {-1, 1};
  if (!streams.is_signed) return {0, (std::int64_t{1} << streams.bits) - 1};
  const std::int64_t half = std::int64_t{1} << (streams.bits - 1);
  return {-half, half - 1};
}

/// Of every stride-th activation. Returns the bits that any code has.
template <typename CodeOf>
std::uint16_t encode_row(const std::int32_t* activations, std::int64_t stride, std::int64_t count,
                         const CodeOf& code_of, std::uint8_t* HWY_RESTRICT codes) {
  std::uint16_t seen = 0;
  const auto encode = [&](auto step) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint16_t code = code_of(activations[i * step]);
      seen = static_cast<std::uint16_t>(seen | code);
      codes[i] = static_cast<std::uint8_t>(code);
    }
  };
  // Known to the compiler, a stride of 1 makes vector instructions possible.
  stride == 1 ? encode(std::integral_constant<std::int64_t, 1>()) : encode(stride);
  return seen;
}

}  // namespace

std::string_view in_words(InputForm form) {
  switch (form) {
    case InputForm::kWords:
      return "lanes are columns, bits counted";
    case InputForm::kDigits:
      return "lanes are columns, digits multiplied";
    case InputForm::kNibbles:
      return "lanes are positions, counts of column pairs looked up";
  }
  fail("input form {} is not known", static_cast<int>(form));
}

InputPacker::InputPacker(const CimLayer& layer, const std::vector<PackedTile>& tiles,
                         bool sum_digits)
    : geometry_(layer.geometry),
      pad_value_(layer.pad_value),
      height_(ceil_div(geometry_.padded_height(), geometry_.stride.height)),
      pitch_(ceil_div(geometry_.padded_width(), geometry_.stride.width)),
      tiles_(tiles),
      streams_(layer.streams.count()),
      sum_digits_(sum_digits),
      flips_columns_(layer.planes.has_flips()) {
  add_planes(layer.streams);
  add_codes(layer.streams);
  add_row_offsets(layer.tiles);
}

void InputPacker::add_planes(const InputStreams& streams) {
  const DigitRange grid = grid_of(streams);
  smallest_activation_ = grid.minimum;
  for (std::int64_t stream = 0; stream < streams_; ++stream) {
    std::int64_t positive = 0;
    std::int64_t negative = 0;
    for (std::int64_t a = grid.minimum; a <= grid.maximum; ++a) {
      const std::int64_t digit = streams.digit(a, stream);
      (digit < 0 ? negative : positive) |= std::abs(digit);
    }
    const auto index = static_cast<std::size_t>(stream);
    for (int shift = 0; positive >> shift != 0; ++shift) planes_.push_back({index, {shift, false}});
    for (int shift = 0; negative >> shift != 0; ++shift) planes_.push_back({index, {shift, true}});
  }
}

void InputPacker::add_codes(const InputStreams& streams) {
  const DigitRange grid = grid_of(streams);
  const std::size_t parts = (planes_.size() + kPlanesPerPart - 1) / kPlanesPerPart;
  codes_.resize(parts);
  plain_codes_ = parts == 1;
  for (std::size_t part = 0; part < parts; ++part)
    for (std::int64_t a = grid.minimum; a <= grid.maximum; ++a) {
      std::uint16_t code = streams.recombine(a) == a ? std::uint16_t{0} : kOffGrid;
      const std::size_t last = std::min(planes_.size(), (part + 1) * kPlanesPerPart);
      for (std::size_t plane = part * kPlanesPerPart; plane < last; ++plane) {
        const auto [stream, bit] = planes_[plane];
        const std::int64_t digit = streams.digit(a, static_cast<std::int64_t>(stream));
        const bool is_set = (digit < 0) == bit.negative && (std::abs(digit) >> bit.shift & 1) != 0;
        code = static_cast<std::uint16_t>(code | (is_set ? 1 << plane % kPlanesPerPart : 0));
      }
      codes_[part].push_back(code);
      plain_codes_ = plain_codes_ && code == (a & 0xFF);
    }
}

/// Of an element of the padded image in its part of the codes.
std::int64_t InputPacker::offset_of(std::int64_t channel, std::int64_t y, std::int64_t x) const {
  const Extents stride = geometry_.stride;
  const std::int64_t step =
      (channel * stride.height + y % stride.height) * stride.width + x % stride.width;
  return (step * height_ + y / stride.height) * pitch_ + x / stride.width;
}

void InputPacker::add_row_offsets(const std::vector<Tile>& tiles) {
  const std::int64_t kernel = geometry_.kernel_height * geometry_.kernel_width;
  for (const Tile& tile : tiles) {
    for (const std::int64_t row : tile)
      row_offsets_.push_back(
          offset_of(row / kernel, row % kernel / geometry_.kernel_width * geometry_.dilation.height,
                    row % geometry_.kernel_width * geometry_.dilation.width));
    while (row_offsets_.size() % kRowsPerByte != 0) row_offsets_.push_back(-1);
  }
}

std::int64_t InputPacker::lanes_of(std::int64_t rows, InputForm form) const {
  if (form == InputForm::kNibbles)
    return ceil_div(rows * geometry_.out_width(), pair_lanes()) * pair_lanes();
  return ceil_div((rows - 1) * pitch_ + geometry_.out_width(), kLaneMultiple) * kLaneMultiple;
}

std::int64_t InputPacker::words_per_lane() const {
  return (tiles_.back().first_byte + tiles_.back().bytes) *
         static_cast<std::int64_t>(planes_.size());
}

std::int64_t InputPacker::bytes_per_lane(InputForm form) const {
  if (form == InputForm::kNibbles)
    return (tiles_.back().first_group + tiles_.back().groups) * streams_;
  return words_per_lane() * static_cast<std::int64_t>(sizeof(std::int64_t));
}

std::int64_t InputPacker::rows_at_once(InputForm form) const {
  const std::int64_t most = form == InputForm::kNibbles ? kMostNibblePositions : kMostPositions;
  std::int64_t best = 1;
  for (std::int64_t rows = 2; rows <= geometry_.out_height(); ++rows) {
    if (rows * geometry_.out_width() > most) break;
    if (lanes_of(rows, form) * bytes_per_lane(form) > kMostBytes) break;
    // Fewer lanes per row, by cross multiplication; more rows where that is equal.
    if (lanes_of(rows, form) * best <= lanes_of(best, form) * rows) best = rows;
  }
  return best;
}

PackedInputs InputPacker::make_inputs(InputForm form, bool reads_idle) const {
  PackedInputs inputs;
  const std::int64_t lanes = lanes_of(rows_at_once(form), form);
  const auto tiles = static_cast<std::int64_t>(tiles_.size());
  const std::int64_t row_groups = tiles_.back().first_group + tiles_.back().groups;
  inputs.width = geometry_.out_width();
  inputs.pitch = form == InputForm::kNibbles ? inputs.width : pitch_;
  inputs.planes = static_cast<std::int64_t>(planes_.size());
  inputs.streams = streams_;
  inputs.form = form;
  inputs.reads_idle = reads_idle || flips_columns_;
  switch (form) {
    case InputForm::kWords:
      inputs.words = Tensor(DType::kI64, {words_per_lane(), lanes});
      break;
    case InputForm::kDigits:
      inputs.digits = Tensor(DType::kU8, {row_groups, streams_, lanes, kRowsPerGroup});
      break;
    case InputForm::kNibbles:
      inputs.vector_lanes = pair_lanes();
      inputs.nibbles = Tensor(DType::kU8, {row_groups, lanes, streams_});
      break;
  }
  inputs.active = Tensor(DType::kU8, {tiles, streams_, lanes});
  inputs.digit_sums = Tensor(DType::kI32, {tiles, streams_, lanes});
  return inputs;
}

void InputPacker::fail_off_grid(std::span<const std::int32_t> image) const {
  const auto count = static_cast<std::int64_t>(codes_.front().size());
  for (const std::int64_t activation : image) {
    const std::int64_t index = activation - smallest_activation_;
    if (index >= 0 && index < count && codes_.front()[static_cast<std::size_t>(index)] < kOffGrid)
      continue;
    fail("activation {} lies off its grid, which starts at {} and has {} integers; quantize it",
         activation, smallest_activation_, count);
  }
  fail("the pad value {} lies off the activations' grid; pad within it", pad_value_);
}

void InputPacker::encode(std::span<const std::int32_t> image, InputCodes& codes) const {
  const std::int64_t part_size =
      geometry_.in_channels * geometry_.stride.height * geometry_.stride.width * height_ * pitch_;
  // Lanes behind the last position read on behind the last row.
  const std::int64_t overhang =
      std::max(lanes_of(rows_at_once(InputForm::kWords), InputForm::kWords), kCodesBehind);
  codes.resize(static_cast<std::size_t>(std::ssize(codes_) * part_size + overhang));
  for (std::size_t part = 0; part < codes_.size(); ++part)
    encode_part(image, part, codes.data() + static_cast<std::int64_t>(part) * part_size);
}

std::vector<InputPacker::RowPart> InputPacker::row_parts() const {
  const std::int64_t stride = geometry_.stride.width;
  const Padding& padding = geometry_.padding;
  if (geometry_.stride == Extents(1) && !padding.any())
    return {{0, 0, geometry_.in_height * geometry_.in_width}};
  std::vector<RowPart> parts;
  for (std::int64_t y = 0; y < geometry_.in_height; ++y)
    for (std::int64_t step = 0; step < stride; ++step) {
      // Columns x of the image for which (x + padding) % stride = step.
      const std::int64_t first = (step + stride - padding.left % stride) % stride;
      parts.push_back({y * geometry_.in_width + first,
                       offset_of(0, y + padding.top, first + padding.left),
                       ceil_div(geometry_.in_width - first, stride)});
    }
  return parts;
}

template <typename CodeOf>
void InputPacker::encode_part(std::span<const std::int32_t> image, const CodeOf& code_of,
                              std::uint8_t* codes) const {
  std::uint16_t seen = 0;
  if (geometry_.padding.any()) {
    const std::uint16_t pad = code_of(static_cast<std::int32_t>(pad_value_));
    seen = pad;
    std::fill_n(codes, offset_of(geometry_.in_channels, 0, 0), static_cast<std::uint8_t>(pad));
  }
  const std::vector<RowPart> parts = row_parts();
  const std::int32_t* channel = image.data();
  for (std::int64_t c = 0; c < geometry_.in_channels; ++c) {
    for (const RowPart part : parts)
      seen = static_cast<std::uint16_t>(seen | encode_row(channel + part.source,
                                                          geometry_.stride.width, part.count,
                                                          code_of, codes + part.target));
    channel += geometry_.in_height * geometry_.in_width;
    codes += offset_of(1, 0, 0);
  }
  if ((seen & kOffGrid) != 0) fail_off_grid(image);
}

void InputPacker::encode_part(std::span<const std::int32_t> image, std::size_t part,
                              std::uint8_t* codes) const {
  // By value: stores of codes might change whatever lies in memory, for all that a compiler knows.
  const auto smallest = static_cast<std::uint32_t>(smallest_activation_);
  const auto size = static_cast<std::uint32_t>(codes_[part].size());
  if (plain_codes_)
    return encode_part(
        image,
        [=](std::int32_t activation) {
          const auto bits = static_cast<std::uint32_t>(activation);
          const std::uint32_t off_grid = bits - smallest < size ? 0 : kOffGrid;
          return static_cast<std::uint16_t>((bits & 0xFF) | off_grid);
        },
        codes);
  const std::uint16_t* table = codes_[part].data();
  encode_part(
      image,
      [=](std::int32_t activation) {
        const std::uint32_t index = static_cast<std::uint32_t>(activation) - smallest;
        return index < size ? table[index] : kOffGrid;
      },
      codes);
}

void InputPacker::pack(const InputCodes& codes, std::int64_t group, std::int64_t first_row,
                       std::int64_t rows, PackedInputs& packed) const {
  packed.rows = rows;
  packed.lanes = lanes_of(rows, packed.form);
  const std::int64_t channel = group * (geometry_.in_channels / geometry_.groups);
  const std::int64_t corner = offset_of(channel, first_row * geometry_.stride.height, 0);
  const PackJob job{codes.data() + corner,
                    offset_of(geometry_.in_channels, 0, 0),
                    pitch_,
                    row_offsets_.data(),
                    tiles_,
                    planes_,
                    sum_digits_,
                    packed};
  switch (packed.form) {
    case InputForm::kWords:
      pack_lanes(job);
      break;
    case InputForm::kDigits:
      pack_digits(job);
      break;
    case InputForm::kNibbles:
      pack_nibbles(job);
      break;
  }
  if (packed.reads_idle || packed.form == InputForm::kNibbles)
    std::ranges::fill(packed.active.data<std::uint8_t>(), 1);
}

}  // namespace bitline
