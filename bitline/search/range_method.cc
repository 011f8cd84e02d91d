#include "bitline/search/range_method.h"

namespace bitline {

bool is_search(RangeMethod method) {
  return method == RangeMethod::kNetworkWise || method == RangeMethod::kLayerWise ||
         method == RangeMethod::kRefine;
}

bool gives_tables(RangeMethod method) {
  return method == RangeMethod::kFullRange || method == RangeMethod::kLloydMax ||
         method == RangeMethod::kCsnrLloydMax || method == RangeMethod::kThreeSigmaGaussian ||
         method == RangeMethod::kMeasured;
}

bool gives_centres(RangeMethod method) {
  return method == RangeMethod::kMinMax || method == RangeMethod::kThreeSigma ||
         method == RangeMethod::kPercentile || method == RangeMethod::kColumnBound;
}

}  // namespace bitline
