#include "bitline/search/range_method.h"

namespace bitline {

const RangeMethodPolicy range_methods::kNetworkWise{
    .name = "network-wise",
    .meaning = "searched: one range for the network",
    .source = RangeMethodPolicy::Source::kSearch};

}  // namespace bitline
