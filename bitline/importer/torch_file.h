// Files that torch.save wrote: a pickle and the storages that its tensors are views of. Two
// formats: a ZIP archive, and the older one, which is a sequence of pickles and raw storages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "bitline/importer/pickle.h"

namespace bitline {

struct TorchFile {
  Unpickled content;
  std::map<std::string, std::span<const std::byte>, std::less<>> storages;  ///< by key
  std::deque<std::vector<std::byte>> owned;  ///< what is not part of the bytes that were parsed
};

/// Whether a file begins as those of torch.save do, in either format.
bool is_torch_file(std::span<const std::byte> begin);

/// Takes the file apart without rebuilding a tensor or executing anything. `bytes` have to outlive
/// the result. Throws Error when they are of neither format, damaged, or big-endian, for a pickle
/// that unpickle() refuses, and for a storage that the file does not hold. Sizes are checked before
/// memory is taken.
TorchFile parse_torch_file(std::span<const std::byte> bytes);

}  // namespace bitline
