#include "bitline/study_train/training.h"

#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/training_recipe.h"
#include "bitline/study_train/training_session.h"

namespace bitline {

Network train(const RunConfig& config, bool resume, const Job& job, const AfterEpoch& after_epoch) {
  Network network = load_network(config.model);
  const Dataset images = load_split(config.data, Split::kTrain, job);
  check_fit(network, images);
  network.normalization = normalization_of(network, config.data, images);
  if (config.quantize) attach_quantizers(network, config.quantize->grids);
  const TrainingSession session{config, config.train, training_recipe(config, images), Keep::kLast,
                                resume};
  TrainableNetwork trainable(std::move(network), config.quantize_or_default().grids.quantizer,
                             device_of(config.train));
  return train_in_session(session, std::move(trainable), images, job, after_epoch).network;
}

}  // namespace bitline
