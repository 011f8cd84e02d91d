#include "bitline/study_train/training_session.h"

#include <algorithm>
#include <optional>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/graph/network_file.h"
#include "bitline/study/inputs.h"
#include "bitline/study_train/resume.h"

namespace bitline {
namespace {

constexpr std::string_view kLogHeader =
    "epoch,loss,accuracy,holdout_accuracy,learning_rate,seconds\n";

/// Appends one line per epoch; rewrites the file whole, so that it never holds half a line.
class TrainingLog {
 public:
  TrainingLog(std::filesystem::path path, bool resume) : path_(std::move(path)), text_(kLogHeader) {
    // That of an earlier training is not this one's, nor is it when this one is resumed.
    if (!resume) std::filesystem::remove(path_);
    if (std::filesystem::exists(path_)) text_ = read_text_file(path_);
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

/// An output in place of the input could not be resumed, nor compared with what it came from.
void check_output(const RunConfig& config, const TrainingFiles& files) {
  std::error_code none;
  const RetrainConfig retrain = config.retrain_or_default();
  for (const std::filesystem::path& input :
       {config.model.file, config.model.weights, retrain.reference, retrain.teacher})
    for (const std::filesystem::path& output : {files.network, files.checkpoint})
      if (std::filesystem::equivalent(input, output, none))
        fail_usage(
            "'{}' is the network that the training starts or learns from, and would be written "
            "over; choose another output",
            output.string());
}

void keep_best(const TrainingSession& session, const TrainingFiles& files,
               const TrainableNetwork& network) {
  if (session.keep != Keep::kBest) return;
  write_network(files.network, network.network());
  if (session.writes_plan) write_plan(files.plan, network.plan());
}

/// Whoever waits for many more epochs of this learns nothing from them.
void check_fall(const TrainingSession& session, const TrainingFiles& files, const Trainer& trainer,
                const EpochReport& report) {
  const std::optional<double> start = trainer.start_accuracy();
  if (!start || report.holdout_accuracy >= session.stop_below * *start) return;
  fail(
      "retrain.learning_rate = {:.6g} is too high here: epoch {} answers {:.2f} % of the held-out "
      "images, and the start {:.2f} %. Give a lower one, {:.6g} for example, or \"auto\", which "
      "finds one; with retrain.stop_below = 0 (now {}) and --resume this training goes on from {}",
      trainer.learning_rate(), report.epoch, 100 * report.holdout_accuracy, 100 * *start,
      trainer.learning_rate() / 10, session.stop_below, files.checkpoint.string());
}

void search_where_due(const TrainingSession& session, const TrainingFiles& files,
                      Trainer& trainer) {
  const TrainableNetwork& network = trainer.network();
  const bool is_named = std::ranges::count(session.search_after, trainer.epoch()) > 0;
  if (!is_named || trainer.has_searched() || trainer.finished()) return;
  beside_training(
      files, [&] { trainer.change_plan(session.search_again(network.network(), network.plan())); });
  write_training_checkpoint(files, trainer, session.recipe);
}

/// Of a training that has run to its end.
Trained trained(const TrainingSession& session, const TrainingFiles& files,
                const Trainer& trainer) {
  const AdcPlan plan = trainer.network().plan();
  if (session.keep == Keep::kBest)
    return {read_network(files.network), trainer.best_epoch(),
            session.writes_plan ? read_plan(files.plan) : plan, trainer.learning_rate()};
  const Network last = trainer.network().network();
  write_network(files.network, last);
  return {last, session.train.options.epochs, plan, trainer.learning_rate()};
}

void check_augmentation(const TrainConfig& train, const Dataset& images) {
  constexpr std::size_t kAxes = 4;
  if (train.augment && images.images.shape().size() != kAxes)
    fail_usage(
        "augment shifts and mirrors images [n, channels, height, width], and the data are {}; set "
        "augment = false",
        to_string(images.images.shape()));
}

}  // namespace

at::Device device_of(const TrainConfig& train) {
  if (train.device == "cpu") return at::kCPU;
  if (train.device != "cuda")
    fail_usage("device '{}' is not known; choose cpu or cuda", train.device);
  if (!at::hasCUDA()) fail_usage("device cuda: this LibTorch was built without CUDA; use cpu");
  return at::kCUDA;
}

Trained train_in_session(const TrainingSession& session, TrainableNetwork network,
                         const Dataset& images, const Job& job, const AfterEpoch& after_epoch) {
  const RunConfig& config = session.config;
  const TrainingFiles files = training_files(session.train);
  check_output(config, files);
  check_augmentation(session.train, images);
  const TrainingData data = split_off_holdout(images, session.train.holdout);
  if (const auto folder = files.network.parent_path(); !folder.empty()) make_folder(folder);

  const Normalization normalization = normalization_of(network.network(), config.data, images);
  BatchSource batches(data.training, normalization, config.seed, true, session.train.augment);
  std::optional<BatchSource> holdout;
  if (data.holdout.size() > 0)
    holdout.emplace(data.holdout, normalization, config.seed, false, false);
  TrainOptions options = session.train.options;
  options.learning_rate = session.train.learning_rate.of_network(network.has_batch_norm());
  Trainer trainer(std::move(network), options, batches, holdout ? &*holdout : nullptr,
                  session.teacher);
  if (session.resume) {
    restore_training(trainer, files, session.recipe);
    search_where_due(session, files, trainer);
  } else if (session.keep == Keep::kBest) {
    trainer.measure_start(job);
    // That of an earlier training counts on the network that is overwritten here.
    std::filesystem::remove(files.checkpoint);
    keep_best(session, files, trainer.network());
  }
  if (!session.resume && session.train.learning_rate.by == LearningRate::By::kTest)
    job.progress.say(fmt::format("learning rate {}, whose loss goes down furthest over {} steps",
                                 trainer.find_learning_rate(job), kTestedSteps));
  TrainingLog log(files.log, session.resume);
  trainer.run(job, [&](const EpochReport& report) {
    // Before the checkpoint that counts on it.
    if (report.is_best) keep_best(session, files, trainer.network());
    write_training_checkpoint(files, trainer, session.recipe);
    log.append(report);
    after_epoch(report);
    check_fall(session, files, trainer, report);
    search_where_due(session, files, trainer);
  });
  if (!trainer.finished()) {
    write_training_checkpoint(files, trainer, session.recipe);
    throw training_stopped(files);
  }
  return trained(session, files, trainer);
}

}  // namespace bitline
