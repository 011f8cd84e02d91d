// Compiled into tests that LibTorch is linked into: training is there before they begin.
#include "bitline/study_train/register_torch_part.h"

namespace {

const bool known = [] {
  bitline_register_torch_part();
  return true;
}();

}  // namespace
