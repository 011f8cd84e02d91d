#include "bitline/runtime/fixed_requantization.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

constexpr int kMostShift = 62;
constexpr std::int64_t kMost = std::int64_t{1} << 60;          // of each term of T
constexpr std::int64_t kMostInDouble = std::int64_t{1} << 49;  // likewise, where doubles add them

/// ⌊p / 2^shift + ½⌋.
std::int64_t rounded_shift(std::int64_t p, int shift) {
  if (shift == 0) return p;
  return (p + (std::int64_t{1} << (shift - 1))) >> shift;
}

/// The nearest integer, the even one of two; |x| < 2^51.
double nearest_even(double x) {
  constexpr double kShift = 6755399441055744.0;  // 1.5 · 2^52
  return (x + kShift) - kShift;
}

/// rounded_shift() in double: with half a unit added, p / 2^shift is never a tie.
struct ShiftInDouble {
  double half, scale;

  explicit ShiftInDouble(int shift)
      : half(shift == 0 ? 0.0 : 0.5), scale(std::ldexp(1.0, -shift)) {}
  double operator()(double p) const { return nearest_even((p + half) * scale); }
};

bool is_product_below(std::int64_t a, std::int64_t b, std::int64_t most) {
  return static_cast<__int128>(std::abs(a)) * b < most;
}

}  // namespace

FixedFactor FixedFactor::of(double v, int bits) {
  int exponent = 0;
  const double fraction = std::frexp(v, &exponent);  // in [1/2, 1)
  if (!(std::abs(v) < std::exp2(38))) fail("a factor of {} is beyond 2^38", v);
  FixedFactor factor;
  factor.multiplier = std::llround(std::ldexp(fraction, bits));
  if (std::abs(factor.multiplier) == std::int64_t{1} << bits) {
    factor.multiplier /= 2;
    ++exponent;
  }
  // v · 2^F = fraction · 2^F · 2^exponent
  if (exponent > 0) factor.multiplier <<= exponent;
  factor.shift = std::max(-exponent, 0);
  return factor.shift > kMostShift ? FixedFactor{} : factor;
}

std::int64_t FixedFactor::times(std::int64_t integer) const {
  return rounded_shift(multiplier * integer, shift);
}

FixedRequantization::FixedRequantization(const ChannelAffine& affine, const FixedTarget& target,
                                         float addend_scale, const FixedLimits& limits)
    : target_(target) {
  const auto step = static_cast<double>(target.step);
  addend_factor_ = FixedFactor::of(static_cast<double>(addend_scale) / step, target.bits);
  for (std::size_t o = 0; o < affine.multiplier.size(); ++o) {
    factors_.push_back(FixedFactor::of(affine.multiplier[o] / step, target.bits));
    check(o, std::ldexp(affine.offset[o] / step, target.bits), limits);
  }
}

void FixedRequantization::check(std::size_t channel, double offset, const FixedLimits& limits) {
  const FixedFactor& factor = factors_[channel];
  if (!(std::abs(offset) < static_cast<double>(kMost)) ||
      !is_product_below(factor.multiplier, limits.sum, kMost) ||
      !is_product_below(addend_factor_.multiplier, limits.addend, kMost))
    fail(
        "channel {}: its sums times a multiplier of {} bits do not fit 60 bits; set "
        "array.requantize_bits to less, or array.requantize = \"float\"",
        channel, target_.bits);
  offsets_.push_back(std::llround(offset));
  fits_double_ = fits_double_ && std::abs(offset) < static_cast<double>(kMostInDouble) &&
                 is_product_below(factor.multiplier, limits.sum, kMostInDouble) &&
                 is_product_below(addend_factor_.multiplier, limits.addend, kMostInDouble);
}

std::int64_t FixedRequantization::total(std::size_t channel, std::int64_t sum,
                                        std::int64_t addend) const {
  const std::int64_t total =
      factors_[channel].times(sum) + offsets_[channel] + addend_factor_.times(addend);
  return target_.relu ? std::max<std::int64_t>(total, 0) : total;
}

std::int32_t FixedRequantization::operator()(std::size_t channel, std::int64_t sum,
                                             std::int64_t addend) const {
  const std::int64_t total = this->total(channel, sum, addend);
  if (!target_.grid)
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(total, INT32_MIN, INT32_MAX));
  const QuantSpec& grid = *target_.grid;
  const std::int64_t integer = grid.odd ? 2 * (total >> (target_.bits + 1)) + 1
                                        : rounded_shift(total, target_.bits) + grid.zero_point;
  return static_cast<std::int32_t>(std::clamp(integer, grid.minimum(), grid.maximum()));
}

namespace {

/// What makes the output of T: clamp(factor · nearest_even((T + shift) · scale) + zero).
struct LastStep {
  double shift = 0, scale = 1, factor = 1, zero = 0;
  double minimum = INT32_MIN, maximum = INT32_MAX;
  double least;  // of T

  explicit LastStep(const FixedTarget& target)
      : least(target.relu ? 0 : -std::numeric_limits<double>::infinity()) {
    if (!target.grid) return;
    const QuantSpec& grid = *target.grid;
    // ⌊T / 2^(F + 1)⌋ is T / 2^(F + 1) − ½ to the nearest integer, a half up.
    const double one = std::exp2(target.bits);
    shift = grid.odd ? 0.5 - one : 0.5;
    scale = grid.odd ? 0.5 / one : 1 / one;
    factor = grid.odd ? 2 : 1;
    zero = grid.odd ? 1 : static_cast<double>(grid.zero_point);
    minimum = static_cast<double>(grid.minimum());
    maximum = static_cast<double>(grid.maximum());
  }
  std::int32_t operator()(double total) const {
    const double nearest = nearest_even((std::max(total, least) + shift) * scale);
    return static_cast<std::int32_t>(std::min(std::max(factor * nearest + zero, minimum), maximum));
  }
};

}  // namespace

template <typename Sum>
void FixedRequantization::run_row(std::span<const Sum> sums, std::size_t channel,
                                  const Addends& addends, std::span<std::int32_t> outputs) const {
  constexpr std::size_t kFew = 8;  // for which the numbers below are not worth their while
  if (!fits_double_ || sums.size() < kFew) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      outputs[i] = (*this)(channel, static_cast<std::int64_t>(sums[i]), addends[i]);
    return;
  }
  const LastStep last(target_);
  const ShiftInDouble shift(factors_[channel].shift);
  const ShiftInDouble addend_shift(addend_factor_.shift);
  const auto multiplier = static_cast<double>(factors_[channel].multiplier);
  const auto addend_multiplier = static_cast<double>(addend_factor_.multiplier);
  const auto offset = static_cast<double>(offsets_[channel]);
  if (addends.integers.empty()) {
    for (std::size_t i = 0; i < sums.size(); ++i)
      outputs[i] = last(shift(multiplier * static_cast<double>(sums[i])) + offset);
    return;
  }
  const auto zero_point = static_cast<double>(addends.zero_point);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const double addend = static_cast<double>(addends.integers[i]) - zero_point;
    outputs[i] = last(shift(multiplier * static_cast<double>(sums[i])) + offset +
                      addend_shift(addend_multiplier * addend));
  }
}

template void FixedRequantization::run_row(std::span<const std::int64_t>, std::size_t,
                                           const Addends&, std::span<std::int32_t>) const;
template void FixedRequantization::run_row(std::span<const float>, std::size_t, const Addends&,
                                           std::span<std::int32_t>) const;
template void FixedRequantization::run_row(std::span<const double>, std::size_t, const Addends&,
                                           std::span<std::int32_t>) const;

}  // namespace bitline
