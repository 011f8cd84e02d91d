#include "bitline/base/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace bitline {
namespace {

TEST(Tensor, StartsZeroFilledAndAligned) {
  const Tensor tensor(DType::kI32, {2, 3});
  EXPECT_EQ(tensor.size(), 6);
  EXPECT_EQ(tensor.byte_size(), 24U);
  for (const std::int32_t value : tensor.data<std::int32_t>()) EXPECT_EQ(value, 0);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % 64, 0U);
}

TEST(Tensor, HoldsTheValuesItWasMadeOf) {
  const std::vector<float> values{1.5F, -2.0F};
  const Tensor tensor = Tensor::of<float>({2, 1}, values);
  EXPECT_EQ(tensor.dtype(), DType::kF32);
  EXPECT_EQ(tensor.data<float>()[1], -2.0F);
}

TEST(Tensor, RefusesValuesThatDoNotFitItsShape) {
  const std::vector<float> values{1.0F, 2.0F, 3.0F};
  EXPECT_THROW(Tensor::of<float>({2, 2}, values), Error);
}

TEST(Tensor, RefusesToBeReadAsAnotherType) {
  const Tensor tensor(DType::kF32, {1});
  EXPECT_THROW(tensor.data<double>(), Error);
  EXPECT_THROW(tensor.data<std::int32_t>(), Error);
}

TEST(Tensor, CopySharesTheBufferAndCloneDoesNot) {
  Tensor tensor(DType::kI64, {1});
  const Tensor shared = tensor;
  const Tensor own = tensor.clone();
  tensor.data<std::int64_t>()[0] = 9;
  EXPECT_EQ(shared.data<std::int64_t>()[0], 9);
  EXPECT_EQ(own.data<std::int64_t>()[0], 0);
}

TEST(Tensor, ReshapeKeepsTheNumberOfElements) {
  const Tensor tensor(DType::kU8, {4, 3});
  EXPECT_EQ(tensor.reshaped({2, 6}).dim(1), 6);
  EXPECT_THROW(tensor.reshaped({5, 3}), Error);
}

TEST(Tensor, AScalarHasOneElementAndAnEmptyAxisNone) {
  EXPECT_EQ(Tensor(DType::kF64, {}).size(), 1);
  EXPECT_EQ(Tensor(DType::kF64, {3, 0, 2}).size(), 0);
}

TEST(Tensor, RefusesNegativeAndOverflowingShapes) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 32;
  EXPECT_THROW(Tensor(DType::kU8, {-1, 2}), Error);
  EXPECT_THROW(Tensor(DType::kU8, {kHuge, kHuge}), Error);
  // 2^61 elements can be counted, but 2^61 times 8 bytes cannot.
  EXPECT_THROW(Tensor(DType::kF64, {std::int64_t{1} << 61}), Error);
}

TEST(DType, HasANameAndASize) {
  EXPECT_EQ(name_of(DType::kF32), "F32");
  EXPECT_EQ(size_of(DType::kI16), 2U);
}

TEST(Shape, ReadsLikeAList) { EXPECT_EQ(to_string(Shape{64, 3, 3}), "[64, 3, 3]"); }

}  // namespace
}  // namespace bitline
