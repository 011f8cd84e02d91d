#include "bitline/recipe/train_options.h"

#include <cmath>
#include <numbers>

#include "bitline/base/fail.h"

namespace bitline {

void validate(const TrainOptions& options, std::string_view table) {
  const auto positive = [table](std::string_view field, auto value) {
    if (!(value > 0)) fail_usage("{}.{} = {} must be positive", table, field, value);
  };
  positive("epochs", options.epochs);
  positive("batch_size", options.batch_size);
  positive("learning_rate", options.learning_rate);
  if (options.momentum < 0 || options.momentum >= 1)
    fail_usage("{}.momentum = {} must lie in [0, 1)", table, options.momentum);
  if (options.weight_decay < 0)
    fail_usage("{}.weight_decay = {} must not be negative", table, options.weight_decay);
}

double learning_rate_at(const TrainOptions& options, std::int64_t step,
                        std::int64_t steps_per_epoch) {
  const double epoch = static_cast<double>(step) / static_cast<double>(steps_per_epoch);
  if (epoch < options.warmup_epochs)
    return options.learning_rate * static_cast<double>(step + 1) /
           (options.warmup_epochs * static_cast<double>(steps_per_epoch));
  if (options.schedule == Schedule::kStep) {
    double rate = options.learning_rate;
    for (const std::int64_t drop : options.step_epochs)
      if (epoch >= static_cast<double>(drop)) rate *= options.step_factor;
    return rate;
  }
  const double progress = (epoch - options.warmup_epochs) /
                          (static_cast<double>(options.epochs) - options.warmup_epochs);
  return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace bitline
