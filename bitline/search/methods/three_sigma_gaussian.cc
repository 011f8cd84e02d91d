#include "bitline/search/gaussian_levels.h"
#include "bitline/search/range_method.h"
#include "bitline/search/statistic_ranges.h"

namespace bitline {
namespace {

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions&) {
  return gaussian_levels(spec.levels, layer.sums);
}

}  // namespace

const RangeMethodPolicy range_methods::kThreeSigmaGaussian{
    .name = "three-sigma-gaussian",
    .meaning = "levels that are equally likely under the Gaussian of the sums",
    .gives_tables = true,
    .adc = adc};

}  // namespace bitline
