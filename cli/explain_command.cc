// bitline explain: why an accuracy is low.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "bitline/adc/adc_text.h"
#include "bitline/study/advice_trials.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/explanation.h"
#include "bitline/study/inputs.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct ExplainArguments {
  ConfigArguments config;
  std::string plan;
  bool json = false;
};

double accuracy(const Score& score) {
  return 100 * static_cast<double>(score.correct) / static_cast<double>(score.images);
}

std::string clipped_by_stream(const LayerExplanation& layer) {
  std::vector<std::string> shares;
  for (const double share : layer.clipped) shares.push_back(fmt::format("{:.2f}", 100 * share));
  return fmt::format("{}", fmt::join(shares, " "));
}

void print_layers(const Explanation& explanation) {
  fmt::print("{:<28} {:>6} {:>7} {:>9} {:>9} {:>11} {:>9}  {}\n", "layer", "levels", "delta",
             "SQNR, dB", "alone, %", "without, %", "clipped", "by input bit from the lowest, %");
  for (const LayerExplanation& layer : explanation.layers)
    fmt::print("{:<28} {:>6} {:>7} {:>9.2f} {:>9.2f} {:>11.2f} {:>7.2f} %  {}\n", layer.layer,
               layer.levels, delta_text(layer.adc, "-"), layer.signal_to_noise,
               accuracy(layer.alone), accuracy(layer.without), 100 * layer.clipped_in_all,
               clipped_by_stream(layer));
}

/// The last column is there where input bits can be told apart.
void print_streams(const Explanation& explanation) {
  const std::vector<StreamExplanation>& streams = explanation.streams;
  const bool alone = !streams.empty() && streams.front().alone;
  fmt::print("\n{:>9}  {:>7}{}\n", "input bit", "ones, %",
             alone ? "  only its sums converted, %" : "");
  for (std::size_t j = 0; j < streams.size(); ++j)
    fmt::print("{:>9}  {:>7.2f}{}\n", j, 100 * streams[j].ones,
               alone ? fmt::format("  {:.2f}", accuracy(*streams[j].alone)) : "");
}

std::string harm_of(const LayerExplanation& layer, const Explanation& explanation) {
  if (explanation.regained(layer) > 0)
    return fmt::format("{:.2f} points come back without its ADC",
                       accuracy(layer.without) - accuracy(explanation.plan));
  return fmt::format("its ADC alone takes {:.2f} points, and none come back without it",
                     accuracy(explanation.lossless) - accuracy(layer.alone));
}

void print_worst(const Explanation& explanation) {
  constexpr std::size_t kMost = 5;
  const std::vector<const LayerExplanation*> worst = explanation.worst();
  if (worst.empty()) fmt::print("\nNo layer's ADC costs answers\n");
  for (std::size_t i = 0; i < std::min(worst.size(), kMost); ++i) {
    const LayerExplanation& layer = *worst[i];
    fmt::print("{}{}: {}. Try {}\n", i == 0 ? "\n" : "", layer.layer, harm_of(layer, explanation),
               layer.remedy);
  }
}

/// Points that a change gives against the plan as it is.
void print_trials(const ExplanationRecord::Trials& trials) {
  const auto share = [](const ScoreRecord& score) {
    return 100 * static_cast<double>(score.correct) / static_cast<double>(score.images);
  };
  fmt::print("\nTried on {} {} images, where the plan has {:.2f} %:\n", trials.plan.images,
             trials.on_validation ? "validation" : "search (no others are left)",
             share(trials.plan));
  for (const auto& [what, score] : trials.changes)
    fmt::print("{:>+8.2f} points  {}\n", share(score) - share(trials.plan), what);
}

void print_legend() {
  fmt::print(
      "\nSQNR: power of a layer's outputs over that of their error. alone: accuracy with only this "
      "layer's ADC.\nwithout: with all ADCs but this one. clipped: share of the sums beyond the "
      "ADC's range, of all input\nbits and of each.\n");
}

void run_explain(const ExplainArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  arguments.config.require_plan();
  const Network network = load_network(config);
  const AdcPlan plan = arguments.config.read_plan();
  const Explanation explanation = explain(network, config, plan, context.job());
  const auto trials = try_advice(network, config, plan, explanation, context.job());
  if (arguments.json) {
    ExplanationRecord record = record_of(explanation);
    record.trials = trials;
    fmt::print("{}", to_json(record));
    return;
  }
  print_assumed(assumptions(network, config.data));
  fmt::print("On {} images of the search sample: {:.2f} % lossless, {:.2f} % under the plan\n\n",
             explanation.plan.images, accuracy(explanation.lossless), accuracy(explanation.plan));
  if (explanation.statistics_of_plan)
    fmt::print(
        "Batch-norm's statistics are those behind the plan's ADCs; for each part of the plan, and "
        "for none of it, they are moved by what it changes\n\n");
  print_layers(explanation);
  print_legend();
  print_streams(explanation);
  print_worst(explanation);
  print_trials(trials);
}

}  // namespace

void add_explain(Command app, Context& context) {
  auto arguments = std::make_shared<ExplainArguments>();
  Command command =
      app.subcommand("explain", "Which layers' ADCs cost the accuracy, why, and what to try");
  command.footer("Example: bitline explain examples/quickstart.toml --plan plan.json");
  arguments->config.add_to(command, arguments->plan, "ADC plan (JSON)");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { run_explain(*arguments, context); });
}

}  // namespace bitline::cli
