#include "bitline/search/range_method.h"

namespace bitline {

const RangeMethodPolicy range_methods::kMeasured{
    .name = "measured",
    .meaning = "the transfer curve of `adc.table` for every layer",
    .source = RangeMethodPolicy::Source::kCurve,
    .gives_tables = true};

}  // namespace bitline
