// Front to back through a span of bytes, with every step held against its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "bitline/base/fail.h"

namespace bitline {

/// Throws Error where fewer bytes are left than are asked for. Numbers are little-endian.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }

  /// The next `count` bytes, not copied.
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > left())
      fail("{} bytes are due at byte {}, but only {} follow; the file is truncated or damaged",
           count, position_, left());
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
  }

  std::string_view take_text(std::uint64_t count) {
    const auto taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  /// Up to the next line feed, which is taken too.
  std::string_view take_line() {
    const std::string_view rest{reinterpret_cast<const char*>(bytes_.data()) + position_, left()};
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos)
      fail("the line that begins at byte {} does not end; the file is truncated or damaged",
           position_);
    return take_text(end + 1).substr(0, end);
  }

  template <typename T>
  T take_number() {
    T number = 0;
    const auto taken = take(sizeof(T));
    std::memcpy(&number, taken.data(), sizeof(T));
    return number;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

}  // namespace bitline
