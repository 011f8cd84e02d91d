// The array in LibTorch operators: slower than the fused engine, on any device, and an independent
// check of it.
#pragma once

#include <memory>

#include "bitline/runtime/mac_backend.h"

namespace bitline {

/// One matrix product per tile, plane and stream, a table look-up, shift-add. Memory is bounded:
/// images go through in chunks. `layer` has to outlive the backend.
std::unique_ptr<MacBackend> make_composed_backend(const CimLayer& layer);

}  // namespace bitline
