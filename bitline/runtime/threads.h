// One number of threads for our loops and LibTorch's.
#pragma once

namespace bitline {

/// Sets LibTorch's pool to thread_count() (base/parallel.h), and that of OpenBLAS to one thread.
void share_threads_with_torch();

}  // namespace bitline
