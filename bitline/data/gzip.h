// Reading gzip-compressed files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bitline {

/// The uncompressed content. Throws Error when the bytes are not gzip, damaged, truncated, followed
/// by anything else, or grow beyond `largest` bytes.
std::vector<std::byte> gunzip(std::span<const std::byte> bytes, std::size_t largest);

}  // namespace bitline
