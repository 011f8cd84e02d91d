#include "bitline/evaluate/distinct_images.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <unordered_map>

namespace bitline {
namespace {

/// Eight bytes at a time; what it misses costs time alone.
std::uint64_t mixed(std::uint64_t hash, std::span<const std::byte> bytes) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15U;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32;
  }
  for (; at < bytes.size(); ++at) hash = (hash ^ static_cast<std::uint8_t>(bytes[at])) * kFactor;
  return hash;
}

bool same_images(const Values& values, std::int64_t a, std::int64_t b) {
  for (const auto& [name, value] : values)
    if (!std::ranges::equal(bytes_of(value, a), bytes_of(value, b))) return false;
  return true;
}

}  // namespace

DistinctImages distinct_images(const Values& values) {
  DistinctImages distinct;
  std::unordered_multimap<std::uint64_t, std::int64_t> places;  // in `first`, by hash
  const std::int64_t images = values.begin()->second.images();
  for (std::int64_t image = 0; image < images; ++image) {
    std::uint64_t hash = 0;
    for (const auto& [name, value] : values) hash = mixed(hash, bytes_of(value, image));
    std::int64_t same = std::ssize(distinct.first);
    const auto [begin, end] = places.equal_range(hash);
    for (auto place = begin; place != end; ++place)
      if (same_images(values, image, distinct.first[static_cast<std::size_t>(place->second)]))
        same = place->second;
    if (same == std::ssize(distinct.first)) {
      distinct.first.push_back(image);
      places.emplace(hash, same);
    }
    distinct.same.push_back(same);
  }
  return distinct;
}

}  // namespace bitline
