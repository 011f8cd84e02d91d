#include "bitline/pipeline/training.h"

#include "bitline/base/hash.h"
#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/study.h"
#include "bitline/pipeline/training_session.h"

namespace bitline {

std::string training_recipe(const RunConfig& config, const Dataset& images) {
  return sha256(describe_recipe(config) + content_hash(load_network(config.model)) +
                content_hash(images));
}

Network train_network(const RunConfig& config, bool resume, ProgressSink& progress,
                      const Cancellation& cancellation,
                      const std::function<void(const EpochReport&)>& after_epoch) {
  Network network = load_network(config.model);
  const Dataset images = load_split(config.data, Split::kTrain, progress, cancellation);
  check_fit(network, images);
  if (config.has_quantize) attach_quantizers(network, config.quantize);
  const TrainingSession session{config, config.train, training_recipe(config, images), Keep::kLast,
                                resume};
  TrainableNetwork trainable(std::move(network), config.quantize.quantizer,
                             device_of(config.train));
  return train_in_session(session, std::move(trainable), images, progress, cancellation,
                          after_epoch)
      .network;
}

}  // namespace bitline
