// Which instruction sets the kernels are compiled for. Comes before any header of Highway, in every
// file that includes one, so that all agree.
#pragma once

// AVX-512 with population counts and permutations of bytes (Ice Lake and later).
#define HWY_WANT_AVX3_DL
// Scalar too where every processor has vectors, as on 64-bit ARM: instruction_sets() promises it.
#define HWY_COMPILE_ALL_ATTAINABLE
// Those that have a name in instruction_set.cc. The others are vectors whose length the compiler
// does not know, which cannot be kept in structures, and what Highway has named beyond AVX3_DL and
// below SSSE3 since 1.0, whatever version builds us.
#define HWY_DISABLED_TARGETS \
  (~(HWY_AVX3_DL | HWY_AVX3 | HWY_AVX2 | HWY_SSE4 | HWY_SSSE3 | HWY_NEON | HWY_EMU128 | HWY_SCALAR))
