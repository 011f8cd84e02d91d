#include "bitline/pipeline/quantization.h"

#include "bitline/pipeline/study.h"

namespace bitline {

Network quantize_network(const RunConfig& config, ProgressSink& progress,
                         const Cancellation& cancellation) {
  const Network network = load_network(config.model);
  const Dataset sample = load_search_sample(config.data, config.seed, progress);
  check_fit(network, sample);
  return quantize_post_training(network, config.quantize, config.post_training,
                                normalized_images(sample, config.data), progress, cancellation);
}

RunConfig fine_tuning(RunConfig config, const std::filesystem::path& calibrated,
                      const std::filesystem::path& output) {
  config.model = {};
  config.model.file = calibrated;
  config.has_quantize = false;  // the grids are there
  config.train.output = output;
  return config;
}

}  // namespace bitline
