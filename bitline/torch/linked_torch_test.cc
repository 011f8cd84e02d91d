// Compiled into tests and benchmarks that LibTorch is linked into: it is there before they begin.
#include "bitline/torch/make_torch_part.h"

namespace {

const bool known = [] {
  bitline::set_torch_part(bitline::make_torch_part());
  return true;
}();

}  // namespace
