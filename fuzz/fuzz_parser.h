// What the fuzz targets share: bytes go into a parser, and nothing but an Error comes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "bitline/base/error.h"

namespace bitline {

/// Calls parse(bytes). An Error means refused input; one of kind kBug stops the fuzzer, as does
/// everything else that leaves the parser.
template <typename Parse>
void fuzz_parser(const std::uint8_t* data, std::size_t size, Parse&& parse) {
  try {
    parse(std::as_bytes(std::span(data, size)));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kBug) std::abort();
  }
}

}  // namespace bitline

/// Defines a target: BITLINE_FUZZ(bytes) { parse(bytes); }
#define BITLINE_FUZZ(bytes)                                                           \
  static void fuzz_target(std::span<const std::byte> bytes);                          \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    bitline::fuzz_parser(data, size, fuzz_target);                                    \
    return 0;                                                                         \
  }                                                                                   \
  static void fuzz_target(std::span<const std::byte> bytes)
