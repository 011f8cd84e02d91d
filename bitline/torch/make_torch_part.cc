#include "bitline/torch/make_torch_part.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include "bitline/base/parallel.h"
#include "bitline/torch/composed_backend.h"
#include "bitline/torch/torch_product.h"

namespace bitline {
namespace {

void share_threads() {
  at::set_num_threads(thread_count());
  // OpenBLAS keeps threads of its own beside LibTorch's pool, which wait by spinning. LibTorch
  // divides its products before it calls, so one is enough. Other BLAS have no such function.
  using SetThreads = void (*)(int);
  if (void* symbol = ::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"); symbol != nullptr)
    reinterpret_cast<SetThreads>(symbol)(1);
}

}  // namespace

const TorchPart& make_torch_part() {
  static const TorchPart part{make_torch_product, make_composed_backend, share_threads};
  return part;
}

}  // namespace bitline
