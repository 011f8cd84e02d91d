// Tensors of an ONNX file as ours. Internal to importer/.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>

#include "bitline/base/tensor.h"

namespace bitline {

/// Floating-point types become F32 (double is rounded), integers and booleans I64. `folder` is the
/// one in which external data are looked for. Throws Error for other types, for data that are
/// shorter or longer than the shape says, and for external files outside the folder; sizes are
/// checked before memory is taken.
Tensor tensor_of(const onnx::TensorProto& proto, const std::filesystem::path& folder);

/// Element types that ONNX has since operator sets 21 and 25, and Debian 12's header not yet.
inline constexpr int kUint4 = 21;
inline constexpr int kInt4 = 22;
inline constexpr int kUint2 = 25;
inline constexpr int kInt2 = 26;

/// Of an integer type: its bits and sign. 0 bits: another type.
struct IntegerType {
  int bits = 0;
  bool is_signed = false;
};
IntegerType integer_type(int type);

/// ONNX's name of an element type, for messages.
std::string name_of_element_type(int type);
bool is_floating_point(int type);

}  // namespace bitline
