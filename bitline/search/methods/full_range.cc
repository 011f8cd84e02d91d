#include "bitline/search/range_method.h"
#include "bitline/search/statistic_ranges.h"

namespace bitline {
namespace {

/// Nothing else of `spec` has a meaning over all sums.
AdcSpec adc(const AdcSpec& spec, const LayerStatistics&, const StatisticOptions&) {
  AdcSpec full;
  full.quantizer = quantizers::kFullRange;
  full.levels = spec.levels;
  full.sides = spec.sides;
  return full;
}

}  // namespace

const RangeMethodPolicy range_methods::kFullRange{
    .name = "full-range",
    .meaning = "levels over every possible sum, whatever was seen",
    .gives_tables = true,
    .needs_sums = false,
    .adc = adc};

}  // namespace bitline
