#include "bitline/torch/libtorch.h"

#include <algorithm>
#include <array>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

constexpr std::array<std::pair<DType, at::ScalarType>, 7> kTypes{{{DType::kU8, at::kByte},
                                                                  {DType::kI8, at::kChar},
                                                                  {DType::kI16, at::kShort},
                                                                  {DType::kI32, at::kInt},
                                                                  {DType::kI64, at::kLong},
                                                                  {DType::kF32, at::kFloat},
                                                                  {DType::kF64, at::kDouble}}};

/// A Tensor on LibTorch's memory, which lives as long as the Tensor.
Tensor adopt(DType dtype, at::Tensor host) {
  auto* memory = static_cast<std::byte*>(host.data_ptr());
  const Shape shape = host.sizes().vec();
  return {dtype, shape, {memory, [owner = std::move(host)](std::byte*) {}}};
}

}  // namespace

at::Tensor to_torch(const Tensor& tensor) { return view_as_torch(tensor).clone(); }

at::Tensor view_as_torch(const Tensor& tensor) {
  const auto type = std::ranges::find(kTypes, tensor.dtype(), &decltype(kTypes)::value_type::first);
  // LibTorch has no tensors of constant memory; whoever asks for a view only reads it.
  auto* memory = const_cast<std::byte*>(tensor.bytes().data());  // NOLINT(*-const-cast)
  return at::from_blob(memory, tensor.shape(), at::TensorOptions().dtype(type->second));
}

Tensor from_torch(const at::Tensor& tensor) {
  const auto type =
      std::ranges::find(kTypes, tensor.scalar_type(), &decltype(kTypes)::value_type::second);
  if (type == kTypes.end())
    fail("a LibTorch tensor of type {} has no counterpart", c10::toString(tensor.scalar_type()));
  at::Tensor host = tensor.detach().to(at::kCPU).contiguous();
  if (host.is_same(tensor) || host.is_alias_of(tensor)) host = host.clone();
  return adopt(type->first, std::move(host));
}

Tensor take_from_torch(const at::Tensor& tensor) {
  const auto type =
      std::ranges::find(kTypes, tensor.scalar_type(), &decltype(kTypes)::value_type::second);
  BITLINE_CHECK_EQ(type == kTypes.end(), false);
  return adopt(type->first, tensor.contiguous());
}

}  // namespace bitline
