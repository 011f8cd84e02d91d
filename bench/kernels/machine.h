// How fast the core runs right now.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>

#include "bitline/kernels/instruction_set.h"

namespace bitline {

/// Seconds that body() takes.
template <typename Body>
double seconds_of(const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return seconds.count();
}

/// Dependent additions, one a cycle.
inline double cycles_per_second() {
  constexpr std::int64_t kAdditions = 200'000'000;
  return kAdditions / seconds_of([] {
           std::int64_t value = 0;
           for (std::int64_t i = 0; i < kAdditions; ++i) {
             ++value;
             benchmark::DoNotOptimize(value);
           }
         });
}

/// Products of bytes that the instruction set in force multiplies and adds in pairs or fours where
/// nothing else happens; 0 where it has no such instruction.
inline double byte_products_per_second() {
#ifdef __x86_64__
  constexpr std::int64_t kTimes = 20'000'000;
  constexpr std::int64_t kInstructions = 8;
  const std::string_view set = instruction_set();
  const bool has_fours = set == "avx512-bitalg";
  const std::int64_t width = has_fours || set == "avx512" ? 64 : (set == "avx2" ? 32 : 16);
  const double seconds = seconds_of([&] {
    for (std::int64_t i = 0; i < kTimes; ++i)
      if (has_fours)
        asm volatile(
            "vpdpbusd %%zmm0, %%zmm1, %%zmm2\n vpdpbusd %%zmm0, %%zmm1, %%zmm3\n"
            "vpdpbusd %%zmm0, %%zmm1, %%zmm4\n vpdpbusd %%zmm0, %%zmm1, %%zmm5\n"
            "vpdpbusd %%zmm0, %%zmm1, %%zmm6\n vpdpbusd %%zmm0, %%zmm1, %%zmm7\n"
            "vpdpbusd %%zmm0, %%zmm1, %%zmm8\n vpdpbusd %%zmm0, %%zmm1, %%zmm9\n" ::
                : "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9");
      else if (width == 64)
        asm volatile(
            "vpmaddubsw %%zmm0, %%zmm1, %%zmm2\n vpmaddubsw %%zmm0, %%zmm1, %%zmm3\n"
            "vpmaddubsw %%zmm0, %%zmm1, %%zmm4\n vpmaddubsw %%zmm0, %%zmm1, %%zmm5\n"
            "vpmaddubsw %%zmm0, %%zmm1, %%zmm6\n vpmaddubsw %%zmm0, %%zmm1, %%zmm7\n"
            "vpmaddubsw %%zmm0, %%zmm1, %%zmm8\n vpmaddubsw %%zmm0, %%zmm1, %%zmm9\n" ::
                : "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9");
      else if (width == 32)
        asm volatile(
            "vpmaddubsw %%ymm0, %%ymm1, %%ymm2\n vpmaddubsw %%ymm0, %%ymm1, %%ymm3\n"
            "vpmaddubsw %%ymm0, %%ymm1, %%ymm4\n vpmaddubsw %%ymm0, %%ymm1, %%ymm5\n"
            "vpmaddubsw %%ymm0, %%ymm1, %%ymm6\n vpmaddubsw %%ymm0, %%ymm1, %%ymm7\n"
            "vpmaddubsw %%ymm0, %%ymm1, %%ymm8\n vpmaddubsw %%ymm0, %%ymm1, %%ymm9\n" ::
                : "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9");
      else
        asm volatile(
            "pmaddubsw %%xmm0, %%xmm2\n pmaddubsw %%xmm0, %%xmm3\n pmaddubsw %%xmm0, %%xmm4\n"
            "pmaddubsw %%xmm0, %%xmm5\n pmaddubsw %%xmm0, %%xmm6\n pmaddubsw %%xmm0, %%xmm7\n"
            "pmaddubsw %%xmm0, %%xmm8\n pmaddubsw %%xmm0, %%xmm9\n" ::
                : "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9");
  });
  return static_cast<double>(kTimes * kInstructions * width) / seconds;
#else
  return 0;
#endif
}

}  // namespace bitline
