// LibTorch as runtime/ knows it.
#pragma once

#include "bitline/runtime/torch_part.h"

namespace bitline {

/// For set_torch_part(). The functions of this folder.
const TorchPart& make_torch_part();

}  // namespace bitline
