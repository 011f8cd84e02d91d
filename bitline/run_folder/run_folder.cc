#include "bitline/run_folder/run_folder.h"

#include <algorithm>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/hash.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifest = "manifest.json";

template <typename Content>
Checksum checksum_of_content(const Content& content) {
  return {.sha256 = sha256(content), .size = static_cast<std::int64_t>(content.size())};
}

template <typename Content>
Content verified(Content content, const Checksum& expected, const fs::path& file) {
  if (checksum_of_content(content) != expected)
    fail("{} was changed after the run wrote it; delete it and run again", file.string());
  return content;
}

fs::path made(fs::path folder) {
  with_context("run folder", [&] { make_folder(folder); });
  return folder;
}

/// A file of the folder that is not hidden, the first by name; empty where there is none.
std::string first_file(const fs::path& folder) {
  std::string first;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with('.') && (first.empty() || name < first)) first = name;
  }
  return first;
}

/// What no run made is nobody's to write over.
void refuse_strangers(const fs::path& folder) {
  const std::string file = first_file(folder);
  if (file.empty()) return;
  fs::remove(FolderLock::file_in(folder));
  fail(
      "{} holds {}, and no run made this folder; name an empty or a new one with --out, or move "
      "what is there away",
      folder.string(), file);
}

Manifest read_manifest(const fs::path& file) {
  try {
    return manifest_from_json(read_text_file(file));
  } catch (const Error& error) {
    fail(
        "{} is damaged ({}); delete it to run every stage anew, or choose another folder with "
        "--out",
        file.string(), error.what());
  }
}

}  // namespace

// Only a folder that has a manifest is known to be a run's, so that nothing else is ever swept.
RunFolder::RunFolder(fs::path path) : path_(made(std::move(path))), lock_(path_) {
  const fs::path manifest = path_ / kManifest;
  if (!fs::exists(manifest)) {
    refuse_strangers(path_);
    save({});
    return;
  }
  manifest_ = read_manifest(manifest);
  remove_temporary_files(path_);
}

const Checksum& RunFolder::checksum(std::string_view artefact) const {
  for (const auto& [stage, record] : manifest_) {
    const auto found = record.artefacts.find(std::string(artefact));
    if (found != record.artefacts.end()) return found->second;
  }
  fail("run folder {} holds no {}; its stage has not run", path_.string(), artefact);
}

std::vector<std::byte> RunFolder::read(std::string_view artefact) const {
  const Checksum& expected = checksum(artefact);
  return verified(read_file(path_of(artefact)), expected, path_of(artefact));
}

std::string RunFolder::read_text(std::string_view artefact) const {
  const Checksum& expected = checksum(artefact);
  return verified(read_text_file(path_of(artefact)), expected, path_of(artefact));
}

bool RunFolder::intact(const StageRecord& record) const {
  return std::all_of(record.artefacts.begin(), record.artefacts.end(), [&](const auto& artefact) {
    const fs::path file = path_of(artefact.first);
    return fs::is_regular_file(file) && checksum_of(file) == artefact.second;
  });
}

void RunFolder::record(const std::string& stage, StageRecord record) {
  Manifest changed = manifest_;
  changed[stage] = std::move(record);
  save(std::move(changed));
}

// The files go first: killed in between, the record does not hold and the stage runs again.
void RunFolder::forget(const std::string& stage) {
  const auto found = manifest_.find(stage);
  if (found == manifest_.end()) return;
  for (const auto& [name, checksum] : found->second.artefacts) fs::remove(path_of(name));
  Manifest changed = manifest_;
  changed.erase(stage);
  save(std::move(changed));
}

void RunFolder::save(Manifest manifest) {
  write_file_atomically(path_ / kManifest, to_json(manifest));
  manifest_ = std::move(manifest);
}

Checksum checksum_of(const fs::path& file) { return checksum_of_content(read_file(file)); }

}  // namespace bitline
