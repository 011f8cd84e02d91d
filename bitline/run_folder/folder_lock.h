// One process at a time in a folder.
#pragma once

#include <filesystem>

namespace bitline {

/// Holds an exclusive lock on `folder`/.lock until it is destroyed. The kernel keeps it, so it also
/// ends with the process, however that ends; the file stays and says nothing by itself.
class FolderLock {
 public:
  /// Throws Error that names the folder when it cannot be written, or names the process that has
  /// the lock.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  /// The file that is locked.
  static std::filesystem::path file_in(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace bitline
