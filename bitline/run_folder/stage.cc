#include "bitline/run_folder/stage.h"

#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"

namespace bitline {

std::string content_hash(const Stage& stage) {
  return sha256(nlohmann::json{{"name", stage.name}, {"inputs", stage.inputs}}.dump());
}

StageOutput::~StageOutput() {
  std::error_code ignored;
  for (const std::string& name : names_) std::filesystem::remove(folder_.path_of(name), ignored);
}

void StageOutput::write(const std::string& name, std::span<const std::byte> bytes) {
  write_file_atomically(path_of(name), bytes);
}

void StageOutput::write(const std::string& name, std::string_view text) {
  write_file_atomically(path_of(name), text);
}

std::filesystem::path StageOutput::path_of(const std::string& name) {
  std::filesystem::path file = folder_.path_of(name);
  make_folder(file.parent_path());
  names_.insert(name);
  return file;
}

std::map<std::string, Checksum> StageOutput::checksums() const {
  std::map<std::string, Checksum> checksums;
  for (const std::string& name : names_) checksums[name] = checksum_of(folder_.path_of(name));
  return checksums;
}

bool run_stage(RunFolder& folder, const Stage& stage,
               const std::function<void(StageOutput&)>& body) {
  const std::string inputs = content_hash(stage);
  const auto recorded = folder.manifest().find(stage.name);
  if (recorded != folder.manifest().end() && recorded->second.inputs == inputs &&
      folder.intact(recorded->second))
    return false;
  folder.forget(stage.name);
  StageOutput output(folder);
  body(output);
  folder.record(stage.name, {.inputs = inputs, .artefacts = output.checksums()});
  output.keep();
  return true;
}

}  // namespace bitline
