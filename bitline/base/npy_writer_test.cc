#include "bitline/base/npy_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace bitline {
namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(NpyWriter, AHeaderOf64BytesThenTheElements) {
  const auto tensor = Tensor::of<std::int8_t>({2, 3}, std::vector<std::int8_t>{1, 2, 3, 4, 5, -1});
  const std::string file = text_of(npy_file(tensor));
  const std::string header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }";
  // 10 bytes, 59 of the header, and spaces up to 127; a line's end makes 128, of which 118 = 0x76.
  EXPECT_EQ(file.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(file.substr(10, 118), header + std::string(58, ' ') + "\n");
  EXPECT_EQ(file.substr(128), "\x01\x02\x03\x04\x05\xFF");
}

TEST(NpyWriter, NumbersAndVectorsHavePythonsTuples) {
  EXPECT_NE(text_of(npy_file(Tensor(DType::kI64, {}))).find("'shape': (), "), std::string::npos);
  EXPECT_NE(text_of(npy_file(Tensor(DType::kF32, {4}))).find("'<f4'"), std::string::npos);
  EXPECT_NE(text_of(npy_file(Tensor(DType::kF32, {4}))).find("'shape': (4,), "), std::string::npos);
}

}  // namespace
}  // namespace bitline
