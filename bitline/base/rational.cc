#include "bitline/base/rational.h"

#include <fmt/format.h>

#include <limits>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

using Wide = __int128;

// Any product or sum of two products of 64-bit values fits 127 bits and a sign.
Wide greatest_common_divisor(Wide a, Wide b) {
  if (a < 0) a = -a;
  if (b < 0) b = -b;
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

std::int64_t narrow(Wide value) {
  if (value < std::numeric_limits<std::int64_t>::min() ||
      value > std::numeric_limits<std::int64_t>::max())
    fail("an exact fraction no longer fits 64 bits; use smaller numbers or fewer decimals");
  return static_cast<std::int64_t>(value);
}

Rational reduced(Wide numerator, Wide denominator) {
  if (denominator == 0) fail("division of a fraction by zero");
  const Wide divisor = greatest_common_divisor(numerator, denominator);
  const Wide sign = denominator < 0 ? -1 : 1;
  return Rational::from_lowest_terms(narrow(sign * numerator / divisor),
                                     narrow(sign * denominator / divisor));
}

[[noreturn]] void fail_parse(std::string_view text) {
  fail("'{}' is not a fraction; write a whole number, a decimal such as 2.5, or 14/5", text);
}

/// Digits with an optional point, as sign times numerator / 10^decimals.
Rational parse_decimal(std::string_view digits, Wide sign, std::string_view whole_text) {
  Wide numerator = 0;
  Wide denominator = 1;
  bool after_point = false;
  bool any_digit = false;
  for (const char c : digits) {
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9') fail_parse(whole_text);
    any_digit = true;
    numerator = numerator * 10 + (c - '0');
    if (after_point) denominator *= 10;
    constexpr Wide kLimit = Wide{1} << 100;
    if (numerator > kLimit || denominator > kLimit)
      fail("'{}' has too many digits for an exact fraction of 64 bits", whole_text);
  }
  if (!any_digit || digits.back() == '.' || digits.front() == '.') fail_parse(whole_text);
  return reduced(sign * numerator, denominator);
}

Rational parse_signed_decimal(std::string_view digits, std::string_view whole_text) {
  const bool negative = !digits.empty() && digits.front() == '-';
  if (negative) digits.remove_prefix(1);
  return parse_decimal(digits, negative ? -1 : 1, whole_text);
}

}  // namespace

Rational::Rational(std::int64_t numerator, std::int64_t denominator)
    : Rational(reduced(numerator, denominator)) {}

Rational operator+(const Rational& a, const Rational& b) {
  return reduced(Wide{a.numerator_} * b.denominator_ + Wide{b.numerator_} * a.denominator_,
                 Wide{a.denominator_} * b.denominator_);
}

Rational operator-(const Rational& a, const Rational& b) {
  return reduced(Wide{a.numerator_} * b.denominator_ - Wide{b.numerator_} * a.denominator_,
                 Wide{a.denominator_} * b.denominator_);
}

Rational operator*(const Rational& a, const Rational& b) {
  return reduced(Wide{a.numerator_} * b.numerator_, Wide{a.denominator_} * b.denominator_);
}

Rational operator/(const Rational& a, const Rational& b) {
  return reduced(Wide{a.numerator_} * b.denominator_, Wide{a.denominator_} * b.numerator_);
}

Rational Rational::operator-() const { return reduced(-Wide{numerator_}, denominator_); }

std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
  const Wide left = Wide{a.numerator_} * b.denominator_;
  const Wide right = Wide{b.numerator_} * a.denominator_;
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

std::string to_string(const Rational& value) {
  if (value.denominator() == 1) return fmt::format("{}", value.numerator());
  return fmt::format("{}/{}", value.numerator(), value.denominator());
}

Rational parse_rational(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return parse_signed_decimal(text, text);
  const Rational denominator = parse_decimal(text.substr(slash + 1), 1, text);
  if (denominator == 0) fail("'{}' divides by zero", text);
  return parse_signed_decimal(text.substr(0, slash), text) / denominator;
}

Rational common_unit(const Rational& a, const Rational& b) {
  // gcd(a/x, b/y) = gcd(a y, b x) / (x y), which is already right for a = 0 or b = 0.
  const Wide divisor = greatest_common_divisor(Wide{a.numerator()} * b.denominator(),
                                               Wide{b.numerator()} * a.denominator());
  return reduced(divisor, Wide{a.denominator()} * b.denominator());
}

}  // namespace bitline
