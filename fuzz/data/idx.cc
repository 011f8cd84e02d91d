#include "bitline/data/mnist.h"
#include "fuzz/fuzz_parser.h"

// Labels have one axis, images three; an error for one says nothing of the other.
BITLINE_FUZZ(bytes) {
  constexpr std::byte kThreeAxes{3};
  const bool images = bytes.size() > 3 && bytes[3] == kThreeAxes;
  bitline::parse_idx(bytes, images ? 3 : 1);
}
