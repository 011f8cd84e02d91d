#include "bitline/search/range_method.h"
#include "bitline/search/squared_error.h"
#include "bitline/search/statistic_ranges.h"

namespace bitline {
namespace {

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions& options) {
  AdcSpec ranged = spec;
  ranged.delta = delta_of_least_output_error(spec, layer.output, options.delta_step);
  return ranged;
}

}  // namespace

const RangeMethodPolicy range_methods::kCsnr{
    .name = "csnr",
    .meaning =
        "the range of the least squared error of an output, which is that of the largest "
        "compute signal-to-noise ratio (CSNR)",
    .adc = adc};

}  // namespace bitline
