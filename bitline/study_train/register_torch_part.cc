#include "bitline/study_train/register_torch_part.h"

#include "bitline/study_train/retraining.h"
#include "bitline/study_train/training.h"
#include "bitline/torch/make_torch_part.h"

extern "C" void bitline_register_torch_part() {
  static const bitline::TrainingFunctions functions{bitline::train, bitline::retrain};
  bitline::set_training_functions(functions);
  bitline::set_torch_part(bitline::make_torch_part());
  bitline::share_threads_with_torch();
}
