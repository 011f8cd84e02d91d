#include "bitline/study/speed.h"

#include <gtest/gtest.h>

#include <chrono>

#include "bitline/testing/study.h"

namespace bitline {
namespace {

// A rate is that of one run, and all runs together took longer: whatever the machine's speed.
TEST(Speed, NoRateIsBelowThatOfTheWholeMeasurement) {
  const test::TestStudy study;
  BenchOptions options;
  options.images = 8;
  options.composed_images = 8;
  options.runs = 1;
  SilentProgress silent;
  const auto start = std::chrono::steady_clock::now();
  const NetworkSpeed speed = measure_speed(study.config(), options, {silent, {}});
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const double whole = 8 / elapsed.count();
  EXPECT_GT(speed.images_per_second, whole);
  EXPECT_GT(speed.images_per_second_1_thread, whole);
  EXPECT_GT(speed.images_per_second_histograms, whole);
  EXPECT_GT(speed.images_per_second_composed.value_or(2 * whole), whole);
}

}  // namespace
}  // namespace bitline
