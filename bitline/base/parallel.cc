#include "bitline/base/parallel.h"

#ifdef BITLINE_STD_THREADS
#include <thread>
#else
#include <omp.h>
#include <pthread.h>
#endif

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <vector>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

// 0 stands for "every core".
std::atomic<int> requested_threads{0};

#ifdef BITLINE_STD_THREADS

thread_local bool inside_parallel_loop = false;

int all_cores() { return static_cast<int>(std::thread::hardware_concurrency()); }
void share_thread_count(int) {}
bool in_parallel() { return inside_parallel_loop; }
bool lost_pool() { return false; }  // every loop has threads of its own

template <typename Body>
void run_team(int threads, const Body& body) {
  const auto member = [&body] {
    inside_parallel_loop = true;
    body();
    inside_parallel_loop = false;
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(member);
  member();
  for (std::thread& thread : others) thread.join();
}

#else

// Whether this process was forked from one whose pool had threads.
std::atomic<bool> pool_is_lost{false};
std::atomic<bool> has_pool{false};

void remember_pool() {
  static const bool registered = [] {
    ::pthread_atfork(nullptr, nullptr, [] { pool_is_lost = has_pool.load(); });
    return true;
  }();
  has_pool = registered;
}

bool lost_pool() { return pool_is_lost; }
int all_cores() { return lost_pool() ? 1 : omp_get_num_procs(); }
void share_thread_count(int threads) { omp_set_num_threads(threads); }
bool in_parallel() { return omp_in_parallel() != 0; }

// The team always has the same size, also for loops of few chunks: libgomp ends and restarts the
// threads of its pool whenever the size changes.
template <typename Body>
void run_team(int threads, const Body& body) {
  remember_pool();
#pragma omp parallel num_threads(threads)
  body();
}

#endif

// Hands out chunks in order. Of several failures the one of the first chunk is kept, so that the
// error does not depend on timing: chunks before a failed one still run, later ones are skipped.
class ChunkQueue {
 public:
  ChunkQueue(std::int64_t begin, std::int64_t end, std::int64_t chunks,
             const std::function<void(std::int64_t, std::int64_t)>& body)
      : begin_(begin), count_(end - begin), chunks_(chunks), body_(body) {}

  void work() {
    for (std::int64_t i = next_++; i < chunks_ && i < first_failed_; i = next_++) {
      try {
        body_(border(i), border(i + 1));
      } catch (...) {
        keep_failure(i);
      }
    }
  }

  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  // The first `count % chunks` chunks are one longer than the others.
  std::int64_t border(std::int64_t i) const {
    return begin_ + i * (count_ / chunks_) + std::min(i, count_ % chunks_);
  }

  void keep_failure(std::int64_t chunk) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (chunk >= first_failed_) return;
    first_failed_ = chunk;
    failure_ = std::current_exception();
  }

  const std::int64_t begin_;
  const std::int64_t count_;
  const std::int64_t chunks_;
  const std::function<void(std::int64_t, std::int64_t)>& body_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::int64_t> first_failed_{std::numeric_limits<std::int64_t>::max()};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace

void set_thread_count(int threads) {
  if (threads < 1) fail_usage("{} threads asked for; the smallest number is 1", threads);
  requested_threads = threads;
  share_thread_count(threads);
}

int core_count() { return std::max(1, all_cores()); }

int thread_count() {
  const int threads = lost_pool() ? 1 : requested_threads.load();
  return threads > 0 ? threads : core_count();
}

int free_thread_count() { return in_parallel() ? 1 : thread_count(); }

void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (begin >= end) return;
  // Several chunks for each thread even out cores that other work slows down.
  constexpr std::int64_t kChunksPerThread = 4;
  const int threads = free_thread_count();
  const std::int64_t chunks =
      std::min(kChunksPerThread * threads, (end - begin) / std::max<std::int64_t>(grain, 1));
  if (threads == 1 || chunks <= 1) return body(begin, end);
  ChunkQueue queue(begin, end, chunks, body);
  run_team(threads, [&queue] { queue.work(); });
  queue.rethrow_failure();
}

}  // namespace bitline
