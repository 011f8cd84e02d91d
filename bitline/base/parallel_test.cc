#include "bitline/base/parallel.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

// Restores the thread count, which is a setting of the whole process.
class ParallelFor : public testing::Test {
 protected:
  ~ParallelFor() override { set_thread_count(before_); }

 private:
  int before_ = thread_count();
};

TEST_F(ParallelFor, CoversEveryIndexOnce) {
  const bool held = rc::check([] {
    const auto begin = *rc::gen::inRange<std::int64_t>(-50, 50);
    const auto count = *rc::gen::inRange<std::int64_t>(0, 300);
    const auto grain = *rc::gen::inRange<std::int64_t>(0, 40);
    set_thread_count(*rc::gen::inRange(1, 6));
    std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
    parallel_for(begin, begin + count, grain, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t i = from; i < to; ++i) ++visits.at(static_cast<std::size_t>(i - begin));
    });
    for (const auto& visit : visits) RC_ASSERT(visit == 1);
  });
  ASSERT_TRUE(held);
}

TEST_F(ParallelFor, ChunksAreAtLeastTheGrain) {
  set_thread_count(4);
  std::mutex mutex;
  std::vector<std::int64_t> lengths;
  parallel_for(0, 25, 10, [&](std::int64_t from, std::int64_t to) {
    const std::lock_guard<std::mutex> lock(mutex);
    lengths.push_back(to - from);
  });
  // 25 indices make two chunks of at least 10.
  std::sort(lengths.begin(), lengths.end());
  EXPECT_EQ(lengths, (std::vector<std::int64_t>{12, 13}));
}

TEST_F(ParallelFor, AnEmptyRangeCallsNothing) {
  parallel_for(5, 5, 1, [](std::int64_t, std::int64_t) { FAIL(); });
  parallel_for(5, 4, 1, [](std::int64_t, std::int64_t) { FAIL(); });
}

TEST_F(ParallelFor, UsesSeveralThreads) {
  set_thread_count(3);
  // Each of the three first bodies waits for the two others, so one thread alone would hang; the
  // wait gives up after 10 s.
  std::atomic<int> present{0};
  std::atomic<bool> met{false};
  parallel_for(0, 3, 1, [&](std::int64_t, std::int64_t) {
    if (++present == 3) met = true;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!met && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  });
  EXPECT_TRUE(met);
}

TEST_F(ParallelFor, OneThreadRunsInTheCaller) {
  set_thread_count(1);
  std::set<std::thread::id> threads;
  parallel_for(0, 100, 1,
               [&](std::int64_t, std::int64_t) { threads.insert(std::this_thread::get_id()); });
  EXPECT_EQ(threads, std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST_F(ParallelFor, ANestedLoopRunsSerially) {
  set_thread_count(4);
  std::atomic<bool> left_its_thread{false};
  parallel_for(0, 8, 1, [&](std::int64_t, std::int64_t) {
    const std::thread::id outer = std::this_thread::get_id();
    parallel_for(0, 100, 1, [&](std::int64_t, std::int64_t) {
      if (std::this_thread::get_id() != outer) left_its_thread = true;
    });
  });
  EXPECT_FALSE(left_its_thread);
}

TEST_F(ParallelFor, ANestedLoopHasOneThreadFree) {
  set_thread_count(4);
  EXPECT_EQ(free_thread_count(), 4);
  std::atomic<int> most{0};
  parallel_for(0, 8, 1, [&](std::int64_t, std::int64_t) {
    if (free_thread_count() > most) most = free_thread_count();
  });
  EXPECT_EQ(most, 1);
  EXPECT_EQ(free_thread_count(), 4);
}

TEST_F(ParallelFor, RethrowsTheFailureOfTheFirstIndexWhateverTheTiming) {
  for (int threads = 1; threads <= 4; ++threads) {
    set_thread_count(threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      try {
        parallel_for(0, 64, 1, [](std::int64_t from, std::int64_t to) {
          for (std::int64_t i = from; i < to; ++i)
            if (i >= 20) fail("index {}", i);
        });
        FAIL() << "nothing was thrown";
      } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "index 20");
      }
    }
  }
}

TEST_F(ParallelFor, WorksAgainAfterAFailure) {
  set_thread_count(2);
  EXPECT_THROW(
      parallel_for(0, 8, 1, [](std::int64_t, std::int64_t) { throw std::runtime_error("once"); }),
      std::runtime_error);
  std::atomic<std::int64_t> sum{0};
  parallel_for(0, 8, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t i = from; i < to; ++i) sum += i;
  });
  EXPECT_EQ(sum, 28);
}

TEST_F(ParallelFor, RefusesLessThanOneThread) {
  EXPECT_THROW(set_thread_count(0), Error);
  set_thread_count(3);
  EXPECT_EQ(thread_count(), 3);
}

}  // namespace
}  // namespace bitline
