#include "cli/epoch_line.h"

#include <fmt/format.h>

#include <cstdio>

namespace bitline::cli {

std::function<void(const EpochReport&)> epoch_printer(const TrainRun& train) {
  return [epochs = train.options.epochs, holdout = train.holdout](const EpochReport& r) {
    const std::string held_out =
        holdout == 0 ? "" : fmt::format("held out {:.2f} %  ", 100 * r.holdout_accuracy);
    fmt::print("epoch {:>3}/{}  loss {:.4f}  accuracy {:.2f} %  {}rate {:.5f}  {:.1f} s\n", r.epoch,
               epochs, r.loss, 100 * r.accuracy, held_out, r.learning_rate, r.seconds);
    std::fflush(stdout);
  };
}

}  // namespace bitline::cli
