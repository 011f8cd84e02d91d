#include "bitline/quantize/fake_quantize.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "bitline/base/parallel.h"

namespace bitline {
namespace {

QuantSpec signed_grid(int bits) {
  QuantSpec spec;
  spec.bits = bits;
  spec.is_signed = true;
  spec.rule = GridRule::kDivide;
  return spec;
}

std::vector<float> normal(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> numbers(size);
  for (float& number : numbers)
    number = static_cast<float>(static_cast<double>(random() % 20001) / 5000 - 2);
  return numbers;
}

// -4 … 3. First part, s = 1/2: v/s = 0.6, -5, 3.4, 9 → 1, -4, 3, 3. Second, s = 2: 1.5 → 2, a tie.
TEST(FakeQuantize, EachPartHasItsStep) {
  const std::vector<float> values{0.3F, -2.5F, 1.7F, 4.5F, 3, -1, 0, 9};
  std::vector<float> output(8);
  fake_quantize(values, std::vector<float>{0.5F, 2}, signed_grid(3), output);
  EXPECT_EQ(output, (std::vector<float>{0.5F, -2, 1.5F, 1.5F, 4, 0, 0, 6}));
}

// v/s rounded lies in the grid: 1, 0, 1, 0 and 1, 1, 1, 0. Of the steps: (1 - 0.6) a - 4 b + (3 -
// 3.4) c + 3 d and (2 - 1.5) e + (0 + 0.5) f + 0 g + 3 h.
TEST(FakeQuantize, GradientsAreThoseOfLsq) {
  const std::vector<float> values{0.3F, -2.5F, 1.7F, 4.5F, 3, -1, 0, 9};
  const std::vector<float> above{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<float> below(8);
  const std::vector<double> steps =
      fake_quantize_gradients(values, std::vector<float>{0.5F, 2}, signed_grid(3), above, below);
  EXPECT_EQ(below, (std::vector<float>{1, 0, 3, 0, 5, 6, 7, 0}));
  ASSERT_EQ(steps.size(), 2);
  EXPECT_NEAR(steps[0], 0.4 - 8 - 1.2 + 12, 1e-5);
  EXPECT_NEAR(steps[1], 2.5 + 3 + 0 + 24, 1e-5);
}

TEST(FakeQuantize, DoesNotDependOnThreads) {
  const std::vector<float> values = normal(40870, 1);
  const std::vector<float> above = normal(40870, 2);
  const std::vector<float> steps{0.2F, 0.3F};
  std::vector<float> below_one(values.size());
  std::vector<float> below_two(values.size());
  const int threads = thread_count();
  set_thread_count(1);
  const auto one = fake_quantize_gradients(values, steps, signed_grid(4), above, below_one);
  set_thread_count(2);
  const auto two = fake_quantize_gradients(values, steps, signed_grid(4), above, below_two);
  set_thread_count(threads);
  EXPECT_EQ(one, two);
  EXPECT_EQ(below_one, below_two);
}

TEST(FakeQuantize, TakesNoValues) {
  EXPECT_EQ(fake_quantize_gradients({}, std::vector<float>{0.5F}, signed_grid(3), {}, {}),
            std::vector<double>{0});
}

}  // namespace
}  // namespace bitline
