#include "bitline/cost/adc_cost.h"

#include <bit>
#include <cmath>

#include "bitline/base/error.h"

namespace bitline {
namespace {

AdcCost flash_cost(std::int64_t levels, const Technology& technology) {
  const auto comparators = static_cast<double>(levels - 1);
  return {comparators * technology.comparator_area, comparators * technology.comparator_energy,
          technology.flash_time};
}

AdcCost sar_cost(std::int64_t levels, const Technology& technology) {
  constexpr double kPublishedBits = 8;
  const auto bits = static_cast<double>(std::bit_width(static_cast<std::uint64_t>(levels - 1)));
  const double share = technology.sar_capacitor_share;
  const double scale =
      (1 - share) * bits / kPublishedBits + share * std::exp2(bits - kPublishedBits);
  return {scale * technology.sar_area, scale * technology.sar_energy,
          technology.sar_time * bits / kPublishedBits};
}

AdcCost andrulis_cost(std::int64_t levels, const Technology& technology) {
  constexpr std::int64_t kFewestLevels = 16;
  if (levels < kFewestLevels)
    fail_usage(
        "the andrulis model is fitted to converters of 4 bits and more, {} levels are fewer; use "
        "cost.adc = \"flash\" or \"sar\"",
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

AdcCost adc_cost(AdcModel model, std::int64_t levels, const Technology& technology) {
  if (levels < 2) fail_usage("an ADC of {} levels; the fewest are 2", levels);
  switch (model) {
    case AdcModel::kFlash:
      return flash_cost(levels, technology);
    case AdcModel::kSar:
      return sar_cost(levels, technology);
    case AdcModel::kAndrulis:
      return andrulis_cost(levels, technology);
  }
  fail("adc_cost: no such model");
}

}  // namespace bitline
