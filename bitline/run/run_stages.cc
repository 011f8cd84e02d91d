#include "bitline/run/run_stages.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "bitline/base/hash.h"
#include "bitline/base/version.h"
#include "bitline/recipe/checkpoint.h"
#include "bitline/study/training_files.h"

namespace bitline {

void RunStages::run(const std::string& name, std::map<std::string, std::string> inputs,
                    const std::function<void(StageOutput&)>& body) {
  job_.cancellation.check();
  inputs["version"] = version();
  const auto start = std::chrono::steady_clock::now();
  const bool has_run = run_stage(folder_, {name, std::move(inputs)}, [&](StageOutput& output) {
    for (const std::string& stage : std::exchange(outdated_, {}))
      if (stage != name) folder_.forget(stage);
    body(output);
  });
  if (!has_run) skipped_.push_back(name);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  seconds_[name] = seconds;
  job_.progress.say(fmt::format("stage {}: {}, {:.1f} s", name,
                                has_run ? "done" : "skipped, up to date", seconds));
}

void RunStages::leave(const std::string& name, const std::string& artefact,
                      const std::string& text) {
  run_stage(folder_, {name, {{"text", sha256(text)}}},
            [&](StageOutput& output) { output.write(artefact, text); });
}

void RunStages::run_training(
    const std::string& name, const std::string& network_artefact, const std::string& recipe,
    const std::function<void(StageOutput&, const std::filesystem::path&, bool resume)>& train) {
  TrainConfig output;
  output.output = folder_.path_of(network_artefact);
  const std::filesystem::path checkpoint = training_files(output).checkpoint;
  const bool resume = !folder_.manifest().contains(name) && std::filesystem::exists(checkpoint) &&
                      read_checkpoint(checkpoint).recipe_hash == recipe;
  run(name, {{"recipe", recipe}}, [&](StageOutput& artefacts) {
    if (!resume) std::filesystem::remove(checkpoint);
    train(artefacts, output.output, resume);
    artefacts.path_of(network_artefact);
    artefacts.path_of(network_artefact + ".csv");
  });
}

}  // namespace bitline
