#include "bitline/data/decode_image.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) {
  // What a larger picture may rightly take is above the fuzzer's limit of memory.
  constexpr std::size_t kMostBytes = 1500;
  if (bytes.size() <= kMostBytes) bitline::decode_image(bytes);
}
