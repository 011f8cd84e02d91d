#include "bitline/data/gzip.h"

// zlib takes its input as const only when asked to.
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

// The state of zlib's decompressor, freed on every way out.
class Inflater {
 public:
  explicit Inflater(std::span<const std::byte> bytes) {
    if (bytes.size() > std::numeric_limits<uInt>::max())
      fail("{} bytes of gzip are more than the 4 GiB that one file may have", bytes.size());
    stream_.next_in = reinterpret_cast<const Bytef*>(bytes.data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) fail("no memory to decompress a gzip file");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  /// Fills `chunk` as far as possible; the number of bytes written.
  std::size_t read(std::span<std::byte> chunk) {
    stream_.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream_.avail_out = static_cast<uInt>(chunk.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    finished_ = status == Z_STREAM_END;
    if (status == Z_BUF_ERROR) fail("the gzip data is truncated, fetch the file again");
    if (!finished_ && status != Z_OK)
      fail("the gzip data is damaged ({}), fetch the file again",
           stream_.msg == nullptr ? "no detail" : stream_.msg);
    if (finished_ && stream_.avail_in > 0)
      fail("{} bytes follow the end of the gzip data; fetch the file again", stream_.avail_in);
    return chunk.size() - stream_.avail_out;
  }

  bool finished() const { return finished_; }

 private:
  z_stream stream_{};
  bool finished_ = false;
};

}  // namespace

std::vector<std::byte> gunzip(std::span<const std::byte> bytes, std::size_t largest) {
  Inflater inflater(bytes);
  std::vector<std::byte> chunk(std::size_t{1} << 16);
  std::vector<std::byte> content;
  while (!inflater.finished()) {
    const std::size_t got = inflater.read(chunk);
    if (content.size() + got > largest)
      fail("the gzip data grows beyond the {} bytes that it may have", largest);
    content.insert(content.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return content;
}

}  // namespace bitline
