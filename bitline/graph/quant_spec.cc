#include "bitline/graph/quant_spec.h"

#include <cmath>

#include "bitline/base/fail.h"

namespace bitline {

std::int64_t QuantSpec::minimum() const {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  if (odd) return -(2 * half - 1);
  if (!is_signed) return 0;
  return narrow ? -half + 1 : -half;
}

std::int64_t QuantSpec::maximum() const {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  if (odd) return 2 * half - 1;
  if (!is_signed) return 2 * half - (narrow ? 2 : 1);
  return half - 1;
}

double rounded(double value, Rounding rounding) {
  const double nearer = std::trunc(value);
  const double rest = std::abs(value - nearer);
  const double further = nearer + std::copysign(1.0, value);
  switch (rounding) {
    case Rounding::kFloor:
      return std::floor(value);
    case Rounding::kCeil:
      return std::ceil(value);
    case Rounding::kUp:
      return rest > 0 ? further : nearer;
    case Rounding::kDown:
      return nearer;
    case Rounding::kHalfUp:
      return rest >= 0.5 ? further : nearer;
    case Rounding::kHalfDown:
      return rest > 0.5 ? further : nearer;
    default:
      return std::nearbyint(value);
  }
}

void validate(const QuantSpec& spec, std::string_view what) {
  if (spec.bits < 1 || spec.bits > 16)
    fail("{}: {} bits are not supported; choose 1 to 16", what, spec.bits);
  if (spec.minimum() >= spec.maximum())
    fail("{}: a signed grid of {} bit holds no number but 0; use 2 bits or the odd (bipolar) grid",
         what, spec.bits);
  if (spec.zero_point < spec.minimum() || spec.zero_point > spec.maximum() ||
      (spec.odd && spec.zero_point != 0))
    fail("{}: zero point {} lies off the grid {} to {}{}", what, spec.zero_point, spec.minimum(),
         spec.maximum(), spec.odd ? " of odd integers, which has none" : "");
  if (spec.by_multiplier && (spec.odd || spec.rounding != Rounding::kHalfEven))
    fail("{}: sums come by a multiplier to ordinary grids alone, rounded half to even", what);
  if (spec.odd && spec.rounding != Rounding::kHalfEven)
    fail("{}: a grid of odd integers is rounded to by half-even alone, not by {}", what,
         name_of(spec.rounding));
  if (spec.axis < 0 && spec.scale.size() != 1)
    fail("{}: {} scales without an axis; give one scale or the axis", what, spec.scale.size());
  for (const float scale : spec.scale.data<float>())
    if (!(scale > 0) || !std::isfinite(scale) || !std::isfinite(1 / scale))
      fail("{}: scale {} is {}; calibrate the quantizer first", what, scale,
           scale > 0 && std::isfinite(scale) ? "so small that 1 / scale is no number"
                                             : "not a positive number");
}

}  // namespace bitline
