// bitline evaluate: accuracy on the test set, alone or against a second plan.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "bitline/pipeline/accuracy_json.h"
#include "bitline/pipeline/evaluation.h"
#include "bitline/pipeline/study.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct EvaluateArguments {
  ConfigArguments config;
  std::string plan;
  std::string against;
  std::string mode;
  std::string engine;
  bool json = false;
};

std::string describe(std::string_view name, const Interval& share, std::int64_t right,
                     std::int64_t images) {
  return fmt::format("{} {:.2f} % [{:.2f}, {:.2f}] ({} of {} images)", name, 100 * share.value,
                     100 * share.lower, 100 * share.upper, right, images);
}

void print_accuracy(std::string_view name, const Evaluation& evaluation) {
  const Score& score = evaluation.score;
  std::string line = describe("top-1", evaluation.accuracy(), score.correct, score.images);
  if (evaluation.top_five)
    line += ", " +
            describe("top-5", *evaluation.top_five_accuracy(), *evaluation.top_five, score.images);
  fmt::print("{}: {}, cross-entropy {:.6f}\n", name, line, evaluation.mean_loss());
}

void print_difference(const Interval& difference) {
  fmt::print("difference: {:+.2f} points [{:+.2f}, {:+.2f}], paired over the same images\n",
             100 * difference.value, 100 * difference.lower, 100 * difference.upper);
}

Json json_of(const Evaluation& evaluation, const std::string& plan) {
  Json json = cli::json_of(evaluation);
  json["plan"] = plan.empty() ? Json() : Json(plan);
  return json;
}

MacMode mode_of(const EvaluateArguments& arguments) {
  if (arguments.mode == "float") return MacMode::kFloat;
  if (arguments.mode == "lossless") return MacMode::kLossless;
  return MacMode::kAnalog;
}

void evaluate_plans(const EvaluateArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  if (arguments.engine == "fused") config.engine = Engine::kFused;
  if (arguments.engine == "reference") config.engine = Engine::kReference;
  if (arguments.engine == "composed") config.engine = Engine::kComposed;
  const Network network = load_network(config.model);
  const Dataset test =
      load_split(config.data, Split::kTest, context.progress, context.cancellation);
  Json document{{"mode", arguments.mode}, {"evaluations", Json::array()}};
  const auto measure = [&](const std::string& file) {
    const AdcPlan plan = file.empty() ? AdcPlan{} : read_plan(file);
    const std::string name = file.empty() ? arguments.mode : file;
    Evaluation evaluation = evaluate(network, mode_of(arguments), plan, test, config, name,
                                     context.progress, context.cancellation);
    if (!arguments.json) print_accuracy(name, evaluation);
    document["evaluations"].push_back(json_of(evaluation, file));
    return evaluation;
  };
  const Evaluation first = measure(arguments.plan);
  if (!arguments.against.empty()) {
    const Evaluation second = measure(arguments.against == "lossless" ? "" : arguments.against);
    const Interval difference = paired_difference(second.right, first.right);
    document["difference"] = json_of(difference);
    if (!arguments.json) print_difference(difference);
  }
  if (arguments.json) print_json(document);
}

}  // namespace

void add_evaluate(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<EvaluateArguments>();
  arguments->mode = "analog";
  CLI::App* command = app.add_subcommand(
      "evaluate", "Accuracy on the test set, with a 95 % interval; paired against a plan");
  command->footer(
      "Example: bitline evaluate examples/quickstart.toml --plan plan.json --against lossless");
  arguments->config.add_to(*command);
  command->add_option("--plan", arguments->plan, "ADC plan (JSON); lossless without one")
      ->type_name("FILE");
  command
      ->add_option("--against", arguments->against,
                   "Second plan, or 'lossless', for the paired difference")
      ->type_name("FILE");
  command->add_option("--mode", arguments->mode, "analog, lossless or float")
      ->check(CLI::IsMember({"analog", "lossless", "float"}));
  command->add_option("--engine", arguments->engine, "fused, reference or composed")
      ->check(CLI::IsMember({"fused", "reference", "composed"}));
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &context] { evaluate_plans(*arguments, context); });
}

}  // namespace bitline::cli
