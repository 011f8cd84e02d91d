// bitline evaluate: accuracy on the test set or on training images, alone or against a second plan
// or network.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/npy_writer.h"
#include "bitline/data/npy.h"
#include "bitline/evaluate/guessing.h"
#include "bitline/evaluate/paired_difference.h"
#include "bitline/record/interval.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/node_values.h"
#include "bitline/study/normalization_trials.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/training_files.h"
#include "cli/command.h"
#include "cli/json_output.h"
#include "cli/normalization_output.h"
#include "cli/result_table.h"
#include "cli/run_choice.h"

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
  std::string logits;
  std::string values;
  std::string compare;
  bool try_normalization = false;
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

/// Without ADCs, what could be guessed points to the images.
void print_doubt(const ScoreRecord& score, std::int64_t classes) {
  if (classes > 1 && could_be_guessed(score.correct, score.images, classes))
    fmt::print(
        "Doubt: a guess among {} classes does as well: check data.mean, data.deviation, labels and "
        "the order of classes; --try-normalization tries the usual means and deviations\n",
        classes);
}

void print_difference(const Interval& difference) {
  fmt::print("difference: {:+.2f} points [{:+.2f}, {:+.2f}], paired over the same images\n",
             100 * difference.value, 100 * difference.lower, 100 * difference.upper);
}

/// What --against takes in place of a plan.
constexpr std::string_view kLossless = "lossless";
constexpr std::string_view kFloat = "float";

/// What answers, under what.
struct Subject {
  std::string network_file;  ///< empty: the configuration's
  std::string plan_file;     ///< empty: no ADCs
  Network network;
  AdcPlan plan;
  MacMode mode = MacMode::kAnalog;

  /// `without_adcs` stands for no plan.
  std::string name(const std::string& without_adcs) const {
    const std::string& own = plan_file.empty() ? without_adcs : plan_file;
    return network_file.empty() ? own : fmt::format("{} of {}", own, network_file);
  }
};

/// A network on grids stays on them in float, and is not the float network that it was made of.
std::string label_of(const std::string& mode, const Network& network) {
  return mode == "float" && !network.quant.empty() ? "float, on its grids" : mode;
}

AdcPlan plan_in(const std::string& file) { return file.empty() ? AdcPlan{} : read_plan(file); }

/// The file of a run's network, where it is not the one that its plans are told against.
std::string network_of_run(const EvaluateArguments& arguments, const RunConfig& config) {
  const bool differs =
      !arguments.config.run.empty() && config.retrain && !config.retrain->reference.empty();
  return differs ? config.model.file.lexically_normal().string() : "";
}

/// The second network where --against names no plan and --against-network none: in real numbers the
/// one that a run began with, with lossless ADCs the one that it counts losses against. Empty: the
/// first one's.
std::string other_network_of_run(const EvaluateArguments& arguments, const RunConfig& config) {
  if (arguments.config.run.empty()) return "";
  if (arguments.against == kFloat)
    return first_network_of_run(arguments.config.run).lexically_normal().string();
  const bool differs = !network_of_run(arguments, config).empty();
  return differs ? config.retrain->reference.lexically_normal().string() : "";
}

/// Unless one is named, --against-network goes with the first plan and --against with the network.
std::vector<Subject> read_subjects(const EvaluateArguments& arguments, RunConfig& config,
                                   MacMode mode) {
  const std::string own = network_of_run(arguments, config);
  std::vector<Subject> subjects{
      {own, arguments.plan, load_network(config), arguments.config.read_plan(), mode}};
  std::string other = arguments.against_network;
  if (arguments.against.empty() && other.empty()) return subjects;
  std::string plan = arguments.against.empty() ? arguments.plan : arguments.against;
  if (plan == kFloat) mode = MacMode::kFloat;
  if (plan == kLossless || plan == kFloat) {
    plan.clear();
    if (other.empty()) other = other_network_of_run(arguments, config);
  }
  subjects.push_back({other, plan, other.empty() ? subjects.front().network : load_network(other),
                      plan_in(plan), mode});
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
  if (arguments.on == "test") return load_test_images(config.data, config.seed, context.job());
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
      !arguments.plan.empty() ||
      (!arguments.against.empty() && arguments.against != kLossless && arguments.against != kFloat);
  if (has_plan && arguments.mode != "analog")
    fail_usage("--mode {} has no ADCs, so that a plan says nothing there; leave one of them out",
               arguments.mode);
  if (arguments.mode == "float") return MacMode::kFloat;
  if (arguments.mode == "lossless") return MacMode::kLossless;
  return MacMode::kAnalog;
}

/// Beyond that, how many more there are.
constexpr std::size_t kImagesShown = 20;

void print_array_difference(const std::string& file, const ArrayDifference& difference,
                            const Tensor& ours) {
  if (difference.values == 0)
    fmt::print("{}: the same {} values\n", file, ours.size());
  else
    fmt::print("{}: {} of {} values differ, by at most {:.6g} (image {}, value {})\n", file,
               difference.values, ours.size(), difference.largest, difference.image,
               difference.position);
  if (!difference.answers) return;
  const std::vector<std::int64_t>& images = *difference.answers;
  const auto shown = std::span(images).first(std::min(images.size(), kImagesShown));
  fmt::print("{}: {} of {} images are answered differently{}{}{}\n", file, images.size(),
             ours.dim(0), images.empty() ? "" : ": ", fmt::join(shown, ", "),
             shown.size() < images.size() ? " …" : "");
}

Json json_of(const ArrayDifference& difference) {
  Json json{
      {"values_that_differ", difference.values},
      {"largest_difference", std::isfinite(difference.largest) ? Json(difference.largest) : Json()},
      {"image", difference.image},
      {"value", difference.position}};
  if (difference.answers) json["answers_that_differ"] = *difference.answers;
  return json;
}

/// What --logits, --values and --compare ask for, of the first subject.
void look_into(const EvaluateArguments& arguments, const Subject& subject, MacMode mode,
               const Dataset& images, const RunConfig& config, Context& context, Json& document) {
  if (arguments.logits.empty() && arguments.compare.empty()) return;
  const std::string node =
      arguments.values.empty() ? subject.network.nodes.back().name : arguments.values;
  const Tensor values =
      node_values(subject.network, mode, subject.plan, images, config, node, context.job());
  if (!arguments.logits.empty()) {
    write_file_atomically(arguments.logits, npy_file(values));
    document["written"] = {{"file", arguments.logits}, {"node", node}, {"shape", values.shape()}};
    if (!arguments.json)
      fmt::print("{} of {}: {}\n", to_string(values.shape()), node, arguments.logits);
  }
  if (arguments.compare.empty()) return;
  const Tensor theirs =
      with_context(arguments.compare, [&] { return parse_npy(read_file(arguments.compare)); });
  const ArrayDifference difference =
      with_context(arguments.compare, [&] { return difference_of(values, theirs); });
  document["compared"] = json_of(difference);
  if (!arguments.json) print_array_difference(arguments.compare, difference, values);
}

void try_normalization(const EvaluateArguments& arguments, Context& context) {
  if (!arguments.plan.empty())
    fail_usage("--try-normalization evaluates without ADCs; leave --plan {} out", arguments.plan);
  RunConfig config = arguments.config.read(context.progress);
  const Network network = load_network(config);
  const Dataset sample = load_search_sample(config.data, config.seed, context.job());
  check_fit(network, sample);
  const NormalizationTrials found = try_normalizations(network, config, sample, context.job());
  if (arguments.json)
    return print_json({{"mode", network.quant.empty() ? "float" : "lossless"},
                       {"on", "search"},
                       {"test_per_class", 0},
                       {"assumed", Json::array()},
                       {"evaluations", Json::array()},
                       {"normalizations", cli::json_of(found)}});
  print_trials(found, sample.classes);
}

void evaluate_plans(const EvaluateArguments& arguments, Context& context) {
  if (arguments.try_normalization) return try_normalization(arguments, context);
  RunConfig config = arguments.config.read(context.progress);
  if (arguments.engine == "fused") config.engine = Engine::kFused;
  if (arguments.engine == "reference") config.engine = Engine::kReference;
  if (arguments.engine == "composed") config.engine = Engine::kComposed;
  const MacMode mode = mode_of(arguments);
  if (!arguments.values.empty() && arguments.logits.empty() && arguments.compare.empty())
    fail_usage("--values {} goes to a file or is compared with one; give --logits or --compare too",
               arguments.values);
  const std::int64_t test_per_class = arguments.on == "test" ? config.data.test_per_class : 0;
  if (test_per_class != 0 && !(arguments.logits.empty() && arguments.compare.empty()))
    fail_usage(
        "--logits and --compare go image by image through the whole test set, of which "
        "data.test_per_class = {} takes a part; give --set data.test_per_class=0 too",
        test_per_class);
  const std::vector<Subject> subjects = read_subjects(arguments, config, mode);
  const Dataset images = images_of(arguments, config, context);
  const std::vector<std::string> assumed = assumptions(subjects.front().network, config.data);
  if (!arguments.json) print_assumed(assumed);
  Json document{{"mode", arguments.mode},
                {"on", arguments.on},
                {"test_per_class", test_per_class},
                {"assumed", assumed},
                {"evaluations", Json::array()}};
  std::vector<Evaluation> evaluations;
  for (const Subject& subject : subjects) {
    const bool is_second = &subject != subjects.data();
    const std::string name =
        subject.name(is_second && subject.mode != MacMode::kFloat
                         ? "lossless ADCs"
                         : label_of(is_second ? "float" : arguments.mode, subject.network));
    evaluations.push_back(
        evaluate(subject.network, subject.mode, subject.plan, images, config, name, context.job()));
    if (!arguments.json) {
      print_accuracy(name, evaluations.back());
      if (subject.plan.layers.empty()) print_doubt(evaluations.back().score, images.classes);
    }
    document["evaluations"].push_back(json_of(evaluations.back(), subject));
  }
  if (evaluations.size() == 2) {
    const Interval difference = paired_difference(evaluations[1].right, evaluations[0].right);
    document["difference"] = json_of(difference);
    if (!arguments.json) print_difference(difference);
  }
  if (!arguments.json) print_test_part(test_per_class);
  look_into(arguments, subjects.front(), mode, images, config, context, document);
  if (arguments.json) print_json(document);
}

/// What is evaluated: the options that --try-normalization cannot go with.
std::vector<Option> add_subjects(Command& command, EvaluateArguments& given) {
  return {
      command
          .option("--against", given.against,
                  "Second plan, 'lossless', or 'float' (real numbers, with --run those of the "
                  "network that the run began with), for the paired difference")
          .type("FILE"),
      command
          .option(
              "--against-network", given.against_network,
              "Network (or ONNX) file of the second evaluation; unless given the first one's, or "
              "with --run and --against lossless the one that the run counts losses against")
          .type("FILE"),
      command
          .option("--on", given.on,
                  "Images: test, or of the training set search, validation or holdout")
          .one_of({"test", "search", "validation", "holdout"}),
      command.option("--mode", given.mode, "analog, lossless or float")
          .one_of({"analog", "lossless", "float"})};
}

/// Answers in files, likewise.
std::vector<Option> add_files(Command& command, EvaluateArguments& given) {
  const Option logits =
      command
          .option("--logits", given.logits,
                  "Write the answers as a NumPy array, [images, classes] of float32")
          .type("FILE.npy");
  command
      .option(
          "--values", given.values,
          "With --logits or --compare: the output of this node in place of the logits; integers "
          "where it is on a grid")
      .type("NODE");
  return {
      logits,
      command
          .option("--compare", given.compare,
                  "NumPy array of another program for the same images: the largest difference, and "
                  "which answers differ")
          .type("FILE.npy")};
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
  arguments->config.add_to(command, arguments->plan, "ADC plan (JSON); lossless without one");
  const std::vector<Option> subjects = add_subjects(command, *arguments);
  command.option("--engine", arguments->engine, "fused, reference or composed")
      .one_of({"fused", "reference", "composed"});
  const std::vector<Option> files = add_files(command, *arguments);
  Option trial = command.flag("--try-normalization", arguments->try_normalization,
                              "Which of the usual means and deviations fits the network best: each "
                              "without ADCs on the search sample");
  for (const Option& other : subjects) trial.excludes(other);
  for (const Option& other : files) trial.excludes(other);
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { evaluate_plans(*arguments, context); });
}

}  // namespace bitline::cli
