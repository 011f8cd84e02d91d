// Seeded random numbers that are the same on every machine and standard library.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace bitline {

/// xoshiro256** seeded through splitmix64 (Blackman and Vigna, 2018). Streams for different
/// purposes come from Random::stream, so that drawing more for one does not shift another.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  /// The generator for one purpose ("augmentation") and one index (the epoch) under a run's seed.
  static Random stream(std::uint64_t seed, std::string_view purpose, std::uint64_t index = 0);

  std::uint64_t next();
  /// Uniform in [0, bound), without modulo bias. bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1) with 53 bits.
  double uniform();
  /// Standard normal, by Marsaglia's polar method.
  double normal();

  /// Fisher-Yates.
  template <typename T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace bitline
