#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/cost/adc_cost.h"

namespace bitline {
namespace {

AdcCost cost(std::int64_t levels, const Technology& technology) {
  constexpr std::int64_t kFewestLevels = 16;
  if (levels < kFewestLevels)
    fail_usage(
        "the andrulis model is fitted to converters of 4 bits and more, {} levels are fewer; use "
        "\"flash\" or \"sar\"",
        levels);
  const double bits = std::log2(static_cast<double>(levels));
  const double frequency = std::log(technology.regression_frequency * 1e6);
  // Best Schreier figure of merit at that speed, and signal-to-noise ratio of an ideal converter.
  const double merit = std::min(302.7387 - 6.46079 * frequency, 180.1416);
  const double ratio = 20 * std::log10(2.0) * bits + 10 * std::log10(1.5);
  const double joule = 0.5 * std::pow(10.0, (ratio - merit) / 10);
  const double area =
      std::exp(4.850567 + 0.0666585 * frequency + 0.797324 * std::log(technology.regression_node) -
               0.1343728 * bits + 0.4236572 * std::log(joule * 1e12));
  return {area, joule * 1e15, 1e3 / technology.regression_frequency};
}

}  // namespace

const AdcModelPolicy adc_models::kAndrulis{
    .name = "andrulis",
    .meaning = "regression over published converters, for 16 levels and more",
    .cost = cost};

}  // namespace bitline
