// Reading the members of a ZIP archive.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct zip;

namespace bitline {

/// An archive in memory. The bytes have to outlive it.
class ZipReader {
 public:
  /// Throws Error when the bytes are not a ZIP archive or its directory is damaged.
  explicit ZipReader(std::span<const std::byte> bytes);

  bool has(const std::string& name) const;
  /// Names of all members, in the archive's order.
  std::vector<std::string> names() const;
  /// The uncompressed content of a member, stored or deflated. Throws Error that names the member
  /// when it is missing, encrypted, damaged (CRC), or claims more than `largest` bytes or more than
  /// its compressed bytes can stand for; only then memory is taken.
  std::vector<std::byte> read(const std::string& name, std::size_t largest) const;

 private:
  struct Release {
    void operator()(zip* archive) const;
  };

  std::size_t size_;  // of the archive
  std::unique_ptr<zip, Release> archive_;
};

}  // namespace bitline
