// bitline evaluate: accuracy on the test set or on training images, alone or against a second plan
// or network.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "bitline/base/fail.h"
#include "bitline/evaluate/paired_difference.h"
#include "bitline/record/interval.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/training_files.h"
#include "cli/command.h"
#include "cli/json_output.h"

namespace bitline::cli {
namespace {

struct EvaluateArguments {
  ConfigArguments config;
  std::string plan;
  std::string against;
  std::string against_network;
  std::string on;
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
  const ScoreRecord& score = evaluation.score;
  std::string line = describe("top-1", accuracy_of(evaluation), score.correct, score.images);
  if (evaluation.top_five)
    line += ", " + describe("top-5", *top_five_accuracy_of(evaluation), *evaluation.top_five,
                            score.images);
  fmt::print("{}: {}, cross-entropy {:.6f}\n", name, line, mean_loss_of(evaluation));
}

void print_difference(const Interval& difference) {
  fmt::print("difference: {:+.2f} points [{:+.2f}, {:+.2f}], paired over the same images\n",
             100 * difference.value, 100 * difference.lower, 100 * difference.upper);
}

/// What answers, under what.
struct Subject {
  std::string network_file;  ///< empty: the configuration's
  std::string plan_file;     ///< empty: no ADCs
  Network network;
  AdcPlan plan;

  std::string name(const std::string& mode) const {
    const std::string& own = plan_file.empty() ? mode : plan_file;
    return network_file.empty() ? own : fmt::format("{} of {}", own, network_file);
  }
};

AdcPlan plan_in(const std::string& file) { return file.empty() ? AdcPlan{} : read_plan(file); }

/// Unless one is named, --against-network goes with the first plan and --against with the network.
std::vector<Subject> read_subjects(const EvaluateArguments& arguments, RunConfig& config) {
  std::vector<Subject> subjects{
      {"", arguments.plan, load_network(config), plan_in(arguments.plan)}};
  const std::string& other = arguments.against_network;
  if (arguments.against.empty() && other.empty()) return subjects;
  std::string plan = arguments.against.empty() ? arguments.plan : arguments.against;
  if (plan == "lossless") plan.clear();
  subjects.push_back(
      {other, plan, other.empty() ? subjects.front().network : load_network(other), plan_in(plan)});
  return subjects;
}

Json json_of(const Evaluation& evaluation, const Subject& subject) {
  const auto or_null = [](const std::string& file) { return file.empty() ? Json() : Json(file); };
  Json json = cli::json_of(evaluation);
  json["network"] = or_null(subject.network_file);
  json["plan"] = or_null(subject.plan_file);
  return json;
}

Dataset images_of(const EvaluateArguments& arguments, const RunConfig& config, Context& context) {
  const auto whole = [&](Split split) { return load_split(config.data, split, context.job()); };
  if (arguments.on == "test") return whole(Split::kTest);
  if (arguments.on == "search") return load_search_sample(config.data, config.seed, context.job());
  if (arguments.on == "holdout") {
    Dataset holdout =
        split_off_holdout(whole(Split::kTrain), config.retrain_or_default().train.holdout).holdout;
    if (holdout.size() == 0)
      fail_usage("--on holdout, but retrain.holdout = 0; give it 1000, for example");
    return holdout;
  }
  std::optional<Dataset> validation =
      load_validation_sample(config.data, config.seed, context.job());
  if (!validation)
    fail_usage(
        "--on validation, but no training images are left beside the search sample; lower "
        "data.images_per_class, or raise data.validation_per_class above 0");
  return *std::move(validation);
}

MacMode mode_of(const EvaluateArguments& arguments) {
  const bool has_plan =
      !arguments.plan.empty() || (!arguments.against.empty() && arguments.against != "lossless");
  if (has_plan && arguments.mode != "analog")
    fail_usage("--mode {} has no ADCs, so that a plan says nothing there; leave one of them out",
               arguments.mode);
  if (arguments.mode == "float") return MacMode::kFloat;
  if (arguments.mode == "lossless") return MacMode::kLossless;
  return MacMode::kAnalog;
}

void evaluate_plans(const EvaluateArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  if (arguments.engine == "fused") config.engine = Engine::kFused;
  if (arguments.engine == "reference") config.engine = Engine::kReference;
  if (arguments.engine == "composed") config.engine = Engine::kComposed;
  const MacMode mode = mode_of(arguments);
  const std::vector<Subject> subjects = read_subjects(arguments, config);
  const Dataset images = images_of(arguments, config, context);
  Json document{{"mode", arguments.mode}, {"on", arguments.on}, {"evaluations", Json::array()}};
  std::vector<Evaluation> evaluations;
  for (const Subject& subject : subjects) {
    const std::string name = subject.name(arguments.mode);
    evaluations.push_back(
        evaluate(subject.network, mode, subject.plan, images, config, name, context.job()));
    if (!arguments.json) print_accuracy(name, evaluations.back());
    document["evaluations"].push_back(json_of(evaluations.back(), subject));
  }
  if (evaluations.size() == 2) {
    const Interval difference = paired_difference(evaluations[1].right, evaluations[0].right);
    document["difference"] = json_of(difference);
    if (!arguments.json) print_difference(difference);
  }
  if (arguments.json) print_json(document);
}

}  // namespace

void add_evaluate(Command app, Context& context) {
  auto arguments = std::make_shared<EvaluateArguments>();
  arguments->mode = "analog";
  arguments->on = "test";
  Command command = app.subcommand(
      "evaluate",
      "Accuracy on the test set, with a 95 % interval; paired against a plan or a network");
  command.footer(
      "Example: bitline evaluate examples/quickstart.toml --plan plan.json --against lossless");
  arguments->config.add_to(command);
  command.option("--plan", arguments->plan, "ADC plan (JSON); lossless without one").type("FILE");
  command
      .option("--against", arguments->against,
              "Second plan, or 'lossless', for the paired difference")
      .type("FILE");
  command
      .option("--against-network", arguments->against_network,
              "Network (or ONNX) file of the second evaluation; the configuration's unless given")
      .type("FILE");
  command
      .option("--on", arguments->on,
              "Images: test, or of the training set search, validation or holdout")
      .one_of({"test", "search", "validation", "holdout"});
  command.option("--mode", arguments->mode, "analog, lossless or float")
      .one_of({"analog", "lossless", "float"});
  command.option("--engine", arguments->engine, "fused, reference or composed")
      .one_of({"fused", "reference", "composed"});
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { evaluate_plans(*arguments, context); });
}

}  // namespace bitline::cli
