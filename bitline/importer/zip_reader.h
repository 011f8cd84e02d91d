// The members of a ZIP archive that lies in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct zip;

namespace bitline {

/// For archives whose members are stored without compression, as torch.save writes them: what they
/// take in memory is then never more than what they take in the file.
class ZipReader {
 public:
  /// `bytes` have to outlive the reader. Throws Error when they are no ZIP archive.
  explicit ZipReader(std::span<const std::byte> bytes);

  const std::vector<std::string>& names() const { return names_; }
  bool contains(const std::string& name) const;
  /// Throws Error that names the member when it is missing, compressed, encrypted or damaged, or
  /// when all that was read exceeds the archive, since members then overlap.
  std::vector<std::byte> read(const std::string& name);

 private:
  struct Close {
    void operator()(zip* archive) const;
  };
  std::unique_ptr<zip, Close> archive_;
  std::vector<std::string> names_;
  std::uint64_t bytes_left_;
};

}  // namespace bitline
