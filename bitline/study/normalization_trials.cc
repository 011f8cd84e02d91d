#include "bitline/study/normalization_trials.h"

#include <algorithm>
#include <span>

#include "bitline/evaluate/paired_difference.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"

namespace bitline {
namespace {

/// What networks are usually trained with, for pixels of 0 … 1.
std::vector<NormalizationTrial> usual(bool colours) {
  std::vector<NormalizationTrial> candidates;
  const auto add = [&](const char* name, Normalization values) {
    candidates.push_back({name, "", std::move(values), {}, false});
  };
  add("pixels of 0 to 1", {{0.0F}, {1.0F}});
  add("-1 to 1", {{0.5F}, {0.5F}});
  add("pixels of 0 to 255", {{0.0F}, {1.0F / 255}});
  if (!colours) {
    add("MNIST", {{0.1307F}, {0.3081F}});
    return candidates;
  }
  add("ImageNet", {{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}});
  add("ImageNet's mean, 0 to 255",
      {{0.485F, 0.456F, 0.406F}, {1.0F / 255, 1.0F / 255, 1.0F / 255}});
  add("CIFAR-10", {{0.4914F, 0.4822F, 0.4465F}, {0.2470F, 0.2435F, 0.2616F}});
  add("CIFAR-10, deviation of an image",
      {{0.4914F, 0.4822F, 0.4465F}, {0.2023F, 0.1994F, 0.2010F}});
  add("CIFAR-100", {{0.5071F, 0.4865F, 0.4409F}, {0.2673F, 0.2564F, 0.2762F}});
  return candidates;
}

/// The same for real pixels of 0 … 255, if any is above 1.
void fit_to_pixels(const Dataset& sample, std::vector<NormalizationTrial>& candidates) {
  if (sample.images.dtype() != DType::kF32) return;
  const auto pixels = sample.images.data<float>();
  if (std::ranges::none_of(pixels, [](float pixel) { return pixel > 1; })) return;
  for (NormalizationTrial& candidate : candidates) {
    for (float& mean : candidate.normalization.mean) mean *= 255;
    for (float& deviation : candidate.normalization.deviation) deviation *= 255;
  }
}

/// In front of the others, or in their place where they are equal.
void add_stated(std::vector<NormalizationTrial>& candidates, const Normalization& values,
                const char* who) {
  const auto found = std::ranges::find(candidates, values, &NormalizationTrial::normalization);
  if (found == candidates.end())
    candidates.insert(candidates.begin(), {"as stated", who, values, {}, false});
  else
    found->stated = who;
}

std::vector<NormalizationTrial> candidates_for(const Network& network, const DataConfig& data,
                                               const Dataset& sample) {
  std::vector<NormalizationTrial> candidates = usual(takes_colours(network));
  fit_to_pixels(sample, candidates);
  if (data.normalization_is_given()) add_stated(candidates, data.normalization, "[data] says so");
  if (network.normalization)
    add_stated(candidates, *network.normalization, "the network file says so");
  else if (!data.normalization_is_given())
    add_stated(candidates, choose_normalization(network, data).values, "taken unless given");
  return candidates;
}

/// [n, 3, …] with the first channel last.
Dataset with_reversed_channels(const Dataset& dataset) {
  Dataset reversed = dataset;
  reversed.images = dataset.images.clone();
  const std::size_t size =
      dataset.images.bytes().size() / (3 * static_cast<std::size_t>(dataset.size()));
  const std::span<std::byte> bytes = reversed.images.bytes();
  for (std::size_t i = 0; i < bytes.size(); i += 3 * size)
    std::ranges::swap_ranges(bytes.subspan(i, size), bytes.subspan(i + 2 * size, size));
  return reversed;
}

class Trials {
 public:
  Trials(const Network& network, const RunConfig& config, const Job& job)
      : network_(network), config_(config), job_(job) {
    // The network's own says which, whatever [data] says.
    config_.data.mean_is_given = config_.data.deviation_is_given = false;
  }

  void evaluate(NormalizationTrial& trial, const Dataset& images) {
    network_.normalization = trial.normalization;
    const MacMode mode = network_.quant.empty() ? MacMode::kFloat : MacMode::kLossless;
    trial.evaluation = bitline::evaluate(network_, mode, {}, images, config_, trial.name, job_);
  }

 private:
  Network network_;
  RunConfig config_;
  Job job_;
};

bool fits_better(const NormalizationTrial& a, const NormalizationTrial& b) {
  const ScoreRecord& first = a.evaluation.score;
  const ScoreRecord& second = b.evaluation.score;
  if (first.correct != second.correct) return first.correct > second.correct;
  return first.loss < second.loss;
}

void compare_with(const Evaluation& best, NormalizationTrial& trial) {
  trial.is_worse = paired_difference(trial.evaluation.right, best.right).lower > 0;
}

}  // namespace

NormalizationTrials try_normalizations(const Network& network, const RunConfig& config,
                                       const Dataset& sample, const Job& job) {
  NormalizationTrials result{candidates_for(network, config.data, sample), std::nullopt};
  std::vector<NormalizationTrial>& trials = result.trials;
  Trials run(network, config, job);
  for (NormalizationTrial& trial : trials) run.evaluate(trial, sample);
  std::ranges::stable_sort(trials, fits_better);
  const Evaluation& best = trials.front().evaluation;
  for (NormalizationTrial& trial : trials) compare_with(best, trial);
  if (sample.images.shape().size() == 4 && sample.images.dim(1) == 3) {
    NormalizationTrial& reversed = result.reversed.emplace(trials.front());
    run.evaluate(reversed, with_reversed_channels(sample));
    compare_with(best, reversed);
  }
  return result;
}

}  // namespace bitline
