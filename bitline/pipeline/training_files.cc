#include "bitline/pipeline/training_files.h"

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/error.h"

namespace bitline {

TrainingData split_off_holdout(const Dataset& all, std::int64_t holdout) {
  if (holdout >= all.size())
    fail_usage("holdout = {} leaves none of {} training images", holdout, all.size());
  std::vector<std::int64_t> order(static_cast<std::size_t>(all.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto kept = static_cast<std::size_t>(all.size() - holdout);
  return {subset(all, std::span(order).first(kept)), subset(all, std::span(order).subspan(kept))};
}

TrainingFiles training_files(const TrainRun& train) {
  const std::string output = train.output.string();
  return {train.output, output + ".checkpoint", output + ".csv", output + ".plan.json"};
}

}  // namespace bitline
