#include "bitline/study/evaluation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "bitline/evaluate/predict.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/study/inputs.h"

namespace bitline {

Interval accuracy_of(const Evaluation& evaluation) {
  return wilson_interval(evaluation.score.correct, evaluation.score.images);
}

std::optional<Interval> top_five_accuracy_of(const Evaluation& evaluation) {
  if (!evaluation.top_five) return std::nullopt;
  return wilson_interval(*evaluation.top_five, evaluation.score.images);
}

double mean_loss_of(const Evaluation& evaluation) {
  const ScoreRecord& score = evaluation.score;
  return std::ldexp(static_cast<double>(score.loss), -20) / static_cast<double>(score.images);
}

ScoreRecord record_of(const Score& score) { return {score.images, score.correct, score.loss}; }

Evaluation evaluate(const Network& network, MacMode mode, const AdcPlan& plan,
                    const Dataset& dataset, const RunConfig& config, std::string_view task,
                    const Job& job) {
  check_fit(network, dataset);
  const Executor executor(network, mode, config.array, config.engine, job.progress);
  const PreparedPlan prepared = mode == MacMode::kAnalog ? executor.prepare(plan) : PreparedPlan{};
  for (const auto& [path, layers] : executor.paths(prepared))
    job.progress.say(fmt::format("{}: {}", path, fmt::join(layers, ", ")));
  const Tensor logits = predict(executor, prepared, dataset,
                                normalization_of(network, config.data, dataset), task, job);
  Evaluation evaluation{record_of(score_batch(logits, dataset.labels)),
                        right_answers(logits, dataset)};
  constexpr std::int32_t kMostWithoutTopFive = 10;
  if (dataset.classes > kMostWithoutTopFive)
    evaluation.top_five = count_top_five(logits, dataset.labels);
  return evaluation;
}

}  // namespace bitline
