// Tensors out of a TorchFile: the views of storages that its pickle describes.
#pragma once

#include "bitline/base/tensor.h"
#include "bitline/importer/pickle.h"
#include "bitline/importer/torch_file.h"
#include "bitline/importer/torch_storage.h"

namespace bitline {

/// A tensor of torch.save: which elements of which storage, under which shape.
struct TorchTensor {
  TorchStorage storage;
  std::int64_t offset = 0;  ///< of the first element, in elements of the storage
  Shape shape;
  Shape strides;  ///< in elements of the storage, one an axis
};

/// Whether the value asks for a tensor to be rebuilt.
bool is_torch_tensor(const PickleValue& value);

/// Throws Error for a description that PyTorch does not write: negative sizes, strides or offsets,
/// shapes and strides of unequal length.
TorchTensor torch_tensor(const PickleValue& value);

/// The elements in row-major order; F16 and BF16 become F32. Throws Error when an element lies
/// outside the storage.
Tensor load_torch_tensor(const TorchTensor& tensor, const TorchFile& file);

}  // namespace bitline
