#include "bitline/pipeline/quantization.h"

#include "bitline/pipeline/study.h"

namespace bitline {

Network quantize_network(const Network& network, const Dataset& sample, const RunConfig& config,
                         ProgressSink& progress, const Cancellation& cancellation) {
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
