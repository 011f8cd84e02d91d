#include "bitline/data/numpy_arrays.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) {
  // What a larger archive may rightly hold is above the fuzzer's limit of memory.
  constexpr std::size_t kMostBytes = 1 << 15;
  if (bytes.size() <= kMostBytes) bitline::parse_npz(bytes);
}
