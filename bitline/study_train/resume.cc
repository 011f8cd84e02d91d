#include "bitline/study_train/resume.h"

#include "bitline/base/fail.h"

namespace bitline {

void write_training_checkpoint(const TrainingFiles& files, const Trainer& trainer,
                               const std::string& recipe_hash) {
  Checkpoint checkpoint = trainer.checkpoint();
  checkpoint.recipe_hash = recipe_hash;
  write_checkpoint(files.checkpoint, checkpoint);
}

void restore_training(Trainer& trainer, const TrainingFiles& files,
                      const std::string& recipe_hash) {
  const Checkpoint checkpoint = read_checkpoint(files.checkpoint);
  if (checkpoint.version != version())
    fail(
        "{} was made by Bitline {}, and this is {}: finish it with that one, or start without "
        "--resume",
        files.checkpoint.string(), checkpoint.version, version());
  if (checkpoint.recipe_hash != recipe_hash)
    fail(
        "{} was made by another recipe (network, images, plan or options differ); start "
        "without --resume, or restore the configuration",
        files.checkpoint.string());
  with_context(files.checkpoint.string(), [&] { trainer.restore(checkpoint); });
}

}  // namespace bitline
