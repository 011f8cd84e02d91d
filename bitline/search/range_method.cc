#include "bitline/search/range_method.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "bitline/base/error.h"

namespace bitline {
namespace {

constexpr std::array<std::string_view, 14> kNames = {
    "network-wise",   "layer-wise", "refine", "min-max",    "three-sigma", "percentile",
    "column-bound",   "mse",        "csnr",   "full-range", "lloyd-max",   "three-sigma-gaussian",
    "csnr-lloyd-max", "measured"};

}  // namespace

std::string_view name_of(RangeMethod method) { return kNames.at(static_cast<std::size_t>(method)); }

RangeMethod range_method_from_name(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end())
    fail_usage("range method \"{}\" is unknown; choose from {}", name, fmt::join(kNames, ", "));
  return static_cast<RangeMethod>(found - kNames.begin());
}

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
