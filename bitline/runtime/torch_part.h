// What runtime/ takes from LibTorch where that is there. LibTorch's part of the program is a shared
// object that is opened when it is first needed; nothing in this folder or below includes LibTorch.
#pragma once

#include <memory>
#include <string_view>

#include "bitline/runtime/dense.h"
#include "bitline/runtime/mac_backend.h"

namespace bitline {

/// What torch/ offers.
struct TorchPart {
  /// A convolution on LibTorch. `weights` I32 or F32 [out_channels, fan_in]; sums are held in
  /// `held`, F32 or F64.
  std::unique_ptr<DenseProduct> (*make_product)(const ConvGeometry& geometry, const Tensor& weights,
                                                std::int64_t pad_value, DType held);
  /// Engine::kComposed.
  std::unique_ptr<MacBackend> (*make_composed)(const CimLayer& layer);
  /// Sets LibTorch's pool to thread_count() (base/parallel.h), and that of OpenBLAS to one thread.
  void (*share_threads)();
};

/// The part, or null where this program has none. The first call opens it: the file that
/// BITLINE_TORCH_PART in the environment names, else bitline_torch.so beside this code (the
/// program, or libbitline.so) or in the folder bitline/ there. Throws Error for a file that cannot
/// be opened or was built from another state of the program; Error (kUsage) where the process has
/// another LibTorch than the part's.
const TorchPart* find_torch_part();
/// The part. Throws Error (kUsage) that `what` needs it, where there is none.
const TorchPart& require_torch_part(std::string_view what);
/// Called by the part when it is opened, or before all else by a program that LibTorch is linked
/// into.
void set_torch_part(const TorchPart& part);

/// From now on there is no part, whatever stands beside this code: for a process that may get a
/// LibTorch of its own at any time. Throws Error where the part is known already.
void do_without_torch_part();
/// Ends that, and opens the part. Throws Error (kUsage) where there is none, or the process has
/// another LibTorch: two of them in one process write over each other.
void do_with_torch_part();

/// TorchPart::share_threads() where the part is known, to be called after set_thread_count(). A
/// part that is opened later does so by itself.
void share_threads_with_torch();

}  // namespace bitline
