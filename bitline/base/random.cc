#include "bitline/base/random.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

// The logarithms of C libraries differ in the last bit, even between processors of one machine's
// library. This one uses only operations that IEEE 754 defines to the bit:
// ln x = e ln 2 + 2 (s + s^3/3 + s^5/5 + ...) with x = m 2^e, s = (m - 1) / (m + 1), |s| < 0.172.
double natural_logarithm(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2.0;
    --exponent;
  }
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  double series = 0.0;
  for (int power = 23; power >= 1; power -= 2) series = series * (s * s) + 1.0 / power;
  return exponent * std::numbers::ln2 + 2.0 * s * series;
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = splitmix64(seed);
}

Random Random::stream(std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a, to tell purposes apart
  for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::uint64_t mixed = seed ^ hash;
  mixed = splitmix64(mixed) ^ index;
  return Random(splitmix64(mixed));
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  BITLINE_CHECK_LT(0U, bound);
  const std::uint64_t reject_below = (0 - bound) % bound;  // 2^64 mod bound
  while (true) {
    const std::uint64_t draw = next();
    if (draw >= reject_below) return draw % bound;
  }
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

double Random::normal() {
  while (true) {
    const double x = 2.0 * uniform() - 1.0;
    const double y = 2.0 * uniform() - 1.0;
    const double square = x * x + y * y;
    if (square > 0.0 && square < 1.0)
      return x * std::sqrt(-2.0 * natural_logarithm(square) / square);
  }
}

}  // namespace bitline
