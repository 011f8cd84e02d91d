// The storages of a file that torch.save wrote: runs of elements which tensors are views of.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "bitline/base/stored_type.h"
#include "bitline/importer/pickle.h"

namespace bitline {

/// The names that the pickle of a state_dict may mention: OrderedDict, the functions that rebuild
/// tensors, those that wrap a tensor as a parameter or a value with its type, and the classes of
/// storages. None of them is ever called.
std::span<const PickleGlobal> torch_globals();

/// What the pickle says of one storage.
struct TorchStorage {
  StoredType type;
  std::string_view key;    ///< which of the file's storages it is
  std::int64_t count = 0;  ///< elements
};

/// Reads ('storage', torch.FloatStorage, key, location, count). Throws Error for anything else.
TorchStorage torch_storage(const PickleObject& persistent_id);

}  // namespace bitline
