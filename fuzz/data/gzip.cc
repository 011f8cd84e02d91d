#include "bitline/data/gzip.h"

#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  bitline::gunzip(bytes, kLargest);
}
