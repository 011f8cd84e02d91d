// A step of a run that is skipped when nothing it depends on has changed, and else run again. How a
// training goes on from its checkpoint is study_train/resume.h.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "bitline/run_folder/run_folder.h"

namespace bitline {

struct Stage {
  std::string name;  ///< unique within a run, for example "search-L3-layer-wise"
  /// All that the stage's artefacts depend on: what it is called, to its content hash or its value.
  std::map<std::string, std::string> inputs;
};

/// SHA-256 over the name and the inputs.
std::string content_hash(const Stage& stage);

/// Where a stage's body puts its artefacts. They are removed again unless the stage ends well.
class StageOutput {
 public:
  explicit StageOutput(const RunFolder& folder) : folder_(folder) {}
  ~StageOutput();
  StageOutput(const StageOutput&) = delete;
  StageOutput& operator=(const StageOutput&) = delete;

  /// Writes the artefact atomically. `name` is relative to the run folder.
  void write(const std::string& name, std::span<const std::byte> bytes);
  void write(const std::string& name, std::string_view text);
  /// Where the body writes the artefact itself, whole; the folder that it lies in exists.
  std::filesystem::path path_of(const std::string& name);
  /// Checksums of the artefacts. Throws Error when one was not written.
  std::map<std::string, Checksum> checksums() const;
  /// From here on the artefacts stay.
  void keep() { names_.clear(); }

 private:
  const RunFolder& folder_;
  std::set<std::string> names_;
};

/// Returns false at once when `folder` records the stage with the same inputs and all its artefacts
/// are intact. Otherwise forgets what it recorded, runs `body`, records the artefacts, and returns
/// true. Whenever it is killed, the stage is recorded with all its artefacts or not at all; when
/// `body` throws, its artefacts are removed.
bool run_stage(RunFolder& folder, const Stage& stage,
               const std::function<void(StageOutput&)>& body);

}  // namespace bitline
