#include "bitline/train/trainer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"
#include "bitline/recipe/learning_rate.h"
#include "bitline/train/diverged.h"

namespace bitline {
namespace {

std::int64_t count_correct(const at::Tensor& logits, const at::Tensor& labels) {
  return logits.argmax(1).eq(labels).sum().item<std::int64_t>();
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

Trainer::Trainer(TrainableNetwork network, TrainOptions options, BatchSource& training,
                 BatchSource* holdout, std::optional<Teacher> teacher)
    : network_(std::move(network)),
      options_(std::move(options)),
      training_(training),
      holdout_(holdout),
      teacher_(std::move(teacher)) {
  validate(options_, "train");
  training_.begin_epoch(0);
  network_.calibrate(training_.batch(0, options_.batch_size).images);
  for (const TrainableParameter& parameter : network_.parameters())
    momentum_.push_back(at::zeros_like(parameter.value));
}

void Trainer::restore(const Checkpoint& checkpoint) {
  network_.load(checkpoint.network);
  network_.change_plan(checkpoint.plan);
  network_.load_learned_deltas(checkpoint.deltas);
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < momentum_.size(); ++i) {
    const std::string& key = network_.parameters()[i].key;
    const auto found = checkpoint.momentum.find(key);
    if (found == checkpoint.momentum.end())
      fail("the checkpoint has no momentum for '{}': it is of another network", key);
    momentum_[i].copy_(to_torch(found->second));
  }
  state_ = checkpoint.state;
  options_.learning_rate = state_.learning_rate;
}

Checkpoint Trainer::checkpoint() const {
  Checkpoint checkpoint{network_.network(),        {}, state_, network_.plan(),
                        network_.learned_deltas(), {}};
  checkpoint.state.learning_rate = options_.learning_rate;
  for (std::size_t i = 0; i < momentum_.size(); ++i)
    checkpoint.momentum[network_.parameters()[i].key] = from_torch(momentum_[i]);
  return checkpoint;
}

void Trainer::change_plan(const AdcPlan& plan) {
  network_.change_plan(plan);
  state_.searched_epoch = state_.epoch;
}

void Trainer::update_parameters(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < momentum_.size(); ++i) {
    const TrainableParameter& parameter = network_.parameters()[i];
    at::Tensor value = parameter.value;
    at::Tensor gradient = value.grad();
    if (!gradient.defined()) continue;  // nothing that the logits depend on
    if (parameter.decays && options_.weight_decay > 0)
      gradient = gradient.add(value, options_.weight_decay);
    momentum_[i].mul_(options_.momentum).add_(gradient);
    value.add_(momentum_[i], -learning_rate);
    value.mutable_grad() = at::Tensor();
  }
}

double Trainer::descend(const Batch& batch, double learning_rate, at::Tensor& logits) {
  logits = network_.forward(batch.images, true);
  const at::Tensor loss =
      training_loss(logits, batch.labels.to(network_.device()), batch.images, teacher_);
  const double value = loss.item<double>();
  if (!std::isfinite(value)) return value;
  loss.backward();
  update_parameters(learning_rate);
  network_.constrain();
  return value;
}

void Trainer::step(const Batch& batch) {
  const std::int64_t steps = ceil_div(training_.size(), options_.batch_size);
  const std::int64_t step = state_.epoch * steps + state_.images / options_.batch_size;
  at::Tensor logits;
  const double loss = descend(batch, learning_rate_at(options_, step, steps), logits);
  if (!std::isfinite(loss)) fail_diverged(fmt::format("the loss is {}", loss));
  const at::Tensor labels = batch.labels.to(network_.device());
  state_.loss_sum += loss * static_cast<double>(labels.numel());
  state_.correct += count_correct(logits, labels);
  state_.images += labels.numel();
}

double Trainer::tested_loss(double learning_rate, std::int64_t steps, const Job& job) {
  double sum = 0;
  at::Tensor logits;
  try {
    for (std::int64_t i = 0; i < steps; ++i) {
      job.cancellation.check();
      const Batch batch = training_.batch(i * options_.batch_size, options_.batch_size);
      const double loss = descend(batch, learning_rate, logits);
      if (i >= steps - ceil_div(steps, 3)) sum += loss;
    }
  } catch (const Error& error) {  // a range that is no number any more, for example
    if (error.kind() == ErrorKind::kInterrupted) throw;
    return std::numeric_limits<double>::infinity();
  }
  return sum / static_cast<double>(ceil_div(steps, 3));
}

double Trainer::find_learning_rate(const Job& job) {
  const Checkpoint start = checkpoint();
  const std::int64_t steps =
      std::min(kTestedSteps, ceil_div(training_.size(), options_.batch_size));
  training_.begin_epoch(0);
  job.progress.begin("learning rates", std::ssize(kTestedRates));
  double best = std::numeric_limits<double>::infinity();
  double chosen = 0;
  for (std::size_t i = 0; i < kTestedRates.size(); ++i) {
    restore(start);
    const double loss = tested_loss(kTestedRates[i], steps, job);
    job.progress.update(static_cast<std::int64_t>(i) + 1,
                        fmt::format("{}: loss {:.4f}", kTestedRates[i], loss));
    job.progress.say(fmt::format("learning rate {}: loss {:.4f}", kTestedRates[i], loss));
    if (loss > best || !std::isfinite(loss)) continue;
    best = loss;
    chosen = kTestedRates[i];
  }
  job.progress.end();
  restore(start);
  if (chosen == 0)
    fail("no learning_rate of {} keeps the loss a number", fmt::join(kTestedRates, ", "));
  return options_.learning_rate = chosen;
}

std::optional<double> Trainer::start_accuracy() const {
  if (holdout_ == nullptr || state_.start_correct < 0) return {};
  return holdout_share(state_.start_correct);
}

bool Trainer::run_epoch(const Job& job, EpochReport& report) {
  training_.begin_epoch(state_.epoch);
  job.progress.begin(fmt::format("epoch {}/{}", state_.epoch + 1, options_.epochs),
                     training_.size());
  const Stopwatch watch;
  const double seconds_before = state_.seconds;
  const std::int64_t images_before = state_.images;
  while (state_.images < training_.size() && !job.cancellation.requested()) {
    with_context(fmt::format("epoch {}", state_.epoch + 1),
                 [&] { step(training_.batch(state_.images, options_.batch_size)); });
    state_.seconds = seconds_before + watch.seconds();
    const auto images = static_cast<double>(state_.images);
    job.progress.update(
        state_.images,
        fmt::format("{:.0f} images/s, loss {:.4f}, accuracy {:.2f} %",
                    static_cast<double>(state_.images - images_before) / watch.seconds(),
                    state_.loss_sum / images, 100 * static_cast<double>(state_.correct) / images));
  }
  job.progress.end();
  if (state_.images < training_.size()) return false;
  if (!network_.is_finite())
    fail_diverged(fmt::format("a weight or a batch-norm statistic is no number after epoch {}",
                              state_.epoch + 1));
  const auto images = static_cast<double>(state_.images);
  const std::int64_t steps = ceil_div(training_.size(), options_.batch_size);
  const std::int64_t epoch = state_.epoch + 1;
  const std::int64_t held_out = count_holdout(job);
  if (holdout_ != nullptr && job.cancellation.requested())
    return false;  // counts them when it goes on
  const bool is_best = held_out > state_.best_correct;
  report = {epoch,
            state_.loss_sum / images,
            static_cast<double>(state_.correct) / images,
            holdout_share(held_out),
            is_best,
            learning_rate_at(options_, epoch * steps - 1, steps),
            state_.seconds};
  if (is_best) {
    state_.best_epoch = epoch;
    state_.best_correct = held_out;
  }
  state_.epoch = epoch;
  state_.images = 0;
  state_.loss_sum = 0;
  state_.correct = 0;
  state_.seconds = 0;
  return true;
}

std::int64_t Trainer::count_holdout(const Job& job) {
  if (holdout_ == nullptr) return 0;
  const at::NoGradGuard no_grad;
  std::int64_t correct = 0;
  holdout_->begin_epoch(0);
  job.progress.begin("held-out images", holdout_->size());
  for (std::int64_t first = 0; first < holdout_->size() && !job.cancellation.requested();
       first += options_.batch_size) {
    const Batch batch = holdout_->batch(first, options_.batch_size);
    correct +=
        count_correct(network_.forward(batch.images, false), batch.labels.to(network_.device()));
    job.progress.update(std::min(first + options_.batch_size, holdout_->size()), "");
  }
  job.progress.end();
  return correct;
}

double Trainer::holdout_share(std::int64_t correct) const {
  if (holdout_ == nullptr) return 0;
  return static_cast<double>(correct) / static_cast<double>(holdout_->size());
}

double Trainer::measure_start(const Job& job) {
  state_.best_epoch = 0;
  state_.best_correct = count_holdout(job);
  state_.start_correct = state_.best_correct;
  job.cancellation.check();
  return holdout_share(state_.best_correct);
}

void Trainer::run(const Job& job, const std::function<void(const EpochReport&)>& after_epoch) {
  while (!finished()) {
    EpochReport report;
    if (!run_epoch(job, report)) return;
    after_epoch(report);
  }
}

}  // namespace bitline
