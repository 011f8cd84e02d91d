// Named tensors as a training framework saves them: PyTorch's state_dict, or a safetensors file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/tensor.h"

namespace bitline {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

struct StateDict {
  std::vector<NamedTensor> tensors;  ///< no name stands twice
  bool is_ordered = true;  ///< the tensors stand as the network defines them; a safetensors file
                           ///< has forgotten that order
};

/// The state_dict in the bytes of a file that torch.save wrote. A dictionary around it, such as
/// {"state_dict": ..., "epoch": 7}, is looked into when exactly one of its values is a dictionary
/// of tensors. A prefix "module." of all names, which DataParallel puts there, is left out.
/// F16 and BF16 become F32. Executes nothing that the file asks for.
/// Throws Error as parse_torch_file does, when there is not exactly one dictionary of tensors, a
/// name stands twice, a tensor reaches beyond its storage, or the tensors take together more than
/// eight elements for each byte of the file, as only views of one storage can.
StateDict parse_torch_state_dict(std::span<const std::byte> bytes);

/// A safetensors file or one of torch.save, told apart by what they hold; a safetensors file that
/// is damaged needs its ending to be taken for one. Errors carry the path.
StateDict read_state_dict(const std::filesystem::path& path);

}  // namespace bitline
