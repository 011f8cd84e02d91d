#include "bitline/search/range_method.h"

namespace bitline {

const RangeMethodPolicy range_methods::kRefine{
    .name = "refine",
    .meaning = "searched: layer-wise, then passes with all layers quantized until nothing improves",
    .source = RangeMethodPolicy::Source::kSearch};

}  // namespace bitline
