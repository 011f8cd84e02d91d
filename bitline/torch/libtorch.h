// The one door to LibTorch. ivalue.h comes first because clang needs it in C++20; ATen alone
// compiles three times faster than torch/torch.h.
#pragma once

// clang-format off
#include <ATen/core/ivalue.h>
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
// clang-format on

#include "bitline/base/tensor.h"

namespace bitline {

/// A copy in LibTorch's memory, on the CPU.
at::Tensor to_torch(const Tensor& tensor);
/// The same memory, to be read while `tensor` lives.
at::Tensor view_as_torch(const Tensor& tensor);
/// Takes over a result that nobody else holds, without a copy where it is contiguous.
Tensor take_from_torch(const at::Tensor& tensor);
/// A contiguous copy in host memory. Throws Error for an element type that Tensor does not have.
Tensor from_torch(const at::Tensor& tensor);

}  // namespace bitline
