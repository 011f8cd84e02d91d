// Compresses what tests read.
#pragma once

#include <gtest/gtest.h>

#define ZLIB_CONST
#include <zlib.h>

#include <cstddef>
#include <span>
#include <vector>

namespace bitline::test {

inline std::vector<std::byte> gzip(std::span<const std::byte> bytes) {
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::vector<std::byte> result(deflateBound(&stream, bytes.size()));
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace bitline::test
