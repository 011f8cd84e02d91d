// Which instruction sets the kernels are compiled for. Comes before any header of Highway, in every
// file that includes one, so that all agree.
#pragma once

// AVX-512 with population counts and permutations of bytes (Ice Lake and later).
#define HWY_WANT_AVX3_DL
// Scalar too where every processor has vectors, as on 64-bit ARM: instruction_sets() promises it.
#define HWY_COMPILE_ALL_ATTAINABLE
// Vectors whose length the compiler does not know cannot be kept in structures.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
