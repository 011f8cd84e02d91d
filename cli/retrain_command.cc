// bitline retrain: weights and batch-norm trained with the ADCs of a plan in the loop.
#include <fmt/format.h>

#include <memory>

#include "bitline/base/fail.h"
#include "bitline/evaluate/paired_difference.h"
#include "bitline/record/interval.h"
#include "bitline/study/inputs.h"
#include "bitline/study/retraining_gain.h"
#include "bitline/study/train.h"
#include "cli/command.h"
#include "cli/epoch_line.h"
#include "cli/json_output.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct RetrainArguments {
  ConfigArguments config;
  std::string plan;
  std::string out;
  bool control = false;
  bool resume = false;
  bool json = false;
};

void print_line(std::string_view name, const Evaluation& evaluation, const Evaluation& lossless) {
  const Interval accuracy = accuracy_of(evaluation);
  fmt::print("{:<24}  {:>6.2f} [{:.2f}, {:.2f}]", name, 100 * accuracy.value, 100 * accuracy.lower,
             100 * accuracy.upper);
  if (&evaluation != &lossless) {
    const Interval loss = paired_difference(evaluation.right, lossless.right);
    fmt::print("  {:>6.2f} [{:.2f}, {:.2f}]", 100 * loss.value, 100 * loss.lower, 100 * loss.upper);
  }
  fmt::print("\n");
}

void print_gain(const RetrainingGain& gain, bool control) {
  fmt::print("\n{} test images: top-1 accuracy in %, 95 % intervals; loss in points, paired\n",
             gain.lossless.score.images);
  fmt::print("{:<24}  {:<21}  {}\n", "", "accuracy", "loss");
  print_line("lossless ADCs", gain.lossless, gain.lossless);
  if (!control) print_line("plan, before retraining", gain.before, gain.lossless);
  if (gain.recalibrated) print_line("plan, recalibrated", *gain.recalibrated, gain.lossless);
  print_line(control ? "the same epochs, lossless" : "plan, after retraining", gain.after,
             gain.lossless);
}

/// Losses are shares of the images, positive is worse.
Json json_of(const RetrainingGain& gain, bool control) {
  const auto compared = [&gain](const Evaluation& evaluation) {
    Json json = cli::json_of(evaluation);
    json["loss"] = bitline::json_of(paired_difference(evaluation.right, gain.lossless.right));
    return json;
  };
  Json json{{"lossless", cli::json_of(gain.lossless)}};
  if (!control) json["before"] = compared(gain.before);
  if (gain.recalibrated) json["recalibrated"] = compared(*gain.recalibrated);
  json["after"] = compared(gain.after);
  return json;
}

void check(const RetrainArguments& arguments, const RetrainConfig& retrain) {
  if (arguments.control == !arguments.plan.empty())
    fail_usage("give either --plan PLAN, or --control for the same training with lossless ADCs");
  std::error_code none;
  if (retrain.changes_plan() && !arguments.control &&
      std::filesystem::equivalent(arguments.plan, training_files(retrain.train).plan, none))
    fail_usage(
        "'{}' is the plan that the training starts from, and would be written over; choose another "
        "--out",
        arguments.plan);
}

void retrain(const RetrainArguments& arguments, Context& context) {
  if (arguments.control && arguments.plan.empty() && !arguments.config.run.empty())
    *arguments.config.plan = "lossless";
  RunConfig config = arguments.config.read(context.progress);
  config.retrain = config.retrain_or_default();
  if (!arguments.out.empty()) config.retrain->train.output = arguments.out;
  check(arguments, *config.retrain);
  const AdcPlan plan = arguments.control ? AdcPlan{} : arguments.config.read_plan();
  const Network network = load_network(config);
  Json epochs = Json::array();
  const Trained trained =
      retrain_network(config, network, plan, arguments.resume, context.job(),
                      epoch_listener(config.retrain->train, arguments.json, epochs));
  RetrainingGain gain;
  beside_training(training_files(config.retrain->train),
                  [&] { gain = measure_gain(config, network, plan, trained, context.job()); });
  const std::string output = config.retrain->train.output.string();
  const std::string plan_file = config.retrain->changes_plan() && !arguments.control
                                    ? training_files(config.retrain->train).plan.string()
                                    : arguments.plan;
  if (arguments.json)
    return print_json({{"epochs", epochs},
                       {"best_epoch", trained.epoch},
                       {"learning_rate", trained.learning_rate},
                       {"test", json_of(gain, arguments.control)},
                       {"test_per_class", config.data.test_per_class},
                       {"network", output},
                       {"plan", arguments.control ? Json() : Json(plan_file)}});
  print_gain(gain, arguments.control);
  print_test_part(config.data.test_per_class);
  fmt::print("\nLearning rate, at the top of its schedule: {:.3g}", trained.learning_rate);
  if (trained.epoch == 0)
    fmt::print("\nNo epoch did better on the held-out images than the start. Network: {}\n",
               output);
  else
    fmt::print("\nBest epoch on the held-out images: {}. Network: {}\n", trained.epoch, output);
  if (plan_file != arguments.plan) fmt::print("Plan: {}\n", plan_file);
}

}  // namespace

void add_retrain(Command app, Context& context) {
  auto arguments = std::make_shared<RetrainArguments>();
  Command command =
      app.subcommand("retrain", "Train weights and batch-norm with the ADCs of a plan in the loop");
  command.footer(
      "Example: bitline retrain examples/retrain-resnet20.toml --plan plan.json "
      "--out retrained.safetensors");
  arguments->config.add_to(command, arguments->plan, "ADC plan (JSON)");
  command.flag("--control", arguments->control,
               "Instead of a plan: the same epochs with lossless ADCs");
  command.option("--out", arguments->out, "Network file to write; default retrain.output")
      .type("FILE");
  command.flag("--resume", arguments->resume, "Continue from the checkpoint");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { retrain(*arguments, context); });
}

}  // namespace bitline::cli
