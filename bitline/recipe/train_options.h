// How a network is trained, and what an epoch gave.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bitline/base/enum_names.h"

namespace bitline {

enum class Schedule { kCosine, kStep };
template <>
struct EnumNames<Schedule> {
  static constexpr std::string_view kWhat = "schedule";
  static constexpr std::array<std::string_view, 2> kNames{"cosine", "step"};
};

struct TrainOptions {
  std::int64_t epochs = 30;
  std::int64_t batch_size = 64;
  double learning_rate = 0.1;  ///< at the top of the schedule
  double momentum = 0.9;
  double weight_decay = 5e-4;  ///< on weights of convolutions and linear layers
  Schedule schedule = Schedule::kCosine;
  double warmup_epochs = 0;               ///< the rate rises linearly over these epochs
  std::vector<std::int64_t> step_epochs;  ///< schedule step: epochs at which the rate drops
  double step_factor = 0.1;               ///< schedule step: by this factor
};

/// Throws Error (kUsage) that names the field of the configuration's `table`, the value and the
/// limit.
void validate(const TrainOptions& options, std::string_view table);

/// Learning rate of optimizer step `step` (0-based) of an epoch of `steps_per_epoch`: equation
/// (13).
double learning_rate_at(const TrainOptions& options, std::int64_t step,
                        std::int64_t steps_per_epoch);

/// What a network learns from another one's answers; equation (20) of docs/arithmetic.md.
struct Distillation {
  double share = 0;        ///< of the loss that follows the answers, the rest follows the labels
  double temperature = 4;  ///< by which both networks' logits are divided first
};

/// What one epoch gave.
struct EpochReport {
  std::int64_t epoch = 0;       ///< 1-based
  double loss = 0;              ///< mean over the epoch's training images of what it descends
  double accuracy = 0;          ///< share of them answered right, while the weights moved
  double holdout_accuracy = 0;  ///< on training images that are held out; 0 without any
  bool is_best = false;         ///< no earlier epoch was as good on them
  double learning_rate = 0;     ///< of the last step
  double seconds = 0;
};

}  // namespace bitline
