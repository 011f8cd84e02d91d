// For tests: the engines that there are.
#pragma once

#include <vector>

#include "bitline/runtime/torch_part.h"

namespace bitline::test {

/// All of them; the composed one where LibTorch is linked.
inline std::vector<Engine> engines() {
  std::vector<Engine> engines{Engine::kReference, Engine::kFused};
  if (find_torch_part() != nullptr) engines.push_back(Engine::kComposed);
  return engines;
}

}  // namespace bitline::test
