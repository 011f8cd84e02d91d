// A training that was stopped, or killed, goes on from its checkpoint.
#pragma once

#include <string>

#include "bitline/study/training_files.h"
#include "bitline/train/trainer.h"

namespace bitline {

/// Writes where the training stands. `recipe_hash`: of everything that decides the weights.
void write_training_checkpoint(const TrainingFiles& files, const Trainer& trainer,
                               const std::string& recipe_hash);

/// Puts the trainer where the checkpoint was written, so that it goes on to the weights of an
/// uninterrupted training. Throws Error when the checkpoint cannot be read, or was made by another
/// version of Bitline or another recipe.
void restore_training(Trainer& trainer, const TrainingFiles& files, const std::string& recipe_hash);

}  // namespace bitline
