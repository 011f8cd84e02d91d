#include "cli/epoch_line.h"

#include <fmt/format.h>

#include <cstdio>

namespace bitline::cli {
namespace {

void print_line(const EpochReport& r, const TrainConfig& train) {
  const std::string held_out =
      train.holdout == 0 ? "" : fmt::format("held out {:.2f} %  ", 100 * r.holdout_accuracy);
  fmt::print("epoch {:>3}/{}  loss {:.4f}  accuracy {:.2f} %  {}rate {:.3g}  {:.1f} s\n", r.epoch,
             train.options.epochs, r.loss, 100 * r.accuracy, held_out, r.learning_rate, r.seconds);
  std::fflush(stdout);
}

Json json_of(const EpochReport& r, const TrainConfig& train) {
  Json json{{"epoch", r.epoch}, {"loss", r.loss}, {"accuracy", r.accuracy}};
  if (train.holdout > 0) json["holdout_accuracy"] = r.holdout_accuracy;
  json["learning_rate"] = r.learning_rate;
  json["seconds"] = r.seconds;
  return json;
}

}  // namespace

std::function<void(const EpochReport&)> epoch_listener(const TrainConfig& train, bool json,
                                                       Json& epochs) {
  if (json) return [&epochs, train](const EpochReport& r) { epochs.push_back(json_of(r, train)); };
  return [train](const EpochReport& r) { print_line(r, train); };
}

}  // namespace bitline::cli
