// Exact integers and rationals: no float decides a tie.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace bitline {

/// ⌊a / b⌋ for b > 0, also for negative a (C++'s own division rounds to zero).
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

/// ⌈a / b⌉ for b > 0, also for negative a.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return -floor_div(-a, b); }

/// An exact fraction in lowest terms with a positive denominator. Arithmetic that does not fit
/// 64 bits throws Error rather than wrap.
class Rational {
 public:
  constexpr Rational() = default;  ///< 0
  /// A whole number.
  // NOLINTNEXTLINE(google-explicit-constructor): a whole number is a fraction
  constexpr Rational(std::int64_t whole) : numerator_(whole) {}
  /// Throws Error for a zero denominator.
  Rational(std::int64_t numerator, std::int64_t denominator);

  /// The fraction as it is; the caller has reduced it and made the denominator positive.
  static constexpr Rational from_lowest_terms(std::int64_t numerator, std::int64_t denominator) {
    Rational value(numerator);
    value.denominator_ = denominator;
    return value;
  }

  /// Of the fraction in lowest terms.
  std::int64_t numerator() const { return numerator_; }
  /// Likewise, positive.
  std::int64_t denominator() const { return denominator_; }
  /// Rounded: for messages and charts, never for a decision.
  double to_double() const {
    return static_cast<double>(numerator_) / static_cast<double>(denominator_);
  }
  /// ⌊value⌋.
  std::int64_t floor() const { return floor_div(numerator_, denominator_); }
  /// ⌈value⌉.
  std::int64_t ceil() const { return ceil_div(numerator_, denominator_); }

  /// @{
  /// Exact. Throws Error where the result does not fit 64 bits.
  friend Rational operator+(const Rational& a, const Rational& b);
  friend Rational operator-(const Rational& a, const Rational& b);
  friend Rational operator*(const Rational& a, const Rational& b);
  /// @}
  /// Likewise, and for b = 0.
  friend Rational operator/(const Rational& a, const Rational& b);
  /// Exact.
  Rational operator-() const;
  friend bool operator==(const Rational& a, const Rational& b) = default;
  /// Exact.
  friend std::strong_ordering operator<=>(const Rational& a, const Rational& b);

 private:
  std::int64_t numerator_ = 0;
  std::int64_t denominator_ = 1;
};

/// "14/5", or "7" for a whole number.
std::string to_string(const Rational& value);
/// Reads "14/5", "7", "-3" and finite decimals such as "2.5", exactly. Throws Error otherwise.
Rational parse_rational(std::string_view text);
/// The largest rational of which both are whole multiples; of 0 and b it is |b|.
Rational common_unit(const Rational& a, const Rational& b);

}  // namespace bitline
