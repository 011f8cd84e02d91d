#include "bitline/base/safetensors.h"

#include "fuzz/fuzz_parser.h"

// What is read can be written, and reads back to the same bytes.
BITLINE_FUZZ(bytes) {
  const auto once = bitline::serialize_safetensors(bitline::parse_safetensors(bytes));
  if (bitline::serialize_safetensors(bitline::parse_safetensors(once)) != once) std::abort();
}
