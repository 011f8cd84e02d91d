#include "bitline/mapping/array_spec.h"

#include "bitline/base/error.h"

namespace bitline {
namespace {

constexpr std::int64_t kLargestArray = 65536;

void require(std::string_view field, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most)
    fail_usage("array: {} = {} is out of range, set it to {} … {}", field, value, least, most);
}

}  // namespace

void validate(const ArraySpec& array) {
  require("rows", array.rows, 1, kLargestArray);
  require("active_rows", array.active_rows, 0, array.rows);
  require("columns", array.columns, array.encoding == Encoding::kDifferential ? 2 : 1,
          kLargestArray);
  require("cell_bits", array.cell_bits, 1, 4);
  require("dac_bits", array.dac_bits, 1, 4);
  require("columns_per_adc", array.columns_per_adc, 1, array.columns);
  if (array.encoding == Encoding::kBipolar && array.cell_bits != 1)
    fail_usage(
        "array: cell_bits = {} under encoding = bipolar, whose cells hold -1 or +1; set "
        "cell_bits to 1 or take another encoding",
        array.cell_bits);
  if (array.encoding != Encoding::kDifferential && array.subtract == Subtract::kDigital)
    fail_usage(
        "array: subtract = digital under encoding = {}, which has no pairs of columns; "
        "leave subtract out or take encoding = differential",
        name_of(array.encoding));
  if (array.encoding != Encoding::kOffset && array.offset_removal == OffsetRemoval::kDigital)
    fail_usage(
        "array: offset_removal = digital under encoding = {}, which has no offset; leave "
        "offset_removal out or take encoding = offset",
        name_of(array.encoding));
}

std::string_view name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::kDifferential:
      return "differential";
    case Encoding::kBipolar:
      return "bipolar";
    case Encoding::kTwosComplement:
      return "twos-complement";
    case Encoding::kOffset:
      return "offset";
  }
  return "";
}

std::string_view name_of(Subtract subtract) {
  return subtract == Subtract::kAnalog ? "analog" : "digital";
}

std::string_view name_of(OffsetRemoval removal) {
  return removal == OffsetRemoval::kReferenceColumn ? "reference-column" : "digital";
}

std::string_view name_of(RowOrder order) {
  switch (order) {
    case RowOrder::kChannelMajor:
      return "channel-major";
    case RowOrder::kKernelMajor:
      return "kernel-major";
    case RowOrder::kWholeChannels:
      return "whole-channels";
  }
  return "";
}

std::string_view name_of(TileCut cut) { return cut == TileCut::kFull ? "full" : "balanced"; }

std::string_view name_of(ActivationEncoding encoding) {
  return encoding == ActivationEncoding::kTwosComplement ? "twos-complement" : "sign-magnitude";
}

std::string_view name_of(LayerPolicy policy) {
  return policy == LayerPolicy::kDigitalInteger ? "digital-integer" : "mapped";
}

}  // namespace bitline
