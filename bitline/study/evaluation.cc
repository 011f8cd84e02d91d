#include "bitline/study/evaluation.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "bitline/evaluate/predict.h"
#include "bitline/evaluate/scoring.h"
#include "bitline/study/inputs.h"

namespace bitline {

double Evaluation::mean_loss() const {
  return std::ldexp(static_cast<double>(score.loss), -20) / static_cast<double>(score.images);
}

std::optional<Interval> Evaluation::top_five_accuracy() const {
  if (!top_five) return std::nullopt;
  return wilson_interval(*top_five, score.images);
}

Evaluation evaluate(const Network& network, MacMode mode, const AdcPlan& plan,
                    const Dataset& dataset, const RunConfig& config, std::string_view task,
                    const Job& job) {
  check_fit(network, dataset);
  const Executor executor(network, mode, config.array, config.engine, job.progress);
  const PreparedPlan prepared = mode == MacMode::kAnalog ? executor.prepare(plan) : PreparedPlan{};
  const Tensor logits = predict(executor, prepared, dataset, config.data.normalization, task, job);
  Evaluation evaluation{score_batch(logits, dataset.labels), right_answers(logits, dataset)};
  constexpr std::int32_t kMostWithoutTopFive = 10;
  if (dataset.classes > kMostWithoutTopFive)
    evaluation.top_five = count_top_five(logits, dataset.labels);
  return evaluation;
}

std::string to_json(const Evaluation& evaluation) {
  std::string right(evaluation.right.size(), '0');
  std::ranges::transform(evaluation.right, right.begin(), [](bool r) { return r ? '1' : '0'; });
  nlohmann::ordered_json json{{"images", evaluation.score.images},
                              {"correct", evaluation.score.correct}};
  if (evaluation.top_five) json["top_five"] = *evaluation.top_five;
  json["loss"] = evaluation.score.loss;
  json["right"] = right;
  return json.dump(1) + "\n";
}

Evaluation evaluation_from_json(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    Evaluation evaluation;
    evaluation.score = {json.at("images"), json.at("correct"), json.at("loss")};
    if (json.contains("top_five")) evaluation.top_five = json.at("top_five").get<std::int64_t>();
    for (const char c : json.at("right").get<std::string>()) evaluation.right.push_back(c == '1');
    return evaluation;
  } catch (const nlohmann::json::exception& error) {
    fail("an evaluation is damaged: {}", error.what());
  }
}

}  // namespace bitline
