#include "bitline/search/lloyd_max.h"
#include "bitline/search/range_method.h"
#include "bitline/search/statistic_ranges.h"

namespace bitline {
namespace {

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions&) {
  return csnr_lloyd_max(spec.levels, layer.output.parts);
}

}  // namespace

const RangeMethodPolicy range_methods::kCsnrLloydMax{
    .name = "csnr-lloyd-max",
    .meaning = "the levels of the least squared error of an output, at any places",
    .gives_tables = true,
    .adc = adc};

}  // namespace bitline
