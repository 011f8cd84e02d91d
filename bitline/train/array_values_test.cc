// Each is what LibTorch's operators give, one by one.
#include "bitline/train/array_values.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <vector>

namespace bitline {
namespace {

/// Extents that are no multiples of a tile's.
const std::vector<std::int64_t> kImages{3, 19, 5, 7};

at::Tensor channels_last(const at::Tensor& tensor) {
  return tensor.contiguous(at::MemoryFormat::ChannelsLast);
}

void expect_same(const at::Tensor& a, const at::Tensor& b) {
  EXPECT_EQ(a.dtype(), b.dtype());
  EXPECT_TRUE(at::equal(a, b));
}

TEST(ArrayValues, IntegersComeBackInTheOrderOfTheAxes) {
  at::manual_seed(1);
  const at::Tensor scale = at::tensor({0.0123456F});
  for (const at::Tensor& integers :
       {at::randint(-32768, 32768, kImages, at::kInt), at::randint(-8, 8, {4, 33}, at::kInt)}) {
    const at::Tensor value = integers * scale;
    const at::Tensor last = value.dim() == 4 ? channels_last(value) : value;
    for (const at::Tensor& layout : {value, last}) {
      const at::Tensor result = onto_array(layout, scale, 3);
      EXPECT_TRUE(result.is_contiguous());
      expect_same(result, integers + 3);
    }
  }
}

// 2^53 + 1 has no float: totals are rounded before they are multiplied.
TEST(ArrayValues, TotalsBecomeRealNumbersWithTheirChannelsLast) {
  at::manual_seed(2);
  at::Tensor totals = at::randint(-5000, 5000, kImages, at::kLong);
  totals.flatten()[0] = (std::int64_t{1} << 53) + 1;
  const at::Tensor factor = at::rand({19});
  const at::Tensor offset = at::randn({19});
  const at::Tensor result = off_array(totals, factor, offset);
  EXPECT_TRUE(result.is_contiguous(at::MemoryFormat::ChannelsLast));
  expect_same(result, totals * factor.view({1, -1, 1, 1}) - offset.view({1, -1, 1, 1}));
  expect_same(off_array(channels_last(totals), factor, offset), result);
}

// More images than are taken at once, and no multiple of them.
TEST(ArrayValues, APassThroughTheArrayIsTheThreePartsOfIt) {
  at::manual_seed(4);
  const at::Tensor scale = at::tensor({0.0123456F});
  const at::Tensor value = channels_last(at::randint(-8, 8, {71, 19, 5, 7}, at::kInt) * scale);
  const at::Tensor factor = at::rand({2});
  const at::Tensor offset = at::randn({2});
  const auto two_sums = [](std::int64_t images, auto integers, auto totals) {
    for (std::int64_t i = 0; i < images * 2 * 35; ++i) {
      const std::int64_t at = i / 70 * 19 * 35 + i % 70;
      totals[static_cast<std::size_t>(i)] = integers[static_cast<std::size_t>(at)] * 1000 + i % 70;
    }
  };
  at::Tensor totals = onto_array(value, scale, 3).slice(1, 0, 2).to(at::kLong) * 1000;
  totals += at::arange(70).view({1, 2, 5, 7});
  ASSERT_TRUE(goes_through_array(value));
  const at::Tensor result = through_array(value, scale, 3, factor, offset, {2, 5, 7}, two_sums);
  EXPECT_TRUE(result.is_contiguous(at::MemoryFormat::ChannelsLast));
  expect_same(result, off_array(totals, factor, offset));
}

TEST(ArrayValues, SlopesAreThoseOfTheLeastSquaresLine) {
  at::manual_seed(3);
  for (const std::int64_t axis : {1, 3}) {
    at::Tensor exact = 20 + at::randn({30, 19, 13, 17});
    exact.select(axis, 2).fill_(0.1);  // all alike
    const at::Tensor value = exact * 0.7 + 0.2 * at::randn(exact.sizes());
    const at::Tensor slopes = least_squares_slopes(exact, value, axis);
    for (std::int64_t c = 0; c < exact.size(axis); ++c) {
      const at::Tensor e = exact.select(axis, c).to(at::kDouble);
      const at::Tensor centred = e - e.mean();
      const double expected =
          c == 2 ? 1
                 : ((centred * value.select(axis, c)).sum() / (centred * centred).sum())
                       .item<double>();
      EXPECT_NEAR(slopes[c].item<double>(), expected, 1e-6);
    }
  }
}

TEST(ArrayValues, SlopesDoNotDependOnThreads) {
  at::manual_seed(4);
  const at::Tensor exact = channels_last(at::randn({40, 16, 9, 9}));
  const at::Tensor value = channels_last(exact + at::randn({40, 16, 9, 9}));
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = least_squares_slopes(exact, value, 1);
  at::set_num_threads(2);
  const at::Tensor two = least_squares_slopes(exact, value, 1);
  at::set_num_threads(threads);
  expect_same(one, two);
}

}  // namespace
}  // namespace bitline
