#include "bitline/search/between_ends.h"
#include "bitline/search/range_method.h"

namespace bitline {
namespace {

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions&) {
  const HistogramStatistics s = statistics(layer.sums);
  return between_ends(spec, {s.smallest, s.largest}, layer.layer);
}

}  // namespace

const RangeMethodPolicy range_methods::kMinMax{
    .name = "min-max",
    .meaning = "from the smallest to the largest sum that was seen",
    .gives_centres = true,
    .adc = adc};

}  // namespace bitline
