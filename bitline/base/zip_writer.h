// Writing a ZIP archive in memory.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bitline {

struct ZipMember {
  std::string name;  ///< UTF-8
  std::vector<std::byte> bytes;
};

/// Stores the members uncompressed, in their order and with a fixed date, so that the archive's
/// bytes depend on names and contents alone. Throws Error for two members of one name.
std::vector<std::byte> zip_archive(std::span<const ZipMember> members);

}  // namespace bitline
