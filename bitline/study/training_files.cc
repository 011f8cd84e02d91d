#include "bitline/study/training_files.h"

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/fail.h"

namespace bitline {

TrainingData split_off_holdout(const Dataset& all, std::int64_t holdout) {
  if (holdout >= all.size())
    fail_usage("holdout = {} leaves none of {} training images", holdout, all.size());
  std::vector<std::int64_t> order(static_cast<std::size_t>(all.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto kept = static_cast<std::size_t>(all.size() - holdout);
  return {subset(all, std::span(order).first(kept)), subset(all, std::span(order).subspan(kept))};
}

TrainingFiles training_files(const TrainConfig& train) {
  const std::string output = train.output.string();
  return {train.output, output + ".checkpoint", output + ".csv", output + ".plan.json"};
}

void beside_training(const TrainingFiles& files, const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInterrupted) throw;
    throw training_stopped(files);
  }
}

Error training_stopped(const TrainingFiles& files) {
  return {ErrorKind::kInterrupted, fmt::format("training stopped; continue with --resume from {}",
                                               files.checkpoint.string())};
}

}  // namespace bitline
