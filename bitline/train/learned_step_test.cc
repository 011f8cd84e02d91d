#include "bitline/train/learned_step.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

QuantSpec spec_of(int bits, bool is_signed, bool odd, int axis) {
  QuantSpec spec;
  spec.bits = bits;
  spec.is_signed = is_signed;
  spec.odd = odd;
  spec.axis = axis;
  return spec;
}

struct Result {
  at::Tensor output, value_gradient, step_gradient;
};

Result through(const at::Tensor& value, const at::Tensor& scale, const QuantSpec& spec,
               const at::Tensor& above, double factor) {
  const at::Tensor v = value.detach().clone().requires_grad_(true);
  const at::Tensor s = scale.detach().clone().requires_grad_(true);
  const at::Tensor output = learned_step(v, s, spec, factor);
  (output * above).sum().backward();
  return {output.detach(), v.grad(), s.grad()};
}

/// Equations (8), (9) and (11), one element at a time. `value` is [steps, elements].
void expect_equations(const at::Tensor& value, const at::Tensor& scale, const QuantSpec& spec,
                      const at::Tensor& above, const Result& result, double factor) {
  for (std::int64_t c = 0; c < value.size(0); ++c) {
    const float s = scale[c].item<float>();
    const Grid grid(spec, s);
    double step_gradient = 0;
    for (std::int64_t i = 0; i < value.size(1); ++i) {
      const float v = value[c][i].item<float>();
      const float g = above[c][i].item<float>();
      const auto integer = static_cast<float>(grid.to_integer(v));
      ASSERT_EQ(result.output[c][i].item<float>(), s * integer) << v;
      const bool inside = std::abs(v / s - integer) <= (spec.odd ? 1.0F : 0.5F);
      ASSERT_EQ(result.value_gradient[c][i].item<float>(), inside ? g : 0) << v;
      step_gradient += double{g} * (inside ? double{integer} - double{v} / double{s} : integer);
    }
    EXPECT_NEAR(result.step_gradient[c].item<double>(), factor * step_gradient,
                1e-4 * (1 + std::abs(factor * step_gradient)));
  }
}

TEST(LearnedStep, AZeroPointShiftsTheRange) {
  // s = 1/2, zero point 3 of 3 bits: A - 3 in -3 … 4. v/s = 0.6, -3.2, -4, 9.
  QuantSpec spec = spec_of(3, false, false, -1);
  spec.zero_point = 3;
  const at::Tensor value = at::tensor({0.3F, -1.6F, -2.0F, 4.5F}).view({4, 1});
  const at::Tensor scale = at::tensor({0.5F});
  for (const int axis : {-1, 1}) {  // the second goes by LibTorch's operator
    spec.axis = axis;
    const Result result = through(value, scale, spec, at::ones({4, 1}), 0.5);
    EXPECT_TRUE(result.output.flatten().equal(at::tensor({0.5F, -1.5F, -1.5F, 2.0F})));
    EXPECT_TRUE(result.value_gradient.flatten().equal(at::tensor({1.0F, 1.0F, 0.0F, 0.0F})));
    // (1 - 0.6) + (-3 + 3.2) - 3 + 4, halved
    EXPECT_NEAR(result.step_gradient.item<double>(), 0.5 * 1.6, 1e-6);
  }
}

// 37.5 / 15 is the tie 2.5; times float32(1 / 15) it is 2.50000024 (grid_test.cc).
TEST(LearnedStep, RoundsByTheRuleOfItsGrid) {
  for (const auto& [rule, level] :
       {std::pair(GridRule::kDivide, 2.0F), std::pair(GridRule::kReciprocal, 3.0F)})
    for (const int axis : {-1, 1}) {  // the second goes by operators of LibTorch
      QuantSpec spec = spec_of(4, true, false, axis);
      spec.rule = rule;
      const Result result = through(at::tensor({37.5F}).view({1, 1}), at::tensor({15.0F}), spec,
                                    at::ones({1, 1}), 0.25);
      EXPECT_EQ(result.output.item<float>(), 15 * level);
      EXPECT_EQ(result.value_gradient.item<float>(), 1);
      EXPECT_NEAR(result.step_gradient.item<float>(), 0.25F * (level - 2.5F), 1e-6);
    }
}

TEST(LearnedStep, FollowsTheEquationsOnEveryGrid) {
  at::manual_seed(1);
  for (const bool odd : {false, true})
    for (const bool is_signed : {true, false})
      for (const int bits : {1, 2, 4, 8}) {
        if ((odd && !is_signed) || (bits == 1 && is_signed && !odd)) continue;
        const QuantSpec spec = spec_of(bits, is_signed, odd, 0);
        // 1000 elements are no whole number of vectors; the range is wider than the grid
        const at::Tensor scale = at::tensor({0.11F, 0.3F, 0.07F});
        const at::Tensor value = at::randn({3, 1000}) * 0.15 * static_cast<double>(1 << bits);
        const at::Tensor above = at::randn({3, 1000});
        const Result result = through(value, scale, spec, above, 0.25);
        expect_equations(value, scale, spec, above, result, 0.25);
      }
}

TEST(LearnedStep, TakesEveryLayout) {
  at::manual_seed(3);
  const QuantSpec spec = spec_of(3, true, false, 0);
  const at::Tensor value = at::randn({4, 3, 5, 5});
  const at::Tensor above = at::randn({4, 3, 5, 5});
  const at::Tensor scale = at::tensor({0.2F, 0.3F, 0.4F, 0.5F});
  const Result plain = through(value, scale, spec, above, 1);
  const at::Tensor channels_last = value.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor holes = at::stack({value, value}, 4).select(4, 0);
  for (const at::Tensor& other : {channels_last, holes}) {
    const Result result = through(other, scale, spec, above, 1);
    EXPECT_TRUE(at::allclose(result.output, plain.output, 0, 1e-6));
    EXPECT_TRUE(at::equal(result.value_gradient, plain.value_gradient));
    EXPECT_TRUE(at::allclose(result.step_gradient, plain.step_gradient, 1e-4, 1e-4));
  }
}

/// Operators of LibTorch, which other devices use, have the same gradients along another axis.
TEST(LearnedStep, GoesByLibTorchAlongAnotherAxis) {
  at::manual_seed(4);
  const at::Tensor value = at::randn({6, 4});
  const at::Tensor above = at::randn({6, 4});
  const at::Tensor scale = at::tensor({0.2F, 0.3F, 0.4F, 0.5F});
  for (const bool odd : {false, true})
    for (const GridRule rule : {GridRule::kReciprocal, GridRule::kDivide}) {
      QuantSpec spec = spec_of(3, true, odd, 1);
      spec.rule = rule;
      const Result result = through(value, scale, spec, above, 0.5);
      spec.axis = 0;
      const Result turned =
          through(value.t().contiguous(), scale, spec, above.t().contiguous(), 0.5);
      EXPECT_TRUE(at::allclose(result.output.t(), turned.output, 0, 1e-6));
      EXPECT_TRUE(at::allclose(result.value_gradient.t(), turned.value_gradient, 0, 1e-6));
      EXPECT_TRUE(at::allclose(result.step_gradient, turned.step_gradient, 1e-4, 1e-4));
    }
}

}  // namespace
}  // namespace bitline
