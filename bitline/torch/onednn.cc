#include "bitline/torch/onednn.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace bitline {
namespace {

/// What oneDNN generates code for, which the environment can limit (DNNL_MAX_CPU_ISA). A LibTorch
/// that keeps oneDNN to itself does not say, and is taken to be without AVX-512.
bool generates_avx512() {
  constexpr int kAvx512Core = 0x20;  // its bit in dnnl_cpu_isa_t
  using EffectiveIsa = int (*)();
  void* symbol = ::dlsym(RTLD_DEFAULT, "dnnl_get_effective_cpu_isa");
  return symbol != nullptr && (reinterpret_cast<EffectiveIsa>(symbol)() & kAvx512Core) != 0;
}

}  // namespace

bool strided_gradient_overruns(std::int64_t in_channels, std::int64_t places) {
  static const bool avx512 = generates_avx512();
  if (!avx512) return in_channels < 8;
  // One thread takes 512 pixels or more for a piece; several may share an image between them.
  return in_channels < 16 && (places > 512 || at::get_num_threads() > 1);
}

}  // namespace bitline
