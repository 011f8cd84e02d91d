// Content hashes and checksums.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace bitline {

/// SHA-256 in lower-case hexadecimal: 64 characters.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);
/// MD5 in lower-case hexadecimal, for the checksums that dataset authors publish.
std::string md5(std::span<const std::byte> bytes);

}  // namespace bitline
