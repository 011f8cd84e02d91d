// The ways to a range, by name.
#pragma once

#include <string_view>

#include "bitline/base/enum_names.h"

namespace bitline {

enum class RangeMethod {
  // Searches for the score of the whole network (range_search.h).
  kNetworkWise,  ///< one δ for all layers
  kLayerWise,    ///< front to back: earlier layers keep their δ, later ones are lossless
  kRefine,       ///< layer-wise, then passes with all layers quantized until nothing improves
  // From what was seen of a layer's sums alone (statistic_ranges.h).
  kMinMax,
  kThreeSigma,
  kPercentile,
  kColumnBound,
  kMse,
  kCsnr,
  kFullRange,  ///< whatever was seen
  kLloydMax,
  kThreeSigmaGaussian,
  kCsnrLloydMax,
  // From outside.
  kMeasured,  ///< one transfer curve for all layers (adc/measured_table.h)
};
template <>
struct EnumNames<RangeMethod> {
  static constexpr std::string_view kWhat = "range method";
  static constexpr std::array<std::string_view, 14> kNames{
      "network-wise",   "layer-wise", "refine", "min-max",    "three-sigma", "percentile",
      "column-bound",   "mse",        "csnr",   "full-range", "lloyd-max",   "three-sigma-gaussian",
      "csnr-lloyd-max", "measured"};
};

/// Whether it needs an Evaluator.
bool is_search(RangeMethod method);
/// Whether its ADCs have a transfer curve of their own in place of a range δ.
bool gives_tables(RangeMethod method);
/// Whether its ranges have centres of their own, wherever SearchOptions puts them.
bool gives_centres(RangeMethod method);

}  // namespace bitline
