#include "bitline/pipeline/training.h"

#include <memory>
#include <numeric>
#include <optional>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/graph/network_file.h"
#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/study.h"
#include "bitline/train/trainer.h"

namespace bitline {
namespace {

constexpr std::string_view kLogHeader =
    "epoch,loss,accuracy,holdout_accuracy,learning_rate,seconds\n";

at::Device device_of(const TrainRun& train) {
  if (train.device == "cpu") return at::kCPU;
  if (train.device != "cuda")
    fail_usage("device '{}' is not known; choose cpu or cuda", train.device);
  if (!at::hasCUDA()) fail_usage("device cuda: this LibTorch was built without CUDA; use cpu");
  return at::kCUDA;
}

struct TrainingData {
  Dataset training;
  Dataset holdout;
};

/// The last images of the training set are kept out of training.
TrainingData split_off_holdout(const Dataset& all, std::int64_t holdout) {
  if (holdout >= all.size())
    fail_usage("train.holdout = {} leaves none of {} training images", holdout, all.size());
  std::vector<std::int64_t> order(static_cast<std::size_t>(all.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto kept = static_cast<std::size_t>(all.size() - holdout);
  return {subset(all, std::span(order).first(kept)), subset(all, std::span(order).subspan(kept))};
}

/// Appends one line per epoch; rewrites the file whole, so that it never holds half a line.
class TrainingLog {
 public:
  TrainingLog(std::filesystem::path path, bool resume) : path_(std::move(path)), text_(kLogHeader) {
    if (resume && std::filesystem::exists(path_)) text_ = read_text_file(path_);
  }
  void append(const EpochReport& r) {
    text_ += fmt::format("{},{:.6f},{:.6f},{:.6f},{:.8f},{:.1f}\n", r.epoch, r.loss, r.accuracy,
                         r.holdout_accuracy, r.learning_rate, r.seconds);
    write_file_atomically(path_, text_);
  }

 private:
  std::filesystem::path path_;
  std::string text_;
};

void write_training_checkpoint(const TrainingFiles& files, const Trainer& trainer,
                               const std::string& recipe) {
  Checkpoint checkpoint = trainer.checkpoint();
  checkpoint.recipe_hash = recipe;
  write_checkpoint(files.checkpoint, checkpoint);
}

void restore_training(Trainer& trainer, const TrainingFiles& files, const std::string& recipe) {
  const Checkpoint checkpoint = read_checkpoint(files.checkpoint);
  if (checkpoint.recipe_hash != recipe)
    fail(
        "{} was made by another recipe (network, images, [train] or [quantize] differ); train "
        "without --resume, or restore the configuration",
        files.checkpoint.string());
  with_context(files.checkpoint.string(), [&] { trainer.restore(checkpoint); });
}

}  // namespace

TrainingFiles training_files(const TrainRun& train) {
  const std::string output = train.output.string();
  return {train.output, output + ".checkpoint", output + ".csv"};
}

std::string training_recipe(const RunConfig& config, const Dataset& images) {
  return sha256(describe_recipe(config) + content_hash(load_network(config.model)) +
                content_hash(images));
}

Network train_network(const RunConfig& config, bool resume, ProgressSink& progress,
                      const Cancellation& cancellation,
                      const std::function<void(const EpochReport&)>& after_epoch) {
  const TrainingFiles files = training_files(config.train);
  Network network = load_network(config.model);
  const Dataset images = load_split(config.data, Split::kTrain);
  const std::string recipe = training_recipe(config, images);
  const TrainingData data = split_off_holdout(images, config.train.holdout);
  check_fit(network, data.training);
  if (config.has_quantize) attach_quantizers(network, config.quantize);
  const at::Device device = device_of(config.train);
  if (const auto folder = files.network.parent_path(); !folder.empty()) make_folder(folder);

  BatchSource batches(data.training, config.data.normalization, config.seed, true,
                      config.train.augment);
  std::optional<BatchSource> holdout;
  if (data.holdout.size() > 0)
    holdout.emplace(data.holdout, config.data.normalization, config.seed, false, false);
  Trainer trainer(TrainableNetwork(std::move(network), config.quantize.quantizer, device),
                  config.train.options, batches, holdout ? &*holdout : nullptr);
  if (resume) restore_training(trainer, files, recipe);
  TrainingLog log(files.log, resume);
  trainer.run(progress, cancellation, [&](const EpochReport& report) {
    write_training_checkpoint(files, trainer, recipe);
    log.append(report);
    after_epoch(report);
  });
  if (!trainer.finished()) {
    write_training_checkpoint(files, trainer, recipe);
    throw Error(
        ErrorKind::kInterrupted,
        fmt::format("training stopped; continue with --resume from {}", files.checkpoint.string()));
  }
  Network trained = trainer.network().network();
  write_network(files.network, trained);
  return trained;
}

}  // namespace bitline
