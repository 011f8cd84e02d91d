#include "bitline/study/quantization.h"

#include "bitline/study/inputs.h"

namespace bitline {

Network quantize_network(const Network& network, const Dataset& sample, const RunConfig& config,
                         const Job& job) {
  check_fit(network, sample);
  const QuantizeConfig quantize = config.quantize_or_default();
  Network quantized = quantize_post_training(network, quantize.grids, quantize.post_training,
                                             normalized_images(network, sample, config.data), job);
  quantized.normalization = normalization_of(network, config.data, sample);
  return quantized;
}

RunConfig fine_tuning(RunConfig config, const std::filesystem::path& calibrated,
                      const std::filesystem::path& output) {
  config.model = {};
  config.model.file = calibrated;
  config.quantize.reset();  // the grids are there
  config.train.output = output;
  return config;
}

}  // namespace bitline
