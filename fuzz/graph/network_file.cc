#include "bitline/graph/network_file.h"

#include "fuzz/fuzz_parser.h"

// What is read can be written.
BITLINE_FUZZ(bytes) {
  const bitline::SafeTensors file = bitline::parse_safetensors(bytes);
  bitline::to_safetensors(bitline::network_from_safetensors(file));
}
