// The folder of one run: locked while it is in use, every artefact whole and checked when read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/run_folder/folder_lock.h"
#include "bitline/run_folder/manifest.h"

namespace bitline {

/// Owns a folder until it is destroyed. The lock ends with the process, however that ends.
class RunFolder {
 public:
  /// Makes the folder, takes its lock, and reads its manifest; in a folder that has one, sweeps the
  /// temporary files that a killed run left. Throws Error that names the folder when it cannot be
  /// made or written, when another process holds it, when it has files but no manifest, which no
  /// run made, or when its manifest is damaged.
  explicit RunFolder(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path path_of(std::string_view artefact) const { return path_ / artefact; }
  const Manifest& manifest() const { return manifest_; }

  /// What the artefact was when its stage recorded it. Throws Error when no stage did.
  const Checksum& checksum(std::string_view artefact) const;
  /// The artefact's bytes. Throws Error that names it when they are not those that were recorded.
  std::vector<std::byte> read(std::string_view artefact) const;
  std::string read_text(std::string_view artefact) const;
  /// True when every artefact of the record still has its recorded bytes.
  bool intact(const StageRecord& record) const;

  /// Enters a finished stage into manifest.json, atomically.
  void record(const std::string& stage, StageRecord record);
  /// Deletes a stage's artefacts and takes it out of manifest.json. Does nothing for a stage that
  /// is not there.
  void forget(const std::string& stage);

 private:
  void save(Manifest manifest);

  std::filesystem::path path_;
  FolderLock lock_;
  Manifest manifest_;
};

/// Throws Error that names the file when it cannot be read.
Checksum checksum_of(const std::filesystem::path& file);

}  // namespace bitline
