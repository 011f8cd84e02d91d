#include "bitline/runtime/value.h"

#include <algorithm>

namespace bitline {

Value gather(const Value& value, std::span<const std::int64_t> indices) {
  Shape shape = value.data.shape();
  const std::size_t bytes = value.data.byte_size() / static_cast<std::size_t>(shape[0]);
  shape[0] = static_cast<std::int64_t>(indices.size());
  Value part{Tensor(value.data.dtype(), shape), value.quantized, value.scale};
  std::byte* to = part.data.bytes().data();
  for (const std::int64_t index : indices) {
    const std::byte* from = value.data.bytes().data() + static_cast<std::size_t>(index) * bytes;
    to = std::copy(from, from + bytes, to);
  }
  return part;
}

}  // namespace bitline
