#include "bitline/quantize/fraction_rounding.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace bitline {
namespace {

constexpr int kMantissaBits = 24;  // of a float32
constexpr int kFactorBits = 62;

/// ⌊a / b⌋ for b > 0.
template <typename Integer>
Integer floor_of(Integer a, Integer b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// numerator / denominator to the nearest integer, the even one of two.
template <typename Integer>
Integer nearest_even(Integer numerator, Integer denominator) {
  const Integer twice = 2 * denominator;
  const Integer shifted = 2 * numerator + denominator;
  const Integer nearest = floor_of(shifted, twice);
  const bool is_tie = shifted == nearest * twice;
  return nearest - (is_tie && nearest % 2 != 0 ? 1 : 0);
}

/// The numbers over one unit, as the smallest integers; empty where they do not fit.
std::vector<std::int64_t> over_one_unit(const std::vector<float>& numbers) {
  std::vector<std::int64_t> mantissas;
  std::vector<int> exponents;
  for (const float number : numbers) {
    int exponent = 0;
    const float mantissa = std::frexp(number, &exponent);
    mantissas.push_back(static_cast<std::int64_t>(std::ldexp(mantissa, kMantissaBits)));
    exponents.push_back(exponent);
  }
  const int least = std::ranges::min(exponents);
  if (std::ranges::max(exponents) - least > kFactorBits - kMantissaBits) return {};
  std::int64_t divisor = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    mantissas[i] <<= exponents[i] - least;
    divisor = std::gcd(divisor, mantissas[i]);
  }
  for (std::int64_t& mantissa : mantissas) mantissa /= divisor;
  return mantissas;
}

}  // namespace

std::optional<FractionRounding> FractionRounding::of(const QuantSpec& spec,
                                                     std::span<const float> scales) {
  std::vector<float> numbers(scales.begin(), scales.end());
  numbers.push_back(spec.scale.data<float>()[0]);
  const std::vector<std::int64_t> factors = over_one_unit(numbers);
  if (factors.empty()) return std::nullopt;
  FractionRounding rounding;
  rounding.first_ = factors.front();
  if (scales.size() == 2) rounding.second_ = factors[1];
  rounding.unit_ = factors.back();
  rounding.minimum_ = spec.minimum();
  rounding.maximum_ = spec.maximum();
  rounding.zero_point_ = spec.zero_point;
  rounding.odd_ = spec.odd;
  return rounding;
}

template <typename Integer>
std::int32_t FractionRounding::round(Integer first, Integer second, Integer n) const {
  const Integer numerator = Integer{first_} * first + Integer{second_} * second;
  const Integer denominator = Integer{unit_} * n;
  const Integer integer =
      odd_ ? 2 * nearest_even<Integer>(numerator - denominator, 2 * denominator) + 1
           : nearest_even(numerator, denominator) + zero_point_;
  return static_cast<std::int32_t>(std::clamp(integer, Integer{minimum_}, Integer{maximum_}));
}

std::int32_t FractionRounding::operator()(std::int64_t first, std::int64_t second,
                                          std::int64_t n) const {
  return round<__int128>(first, second, n);
}

bool FractionRounding::fits_64_bits(std::int64_t most, std::int64_t count) const {
  constexpr std::int64_t kMost = INT64_MAX / 16;  // at most 2 · numerator + 4 · denominator
  const __int128 numerator = static_cast<__int128>(std::max(first_, second_)) * most;
  const __int128 denominator = static_cast<__int128>(unit_) * count;
  return numerator <= kMost && denominator <= kMost;
}

std::int32_t FractionRounding::in_64_bits(std::int64_t first, std::int64_t second,
                                          std::int64_t n) const {
  return round<std::int64_t>(first, second, n);
}

}  // namespace bitline
