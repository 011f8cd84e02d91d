#include "bitline/pipeline/run_network.h"

#include "bitline/graph/network_file.h"
#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/quantization.h"
#include "bitline/pipeline/study.h"
#include "bitline/pipeline/training.h"

namespace bitline {
namespace {

constexpr const char* kNetwork = "network.safetensors";
constexpr const char* kCalibrated = "calibrated.safetensors";

/// The part of a run that makes its network.
class NetworkMaker {
 public:
  NetworkMaker(const RunConfig& config, RunStages& stages, ProgressSink& progress,
               const Cancellation& cancellation)
      : config_(config), stages_(stages), progress_(progress), cancellation_(cancellation) {}

  Network make() {
    if (config_.model.file.empty()) return trained("train", config_);
    Network network = load_network(config_.model);
    if (!config_.has_quantize || !network.quant.empty()) return network;
    const bool last = !config_.quantize_then_train;
    quantize(network, last ? kNetwork : kCalibrated);
    if (last) return read_network(stages_.folder().path_of(kNetwork));
    return trained("fine-tune", fine_tuning(config_, stages_.folder().path_of(kCalibrated),
                                            config_.train.output));
  }

 private:
  void quantize(const Network& network, const std::string& artefact) {
    const Dataset sample = load_search_sample(config_.data, config_.seed, progress_, cancellation_);
    stages_.run("quantize",
                {{"network", content_hash(network)},
                 {"sample", content_hash(sample)},
                 {"quantize", describe_grids(config_) + describe(config_.data.normalization)},
                 {"artefact", artefact}},
                [&](StageOutput& output) {
                  write_network(
                      output.path_of(artefact),
                      quantize_network(network, sample, config_, progress_, cancellation_));
                });
  }

  Network trained(const std::string& stage, const RunConfig& config) {
    const std::string recipe =
        training_recipe(config, load_split(config.data, Split::kTrain, progress_, cancellation_));
    stages_.run_training(
        stage, kNetwork, recipe, [&](StageOutput&, const std::filesystem::path& path, bool resume) {
          RunConfig training = config;
          training.train.output = path;
          train_network(training, resume, progress_, cancellation_, [](const EpochReport&) {});
        });
    return read_network(stages_.folder().path_of(kNetwork));
  }

  const RunConfig& config_;
  RunStages& stages_;
  ProgressSink& progress_;
  const Cancellation& cancellation_;
};

}  // namespace

Network run_network(const RunConfig& config, RunStages& stages, ProgressSink& progress,
                    const Cancellation& cancellation) {
  return NetworkMaker(config, stages, progress, cancellation).make();
}

}  // namespace bitline
