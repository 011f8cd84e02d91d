#include "bitline/data/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct Header {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
};

// Reads the header, a literal of a Python dictionary, from front to back.
class Literal {
 public:
  explicit Literal(std::string_view text) : text_(text) {}

  /// Whether `c` comes next; then it is behind us.
  bool take(char c) {
    skip_spaces();
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail_here(fmt::format("'{}'", c));
  }
  std::string text() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) fail_here("the end of a text");
    std::string value(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return value;
  }
  bool boolean() {
    skip_spaces();
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(std::string_view(word).size());
      return value;
    }
    fail_here("True or False");
  }
  Shape tuple() {
    constexpr std::size_t kMostAxes = 32;
    Shape shape;
    expect('(');
    bool comma = true;
    while (!take(')')) {
      if (!comma) fail_here("',' or ')'");
      if (shape.size() == kMostAxes) fail("an array of more than {} axes", kMostAxes);
      shape.push_back(integer());
      comma = take(',');
    }
    if (shape.size() == 1 && !comma) fail_here("the comma of a tuple of one number");
    return shape;
  }
  void expect_end() {
    skip_spaces();
    if (!text_.empty()) fail_here("nothing");
  }

 private:
  void skip_spaces() {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size()));
  }
  std::int64_t integer() {
    skip_spaces();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) fail_here("a number from 0 to 9223372036854775807");
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }
  [[noreturn]] void fail_here(std::string_view expected) const {
    constexpr std::size_t kShown = 20;
    fail("the header has '{}' where {} has to stand; write the array again with numpy.save",
         text_.substr(0, kShown), expected);
  }

  std::string_view text_;
};

Header parse_header(std::string_view text) {
  Literal literal(text);
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
  literal.expect('{');
  bool comma = true;
  while (!literal.take('}')) {
    if (!comma) literal.expect('}');
    const std::string key = literal.text();
    literal.expect(':');
    if (key == "descr" && !descr)
      descr = literal.text();
    else if (key == "fortran_order" && !fortran_order)
      fortran_order = literal.boolean();
    else if (key == "shape" && !shape)
      shape = literal.tuple();
    else
      fail("the header has an unknown or repeated '{}'; write the array again with numpy.save",
           key);
    comma = literal.take(',');
  }
  literal.expect_end();
  if (!descr || !fortran_order || !shape)
    fail("the header has no '{}'; write the array again with numpy.save", !descr ? "descr"
                                                                          : !fortran_order
                                                                              ? "fortran_order"
                                                                              : "shape");
  return {*descr, *fortran_order, *shape};
}

DType dtype_of(std::string_view descr) {
  struct Known {
    std::string_view descr;
    DType dtype;
  };
  constexpr std::array<Known, 7> kKnown{{{"|u1", DType::kU8},
                                         {"|i1", DType::kI8},
                                         {"<i2", DType::kI16},
                                         {"<i4", DType::kI32},
                                         {"<i8", DType::kI64},
                                         {"<f4", DType::kF32},
                                         {"<f8", DType::kF64}}};
  const auto found = std::ranges::find(kKnown, descr, &Known::descr);
  if (found == kKnown.end())
    fail(
        "elements of type '{}' are not read; convert the array to one of uint8, int8, int16, "
        "int32, int64, float32, float64, little-endian",
        descr);
  return found->dtype;
}

std::size_t little_endian(std::span<const std::byte> bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8 | std::to_integer<std::size_t>(bytes[i]);
  return value;
}

/// The header's text and what follows it.
std::string_view header_text(std::span<const std::byte>& bytes) {
  constexpr std::size_t kVersion = 6;
  constexpr std::size_t kLength = 8;
  const auto as_text = [](std::span<const std::byte> part) {
    return std::string_view(reinterpret_cast<const char*>(part.data()), part.size());
  };
  if (!as_text(bytes).starts_with(kMagic) || bytes.size() < kLength)
    fail("not an .npy file: it does not begin with \\x93NUMPY");
  const int version = std::to_integer<int>(bytes[kVersion]);
  if (version != 1 && version != 2)
    fail("version {} of the .npy format is not read, only 1 and 2; write it with plain types",
         version);
  const std::size_t width = version == 1 ? 2 : 4;
  const std::size_t begin = kLength + width;
  const std::size_t length =
      bytes.size() < begin ? 0 : little_endian(bytes.subspan(kLength, width));
  if (bytes.size() < begin || length > bytes.size() - begin)
    fail("the .npy header is truncated; fetch or write the file again");
  const std::string_view text = as_text(bytes.subspan(begin, length));
  bytes = bytes.subspan(begin + length);
  return text;
}

}  // namespace

Tensor parse_npy(std::span<const std::byte> bytes) {
  const Header header = parse_header(header_text(bytes));
  if (header.fortran_order)
    fail("the array lies in Fortran order; save numpy.ascontiguousarray of it");
  const DType dtype = dtype_of(header.descr);
  const auto count = static_cast<std::size_t>(element_count(header.shape));
  if (bytes.size() % size_of(dtype) != 0 || bytes.size() / size_of(dtype) != count)
    fail("shape {} takes {} elements of {} bytes, but {} bytes follow the header; the file is {}",
         to_string(header.shape), count, size_of(dtype), bytes.size(),
         bytes.size() / size_of(dtype) < count ? "truncated" : "damaged");
  Tensor tensor(dtype, header.shape);
  std::ranges::copy(bytes, tensor.bytes().begin());
  return tensor;
}

}  // namespace bitline
