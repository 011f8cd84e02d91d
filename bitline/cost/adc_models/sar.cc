#include <bit>
#include <cmath>

#include "bitline/cost/adc_cost.h"

namespace bitline {
namespace {

AdcCost cost(std::int64_t levels, const Technology& technology) {
  constexpr double kPublishedBits = 8;
  const auto bits = static_cast<double>(std::bit_width(static_cast<std::uint64_t>(levels - 1)));
  const double share = technology.sar_capacitor_share;
  const double scale =
      (1 - share) * bits / kPublishedBits + share * std::exp2(bits - kPublishedBits);
  return {scale * technology.sar_area, scale * technology.sar_energy,
          technology.sar_time * bits / kPublishedBits};
}

}  // namespace

const AdcModelPolicy adc_models::kSar{
    .name = "sar", .meaning = "successive approximation", .cost = cost};

}  // namespace bitline
