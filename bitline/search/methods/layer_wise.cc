#include "bitline/search/range_method.h"

namespace bitline {

const RangeMethodPolicy range_methods::kLayerWise{
    .name = "layer-wise",
    .meaning = "searched: a range per layer, front to back",
    .source = RangeMethodPolicy::Source::kSearch};

}  // namespace bitline
