// Parallel loops. They share LibTorch's thread pool (OpenMP) so that nothing is oversubscribed.
#pragma once

#include <cstdint>
#include <functional>

namespace bitline {

/// Threads that parallel_for may use, at least 1. The default is every core that the process has. A
/// process that was forked from one in which a loop has run has one thread for good: the others of
/// the pool stayed behind, and GNU OpenMP would wait for them.
void set_thread_count(int threads);
/// The cores that the process may use.
int core_count();
/// The number that parallel_for may use now.
int thread_count();
/// Threads that a loop begun here would get: 1 inside a parallel loop, else thread_count().
int free_thread_count();

/// Calls body(begin, end) over chunks of at least `grain` indices that together cover [begin, end)
/// once, possibly at the same time. Chunk borders depend on the thread count, so a body must give
/// the same result for any division. An exception in a body is rethrown here after all have ended.
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body);

}  // namespace bitline
