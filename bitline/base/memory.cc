#include "bitline/base/memory.h"

#include <limits>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace bitline {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kLargest = std::numeric_limits<int>::max();
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, kLargest);
#endif
}

}  // namespace bitline
