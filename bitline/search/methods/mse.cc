#include "bitline/search/range_method.h"
#include "bitline/search/squared_error.h"
#include "bitline/search/statistic_ranges.h"

namespace bitline {
namespace {

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions& options) {
  AdcSpec ranged = spec;
  ranged.delta = delta_of_least_error(spec, layer.sums, options.delta_step);
  return ranged;
}

}  // namespace

const RangeMethodPolicy range_methods::kMse{
    .name = "mse", .meaning = "the range of the least squared error of a sum", .adc = adc};

}  // namespace bitline
