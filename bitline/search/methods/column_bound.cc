#include "bitline/search/between_ends.h"
#include "bitline/search/range_method.h"

namespace bitline {
namespace {

AdcSpec adc(const AdcSpec& spec, const LayerStatistics& layer, const StatisticOptions&) {
  return between_ends(spec, {layer.column_low, layer.column_high}, layer.layer);
}

}  // namespace

const RangeMethodPolicy range_methods::kColumnBound{
    .name = "column-bound",
    .meaning =
        "from the smallest to the largest sum that some column can give, by the digits in its "
        "cells",
    .gives_centres = true,
    .adc = adc};

}  // namespace bitline
