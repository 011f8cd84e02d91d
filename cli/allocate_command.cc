// bitline allocate: how many levels each layer's ADCs need, under a budget.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <memory>

#include "bitline/base/file.h"
#include "bitline/study/allocation.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/inputs.h"
#include "bitline/study/search_sample.h"
#include "cli/command.h"
#include "cli/json_output.h"
#include "cli/result_table.h"

namespace bitline::cli {
namespace {

struct AllocateArguments {
  ConfigArguments config;
  std::string out;
  bool json = false;
};

/// Of the baseline's ADCs, in per cent.
double share(const AllocationOutcome& outcome, std::int64_t cost) {
  return 100 * static_cast<double>(cost) / static_cast<double>(outcome.baseline_cost);
}

/// "–" where there are no images.
std::string per_cent(std::int64_t correct, std::int64_t images) {
  if (images == 0) return "–";
  return fmt::format("{:.2f} %", 100 * static_cast<double>(correct) / static_cast<double>(images));
}

void print_row(const AllocationOutcome& outcome, std::string_view name, const MeasuredPlan& plan,
               std::int64_t validated, const Interval& test) {
  fmt::print("{:<16} {:>14.1f} % {:>13} {:>11} {:>9.2f} % [{:.2f}, {:.2f}]\n", name,
             share(outcome, plan.cost), per_cent(plan.score.correct, plan.score.images),
             per_cent(validated, outcome.validation_images), 100 * test.value, 100 * test.lower,
             100 * test.upper);
}

/// What the search sample counts.
std::string_view sample_name(const SearchConfig& search) {
  return search.options.objective == Objective::kAgreement ? "as lossless" : "search sample";
}

void print_table(const AllocationOutcome& outcome, const SearchConfig& search,
                 std::string_view spent) {
  if (search.recalibrate && search.statistics == SearchStatistics::kStored)
    fmt::print(
        "Search sample: batch-norm as it is, which search.statistics = \"recalibrated\" changes; "
        "validation and test: recalibrated\n");
  fmt::print("{:<16} {:>16} {:>13} {:>11} {:>11}\n", "levels", fmt::format("ADC {}", spent),
             sample_name(search), "validation", "test set");
  for (const UniformPlan& uniform : outcome.uniform)
    print_row(outcome, fmt::format("{}", uniform.levels), uniform.plan, uniform.validated,
              uniform.test_accuracy);
  if (outcome.allocation.best)
    print_row(outcome, "layer by layer", *outcome.allocation.best, outcome.best_validated,
              outcome.best_test);
  const Score& lossless = outcome.allocation.lossless;
  fmt::print("{:<16} {:>30} {:>11} {:>9.2f} %\n", "lossless",
             per_cent(lossless.correct, lossless.images),
             per_cent(outcome.lossless_validated, outcome.validation_images),
             100 * outcome.lossless_test.value);
}

/// What else could be had, for more or for less.
void print_front(const AllocationOutcome& outcome, const SearchConfig& search,
                 std::string_view spent) {
  fmt::print("\nMeasured plans that none beats on the search sample\n{:<16} {:>16} {:>13}  {}\n",
             "plan", fmt::format("ADC {}", spent), sample_name(search), "levels, front to back");
  const std::vector<MeasuredPlan>& front = outcome.allocation.front;
  for (std::size_t i = 0; i < front.size(); ++i) {
    std::vector<std::int64_t> levels;
    for (const std::string& layer : outcome.layers)
      levels.push_back(front[i].plan.layers.at(layer).spec.levels);
    fmt::print("{:<16} {:>14.1f} % {:>13}  {}\n", front_plan_name(i), share(outcome, front[i].cost),
               per_cent(front[i].score.correct, front[i].score.images), fmt::join(levels, " "));
  }
}

/// Whether the plan is the best there is, or the best of those that were tried.
void print_trial(const AllocationOutcome& outcome) {
  if (const std::int64_t divisions = outcome.allocation.divisions; divisions > 0)
    fmt::print("\nAll {} divisions of these levels were tried: none {}\n", divisions,
               outcome.largest_cost ? "within the budget scores better on the search sample"
                                    : "that costs less keeps the budget");
}

void print_best(const AllocationOutcome& outcome, std::string_view spent, const Network& network) {
  if (!outcome.allocation.best) {
    fmt::print(
        "\nNo plan keeps the budget{}; allow a larger allocate.max_loss or max_cost, or more "
        "levels\n",
        outcome.lost_answers && outcome.validation_images > 0 ? " on both samples" : "");
    return;
  }
  print_trial(outcome);
  fmt::print("\n");
  print_plan(outcome.allocation.best->plan, network);
  if (const auto saving = outcome.saving())
    fmt::print(
        "\n{:.1f} % {} ADC {} than {} levels in every layer, the cheapest such plan that the test "
        "set cannot tell from this one\n",
        100 * std::abs(saving->share), saving->share < 0 ? "more" : "less", spent, saving->levels);
  else
    fmt::print(
        "\nThe test set tells every plan with the same levels in all layers from this one\n");
}

/// allocation.json, the plan, and where both lie.
Json document(const AllocationOutcome& outcome, const RunConfig& config, bool by_area,
              const std::filesystem::path& folder) {
  Json json = bitline::json_of(record_of(outcome, by_area));
  json["plan"] = outcome.allocation.best ? json_of(outcome.allocation.best->plan) : Json();
  json["test_per_class"] = config.data.test_per_class;
  json["folder"] = folder.string();
  return json;
}

/// Plans of an earlier budget go, the further ones of a longer front too.
void write_files(const std::filesystem::path& folder, const AllocationOutcome& outcome,
                 bool by_area) {
  const LevelAllocation& allocation = outcome.allocation;
  make_folder(folder / "front");
  std::size_t count = 0;
  for (const MeasuredPlan& measured : allocation.front)
    write_plan(folder / front_plan_name(count++), measured.plan);
  while (std::filesystem::remove(folder / front_plan_name(count))) ++count;
  std::filesystem::remove(folder / "plan.json");
  if (allocation.best) write_plan(folder / "plan.json", allocation.best->plan);
  write_file_atomically(folder / "allocation.json", to_json(record_of(outcome, by_area)));
}

void run_allocate(const AllocateArguments& arguments, Context& context) {
  RunConfig config = arguments.config.read(context.progress);
  const auto folder = run_folder(arguments.out, arguments.config.file, "-allocation");
  const Network network = load_network(config);
  const AllocationOutcome outcome = or_say_how_to_go_on(folder, [&] {
    make_folder(folder / "journals");
    SearchStudy study(network, config, context.job());
    const Dataset test = load_test_images(config.data, config.seed, context.job());
    return allocate(study, config, test, folder / "journals" / "allocate", context.job());
  });
  const bool by_area = config.allocate_or_default().by_area;
  write_files(folder, outcome, by_area);
  if (arguments.json) return print_json(document(outcome, config, by_area, folder));
  const std::string_view spent = by_area ? "area" : "energy";
  print_assumed(assumptions(network, config.data));
  print_table(outcome, config.search, spent);
  print_test_part(config.data.test_per_class);
  print_front(outcome, config.search, spent);
  print_best(outcome, spent, network);
  fmt::print("\nFiles: {}\n", folder.string());
}

}  // namespace

void add_allocate(Command app, Context& context) {
  auto arguments = std::make_shared<AllocateArguments>();
  Command command =
      app.subcommand("allocate", "Find how many levels each layer's ADCs need under a budget");
  command.footer("Example: bitline allocate examples/allocate-resnet20.toml");
  arguments->config.add_to(command);
  command
      .option("--out", arguments->out,
              "Folder for the files; runs/<name of CONFIG>-allocation unless given")
      .type("DIR");
  command.json_flag(arguments->json);
  command.runs([arguments, &context] { run_allocate(*arguments, context); });
}

}  // namespace bitline::cli
