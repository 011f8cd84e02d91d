#include "bitline/base/zip_reader.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  const bitline::ZipReader archive(bytes);
  for (const std::string& name : archive.names()) archive.read(name, kLargest);
}
