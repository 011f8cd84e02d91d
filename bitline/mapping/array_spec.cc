#include "bitline/mapping/array_spec.h"

#include <fmt/format.h>

#include <functional>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

constexpr std::int64_t kLargestArray = 65536;

void require(std::string_view field, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most)
    fail_usage("array: {} = {} is out of range, set it to {} … {}", field, value, least, most);
}

void validate_column_flip(const ArraySpec& array) {
  const bool is_signed = array.encoding->has_signed_digits;
  if (array.column_flip == ColumnFlip::kComplement && is_signed)
    fail_usage(
        "array: column_flip = complement under encoding = {}, whose digits have signs; take "
        "column_flip = sign, or encoding = {}",
        name_of(array.encoding),
        names_with<EncodingPolicy>(std::not_fn(&EncodingPolicy::has_signed_digits)));
  if (array.column_flip == ColumnFlip::kSign && !is_signed)
    fail_usage(
        "array: column_flip = sign under encoding = {}, whose cells cannot hold negated digits; "
        "take column_flip = complement, or encoding = {}",
        name_of(array.encoding), names_with<EncodingPolicy>(&EncodingPolicy::has_signed_digits));
  if (array.column_flip == ColumnFlip::kSign && array.subtract == Subtract::kDigital)
    fail_usage(
        "array: column_flip = sign under subtract = digital would only swap the two conversions "
        "of a pair; leave column_flip out or take subtract = analog");
}

void validate_adc_sharing(const ArraySpec& array) {
  require("columns_per_adc", array.columns_per_adc, 1, array.adc_inputs());
  require("bit_lines_per_adc", array.bit_lines_per_adc, 0, array.columns);
  if (array.bit_lines_per_adc == 0) return;
  if (array.columns_per_adc != 1)
    fail_usage(
        "array: columns_per_adc = {} and bit_lines_per_adc = {} say the same in two ways; leave "
        "one of them out",
        array.columns_per_adc, array.bit_lines_per_adc);
  if (array.bit_lines_per_adc % array.bit_lines_per_input() != 0)
    fail_usage(
        "array: bit_lines_per_adc = {} tears a pair apart, whose two bit lines are subtracted "
        "before the ADC under encoding = {}; take an even number",
        array.bit_lines_per_adc, name_of(array.encoding));
}

void validate_adc_levels(const ArraySpec& array) {
  if (array.adc_levels == 1 || array.adc_levels < 0)
    fail_usage("array: adc_levels = {}; an ADC has 2 levels or more, and 0 is no limit",
               array.adc_levels);
}

}  // namespace

std::string adcs_in_words(const ArraySpec& array) {
  const std::int64_t inputs = array.inputs_per_adc();
  const std::int64_t lines = inputs * array.bit_lines_per_input();
  const std::string bit_lines = fmt::format("{} bit line{}", lines, lines == 1 ? "" : "s");
  const std::string_view fewer = array.adc_inputs() % inputs == 0 ? "" : "up to ";
  if (array.bit_lines_per_input() == 1)
    return fmt::format("{} per array, each for {}{}", array.adcs(), fewer, bit_lines);
  return fmt::format("{} per array, each for {}{} pair{} = {}", array.adcs(), fewer, inputs,
                     inputs == 1 ? "" : "s", bit_lines);
}

void validate(const ArraySpec& array) {
  require("rows", array.rows, 1, kLargestArray);
  require("active_rows", array.active_rows, 0, array.rows);
  if (array.bias_rows != 0) require("bias_rows", array.bias_rows, 0, array.driven_rows() - 1);
  if (array.encoding->is_binary && array.bias_rows % 2 != 0)
    fail_usage(
        "array: bias_rows = {} under encoding = {}, whose cells hold -1 or +1, adds an odd number "
        "to every sum, also where no column is to have a bias; take an even number",
        array.bias_rows, name_of(array.encoding));
  if (array.bias_rows != 0 && array.thresholds == Thresholds::kColumn)
    fail_usage(
        "array: bias_rows = {} and thresholds = column are two ways to one thing; leave one of "
        "them out",
        array.bias_rows);
  require("columns", array.columns, array.encoding->in_pairs ? 2 : 1, kLargestArray);
  require("cell_bits", array.cell_bits, 1, 4);
  require("dac_bits", array.dac_bits, 1, 4);
  validate_adc_sharing(array);
  validate_adc_levels(array);
  if (array.encoding->is_binary && array.cell_bits != 1)
    fail_usage(
        "array: cell_bits = {} under encoding = {}, whose cells hold -1 or +1; set cell_bits to 1 "
        "or take another encoding",
        array.cell_bits, name_of(array.encoding));
  if (!array.encoding->in_pairs && array.subtract == Subtract::kDigital)
    fail_usage(
        "array: subtract = digital under encoding = {}, which has no pairs of columns; "
        "leave subtract out or take encoding = {}",
        name_of(array.encoding), names_with<EncodingPolicy>(&EncodingPolicy::in_pairs));
  if (!array.encoding->has_offset && array.offset_removal == OffsetRemoval::kDigital)
    fail_usage(
        "array: offset_removal = digital under encoding = {}, which has no offset; leave "
        "offset_removal out or take encoding = {}",
        name_of(array.encoding), names_with<EncodingPolicy>(&EncodingPolicy::has_offset));
  validate_column_flip(array);
}

}  // namespace bitline
