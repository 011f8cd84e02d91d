#include "bitline/study/quantization_loss.h"

#include "bitline/study/evaluation.h"
#include "bitline/study/search_sample.h"

namespace bitline {

Rational QuantizationLoss::points() const {
  return Rational(100 * (real.score.correct - integers.score.correct), real.score.images);
}

QuantizationLoss quantization_loss(const Network& real, const Network& on_grids,
                                   const RunConfig& config, const Job& job) {
  std::optional<Dataset> images = load_validation_sample(config.data, config.seed, job);
  const std::string name = images ? "validation" : "search";
  if (!images) images = load_search_sample(config.data, config.seed, job);
  const auto answers = [&](const Network& network, MacMode mode, std::string_view task) {
    return evaluate(network, mode, {}, *images, config, task, job);
  };
  return {name, answers(real, MacMode::kFloat, "float network"),
          answers(on_grids, MacMode::kLossless, "network on integer grids")};
}

std::vector<std::string> remedies(const QuantizationLoss& loss, const QuantizeConfig& quantize) {
  std::vector<std::string> settings;
  if (loss.points() <= 1) return settings;
  if (quantize.grids.weight_scale == ScaleGranularity::kLayer)
    settings.emplace_back("quantize.weight_scale = \"channel\"");
  if (!quantize.post_training.correct_bias)
    settings.emplace_back("quantize.bias_correction = true");
  if (!quantize.fine_tune) settings.emplace_back("quantize.fine_tune = true");
  return settings;
}

}  // namespace bitline
