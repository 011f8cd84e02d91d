#include "bitline/run/run_network.h"

#include "bitline/graph/network_file.h"
#include "bitline/options/describe.h"
#include "bitline/study/inputs.h"
#include "bitline/study/quantization.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/train.h"
#include "bitline/study/training_recipe.h"

namespace bitline {
namespace {

const std::string kNetwork(kRunNetwork);
constexpr const char* kCalibrated = "calibrated.safetensors";

/// The part of a run that makes its network.
class NetworkMaker {
 public:
  NetworkMaker(const RunConfig& config, RunStages& stages, const Job& job)
      : config_(config), stages_(stages), job_(job) {}

  RunNetworks make() {
    Network network = load_network(config_.model);
    check_layer_names(config_, network);
    if (!config_.model.is_made_elsewhere()) return {trained("train", config_), std::nullopt};
    if (!config_.quantize || !network.quant.empty()) return {std::move(network), std::nullopt};
    const bool last = !config_.quantize->fine_tune;
    quantize(network, last ? kNetwork : kCalibrated);
    if (last) return {read_network(stages_.folder().path_of(kNetwork)), std::move(network)};
    return {trained("fine-tune", fine_tuning(config_, stages_.folder().path_of(kCalibrated),
                                             config_.train.output)),
            std::move(network)};
  }

 private:
  void quantize(const Network& network, const std::string& artefact) {
    const Dataset sample = load_search_sample(config_.data, config_.seed, job_);
    stages_.run("quantize",
                {{"network", content_hash(network)},
                 {"sample", content_hash(sample)},
                 {"quantize", describe_grids(*config_.quantize) + describe(config_.data)},
                 {"artefact", artefact}},
                [&](StageOutput& output) {
                  write_network(output.path_of(artefact),
                                quantize_network(network, sample, config_, job_));
                });
  }

  Network trained(const std::string& stage, const RunConfig& config) {
    const std::string recipe =
        training_recipe(config, load_split(config.data, Split::kTrain, job_));
    stages_.run_training(stage, kNetwork, recipe,
                         [&](StageOutput&, const std::filesystem::path& path, bool resume) {
                           RunConfig training = config;
                           training.train.output = path;
                           train_network(training, resume, job_, [](const EpochReport&) {});
                         });
    return read_network(stages_.folder().path_of(kNetwork));
  }

  const RunConfig& config_;
  RunStages& stages_;
  Job job_;
};

}  // namespace

RunNetworks run_network(const RunConfig& config, RunStages& stages, const Job& job) {
  return NetworkMaker(config, stages, job).make();
}

}  // namespace bitline
