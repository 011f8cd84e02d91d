#include "bitline/exporter/golden_folder.h"

#include <vector>

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifest = "manifest.json";
constexpr std::string_view kUnfinished = "manifest.unfinished.json";

/// A name of a manifest, which somebody may have written by hand, stays within its folder.
fs::path inside(const fs::path& folder, const Json& name) {
  const fs::path part = name.get<std::string>();
  if (part.empty() || part != part.filename() || part == "." || part == "..")
    fail_usage("manifest.json in {}: '{}' is no name of a file", folder.string(), part.string());
  return folder / part;
}

/// Files, and behind them the folders that they lie in.
std::vector<fs::path> written(const fs::path& folder, const Json& manifest) {
  std::vector<fs::path> files;
  std::vector<fs::path> folders;
  for (const Json& layer : manifest.at("layers")) {
    folders.push_back(inside(folder, layer.at("folder")));
    for (const Json& file : layer.at("files"))
      files.push_back(inside(folders.back(), file.at("file")));
  }
  files.insert(files.end(), folders.begin(), folders.end());
  return files;
}

std::vector<fs::path> written_by(const fs::path& manifest) {
  try {
    return written(manifest.parent_path(), parse_json(read_text_file(manifest)));
  } catch (const Json::exception&) {
    fail_usage("{} is not that of golden vectors, which would replace it; name another folder",
               manifest.string());
  }
}

void remove_earlier(const fs::path& manifest) {
  if (!fs::exists(manifest)) return;
  for (const fs::path& path : written_by(manifest))
    if (!fs::is_directory(path) || fs::is_empty(path)) fs::remove(path);
  fs::remove(manifest);
}

}  // namespace

void begin_golden_folder(const fs::path& folder, const Json& manifest) {
  make_folder(folder);
  remove_earlier(folder / kManifest);
  remove_earlier(folder / kUnfinished);
  write_file_atomically(folder / kUnfinished, json_text(manifest, 1) + "\n");
}

void finish_golden_folder(const fs::path& folder) {
  fs::rename(folder / kUnfinished, folder / kManifest);
}

}  // namespace bitline
