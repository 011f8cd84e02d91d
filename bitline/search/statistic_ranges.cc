#include "bitline/search/statistic_ranges.h"

#include "bitline/base/fail.h"

namespace bitline {

AdcSpec range_from_statistics(RangeMethod method, const AdcSpec& spec, const LayerStatistics& layer,
                              const StatisticOptions& options) {
  return with_context("layer " + layer.layer.name, [&] {
    if (method->adc == nullptr)
      fail_usage("range method {} does not follow from statistics", name_of(method));
    if (method->needs_sums && statistics(layer.sums).total == 0)
      fail_usage("no partial sum was seen, so no range follows from them");
    return method->adc(spec, layer, options);
  });
}

}  // namespace bitline
