#include "bitline/data/cifar_records.h"
#include "fuzz/fuzz_parser.h"

BITLINE_FUZZ(bytes) {
  constexpr std::int32_t kCifar10[] = {10};
  bitline::parse_cifar(bytes, kCifar10);
}
