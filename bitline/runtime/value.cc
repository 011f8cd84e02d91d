#include "bitline/runtime/value.h"

#include <algorithm>
#include <utility>

namespace bitline {

namespace {

std::size_t bytes_per_image(const Value& value) {
  return value.images() == 0 ? 0
                             : value.data.byte_size() / static_cast<std::size_t>(value.images());
}

/// Room for `images` images of the same kind.
Value room_for(const Value& value, std::int64_t images) {
  Shape shape = value.data.shape();
  shape[0] = images;
  return on_grid_of(value, Tensor::for_overwrite(value.data.dtype(), std::move(shape)));
}

}  // namespace

Value on_grid_of(const Value& value, Tensor data) {
  return {std::move(data), value.quantized, value.scale, value.zero_point};
}

std::span<const std::byte> bytes_of(const Value& value, std::int64_t image) {
  const std::size_t bytes = bytes_per_image(value);
  return value.data.bytes().subspan(static_cast<std::size_t>(image) * bytes, bytes);
}

void put(const Values& part, std::int64_t first, std::int64_t images, Values& whole) {
  for (const auto& [name, value] : part) {
    if (!whole.contains(name)) whole.emplace(name, room_for(value, images));
    const std::size_t offset = static_cast<std::size_t>(first) * bytes_per_image(value);
    std::ranges::copy(value.data.bytes(), whole.at(name).data.bytes().subspan(offset).begin());
  }
}

Value gather(const Value& value, std::span<const std::int64_t> indices) {
  Value part = room_for(value, std::ssize(indices));
  std::byte* to = part.data.bytes().data();
  for (const std::int64_t index : indices) to = std::ranges::copy(bytes_of(value, index), to).out;
  return part;
}

Values gather(const Values& values, std::span<const std::int64_t> indices) {
  Values part;
  for (const auto& [name, value] : values) part.emplace(name, gather(value, indices));
  return part;
}

Values slice(const Values& values, std::int64_t first, std::int64_t last) {
  Values part;
  for (const auto& [name, value] : values)
    part.emplace(name, on_grid_of(value, value.data.slice(first, last)));
  return part;
}

}  // namespace bitline
