// What the stages of a run share: the folder, how long each took, which ones were skipped.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/run_folder/stage.h"

namespace bitline {

class RunStages {
 public:
  RunStages(const std::filesystem::path& folder, const Job& job) : folder_(folder), job_(job) {}

  /// Says how it went. run_stage() with the program's version among the inputs. Throws Error
  /// (kInterrupted) where a stop was requested.
  void run(const std::string& name, std::map<std::string, std::string> inputs,
           const std::function<void(StageOutput&)>& body);
  /// A stage that trains `network_artefact` and leaves a log beside it. `train` writes the network
  /// to the path that it is given, more artefacts where it has some, and continues from the
  /// checkpoint beside it where `resume` says so: where the stage was stopped, and `recipe`, the
  /// hash of all that decides the weights, is still the checkpoint's.
  void run_training(
      const std::string& name, const std::string& network_artefact, const std::string& recipe,
      const std::function<void(StageOutput&, const std::filesystem::path&, bool resume)>& train);

  /// A stage of one artefact that begins even where a stop was requested.
  void leave(const std::string& name, const std::string& artefact, const std::string& text);

  /// Stages of an earlier run that show what others left: taken back, with their artefacts, as soon
  /// as another has to run.
  void outdate(std::vector<std::string> stages) { outdated_ = std::move(stages); }

  const RunFolder& folder() const { return folder_; }
  const std::map<std::string, double>& seconds() const { return seconds_; }
  const std::vector<std::string>& skipped() const { return skipped_; }

 private:
  RunFolder folder_;
  Job job_;
  std::map<std::string, double> seconds_;  // by stage
  std::vector<std::string> skipped_;
  std::vector<std::string> outdated_;
};

}  // namespace bitline
