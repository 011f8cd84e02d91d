#include "cli/normalization_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bitline/evaluate/guessing.h"
#include "bitline/study/evaluation.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

std::string keys_of(const Normalization& normalization) {
  return fmt::format("mean = [{}], deviation = [{}]", fmt::join(normalization.mean, ", "),
                     fmt::join(normalization.deviation, ", "));
}

void print_trial(const NormalizationTrial& trial) {
  const Interval accuracy = accuracy_of(trial.evaluation);
  fmt::print("{:>7.2f} [{:.2f}, {:.2f}]  {:>13.6f}  {:<31}  {}{}\n", 100 * accuracy.value,
             100 * accuracy.lower, 100 * accuracy.upper, mean_loss_of(trial.evaluation), trial.name,
             keys_of(trial.normalization),
             trial.stated.empty() ? "" : fmt::format("  <- {}", trial.stated));
}

void print_reversed(const NormalizationTrial& reversed, const NormalizationTrial& best) {
  const double points =
      100 * (accuracy_of(reversed.evaluation).value - accuracy_of(best.evaluation).value);
  fmt::print("The best with the channels in the opposite order (BGR): {:+.2f} points{}\n", points,
             points > 0 ? "; if that is more than chance, store the images so (numpy)" : "");
}

void print_best(const std::vector<NormalizationTrial>& trials, std::int64_t classes) {
  const NormalizationTrial& best = trials.front();
  const ScoreRecord& score = best.evaluation.score;
  if (classes > 1 && could_be_guessed(score.correct, score.images, classes)) {
    fmt::print(
        "None of them does better than a guess among {} classes: check labels and the order of "
        "classes\n",
        classes);
    return;
  }
  std::vector<std::string> equals;
  for (std::size_t i = 1; i < trials.size(); ++i)
    if (!trials[i].is_worse) equals.push_back(trials[i].name);
  fmt::print("Best: {}{}{}\n", best.name, best.stated.empty() ? "" : ", as ", best.stated);
  if (!equals.empty())
    fmt::print("These {} images cannot tell it from: {}\n", score.images, fmt::join(equals, "; "));
  fmt::print("\n[data]\nmean = [{}]\ndeviation = [{}]\n", fmt::join(best.normalization.mean, ", "),
             fmt::join(best.normalization.deviation, ", "));
}

Json json_of(const NormalizationTrial& trial) {
  Json json = cli::json_of(trial.evaluation);
  json["name"] = trial.name;
  json["stated"] = trial.stated.empty() ? Json() : Json(trial.stated);
  json["mean"] = trial.normalization.mean;
  json["deviation"] = trial.normalization.deviation;
  json["is_worse"] = trial.is_worse;
  return json;
}

}  // namespace

void print_trials(const NormalizationTrials& found, std::int64_t classes) {
  fmt::print("Top-1 accuracy in % on {} images of the search sample, 95 % intervals\n",
             found.trials.front().evaluation.score.images);
  fmt::print("{:<23}  {:>13}  {:<31}  {}\n", "accuracy", "cross-entropy", "trained with", "[data]");
  for (const NormalizationTrial& trial : found.trials) print_trial(trial);
  fmt::print("\n");
  if (found.reversed) print_reversed(*found.reversed, found.trials.front());
  print_best(found.trials, classes);
}

Json json_of(const NormalizationTrials& found) {
  Json trials = Json::array();
  for (const NormalizationTrial& trial : found.trials) trials.push_back(json_of(trial));
  Json json{{"trials", std::move(trials)}};
  json["reversed_channels"] = found.reversed ? json_of(*found.reversed) : Json();
  return json;
}

}  // namespace bitline::cli
