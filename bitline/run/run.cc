#include "bitline/run/run.h"

#include <algorithm>
#include <span>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/base/version.h"
#include "bitline/graph/network_file.h"
#include "bitline/options/describe.h"
#include "bitline/record/search_summary.h"
#include "bitline/report/report.h"
#include "bitline/run/doubts.h"
#include "bitline/run/fewest_levels.h"
#include "bitline/run/next_steps.h"
#include "bitline/run/plan_case.h"
#include "bitline/run/recommendation.h"
#include "bitline/run/run_account.h"
#include "bitline/run/run_analysis.h"
#include "bitline/run/run_network.h"
#include "bitline/run/run_rows.h"
#include "bitline/run/run_stages.h"
#include "bitline/runtime/add_batch_norm.h"
#include "bitline/study/assumptions.h"
#include "bitline/study/cost_report.h"
#include "bitline/study/inputs.h"
#include "bitline/study/recalibrate_network.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/train.h"
#include "bitline/study/training_recipe.h"

namespace bitline {
namespace {

/// What can be said against numbers of levels before they are searched for.
void check_numbers(const RunConfig& config, std::span<const RangeMethod> methods,
                   std::span<const std::int64_t> levels) {
  for (const RangeMethod method : methods) check_ranges(config, method, levels);
  if (config.cost) check_levels(*config.cost, levels);
}

/// A run while it goes on.
class Run {
 public:
  Run(const RunConfig& config, const std::filesystem::path& folder, const Job& job)
      : config_(config),
        stages_(folder, job),
        job_(job),
        analysis_(config_, subject_, stages_, job) {}

  RunOutcome go() {
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInterrupted && rows_)
        stages_.leave(std::string(kUnfinished), std::string(kUnfinishedFile),
                      to_json(unfinished_account(config_, stages_, *rows_, plans_, pending_)));
      throw;
    }
    return std::move(outcome_);
  }

 private:
  void work() {
    check_run(config_);
    // Until this run has ended, no report may show what an earlier one left beside its files.
    stages_.outdate({"run", "report", std::string(kUnfinished)});
    baseline();
    analysis_.mapping();
    analysis_.profile();
    analysis_.tell_estimate(*rows_, recalibrates_);
    search();
    if (config_.allocate) allocated_case();
    for (const auto& [own, plan] : plans_) plan_case(own, plan);
    measure_rows();
    finish();
  }

  const RunFolder& folder() const { return stages_.folder(); }

  void baseline() {
    RunNetworks networks = run_network(config_, stages_, job_);
    subject_.network = std::move(networks.network);
    real_ = std::move(networks.real);
    // What the run puts on grids itself says by which mean and deviation.
    outcome_.assumed = assumptions(real_ ? *real_ : subject_.network, config_.data);
    take_default_encoding(config_, subject_.network);
    subject_.array = describe(config_.array) + describe(config_.data);
    check_delta_step_fits(subject_.network, config_);
    subject_.sample = load_search_sample(config_.data, config_.seed, job_);
    check_fit(subject_.network, subject_.sample);
    recalibrates_ = config_.search.recalibrate && can_recalibrate(subject_.network, config_.array);
    if (recalibrates_)
      outcome_.given_batch_norm = layers_without_batch_norm(subject_.network, config_.array);
    subject_.network_hash = content_hash(subject_.network);
    subject_.sample_hash = content_hash(subject_.sample);
    rows_.emplace(config_, subject_.network, subject_.sample, stages_, job_);
    check_fit(subject_.network, rows_->test_images());  // which are read at the end
    pending_.push_back({{}, "lossless", {}, Treatment::kNone, "", ""});
    if (config_.retrain && config_.retrain->control) retrained_case({}, {});
  }

  void search() {
    for (const std::int64_t levels : config_.search.levels)
      for (const RangeMethod ranges : config_.search.ranges) search_case(levels, ranges);
    if (!config_.search.finds_fewest()) return;
    find_fewest_levels(analysis_.most_levels(), [this](std::int64_t levels) {
      check_numbers(config_, config_.search.ranges, {&levels, 1});
      bool qualifies = false;
      for (const RangeMethod ranges : config_.search.ranges) {
        search_case(levels, ranges);
        const auto& [own, plan] = plans_.back();
        qualifies = keeps_accuracy(own, plan) || qualifies;
      }
      return qualifies;
    });
    std::ranges::stable_sort(plans_, {},
                             [](const auto& searched) { return searched.first.levels; });
  }

  /// Whether it is within max_loss, before any retraining.
  bool keeps_accuracy(const PlanCase& own, const AdcPlan& plan) {
    const Rational& most = config_.search.max_loss;
    if (rows_->validation_loss(own.name, subject_.network, plan, Treatment::kNone) <= most)
      return true;
    if (!recalibrates_) return false;
    analysis_.recalibrate(own, plan);
    return rows_->validation_loss(own.recalibrated(), network_from(own.recalibrated_network()),
                                  plan, Treatment::kRecalibrated) <= most;
  }

  void search_case(std::int64_t levels, RangeMethod ranges) {
    const PlanCase search{levels, std::string(name_of(ranges)),
                          fmt::format("L{}-{}", levels, name_of(ranges))};
    const std::string journal = "journals/" + search.name;
    stages_.run("search-" + search.name,
                {{"network", subject_.network_hash},
                 {"sample", subject_.sample_hash},
                 {"array", subject_.array},
                 {"search", describe(config_.search, config_.adc)}},
                [&](StageOutput& output) {
                  make_folder(folder().path_of("journals"));
                  const SearchResult result =
                      analysis_.study().search(levels, ranges, folder().path_of(journal), job_);
                  output.write(search.artefact(), to_json(result.plan));
                  output.write("curves/" + search.name + ".csv", curves_to_csv(result.curves));
                  output.write(
                      "searches/" + search.name + ".json",
                      to_json(SearchSummary{record_of(result.score), result.images_measured,
                                            result.images_in_full}));
                });
    std::filesystem::remove(folder().path_of(journal));
    const SearchSummary summary =
        search_summary_from_json(folder().read_text("searches/" + search.name + ".json"));
    outcome_.images_measured += summary.images_measured;
    outcome_.images_in_full += summary.images_in_full;
    plans_.emplace_back(search, plan_from_json(folder().read_text(search.artefact())));
  }

  void allocated_case() {
    const auto plan = analysis_.allocate(rows_->test_images(), rows_->test_hash());
    if (plan)
      plans_.emplace_back(
          PlanCase{most_levels(*plan), std::string(kAllocated), std::string(kAllocated)}, *plan);
  }

  void plan_case(const PlanCase& own, const AdcPlan& plan) {
    pending_.push_back({own, own.name, plan, Treatment::kNone, "", own.artefact()});
    if (config_.cost) analysis_.cost(own.name, subject_.network, plan);
    if (recalibrates_) recalibrated_case(own, plan);
    if (config_.retrain) retrained_case(own, plan);
  }

  void recalibrated_case(const PlanCase& own, const AdcPlan& plan) {
    analysis_.recalibrate(own, plan);
    pending_.push_back({own, own.recalibrated(), plan, Treatment::kRecalibrated,
                        own.recalibrated_network(), own.artefact()});
    if (has_other_costs())
      analysis_.cost(own.recalibrated(), network_from(own.recalibrated_network()), plan);
  }

  /// Without levels: the control, the same training with lossless ADCs.
  void retrained_case(const PlanCase& own, const AdcPlan& plan) {
    const std::string name = (own.levels == 0 ? "control" : own.name) + "-retrained";
    const std::string artefact = "networks/" + name + ".safetensors";
    const std::string recipe = retraining_recipe(config_, subject_.network, plan,
                                                 load_split(config_.data, Split::kTrain, job_));
    const bool changes_plan = config_.retrain->changes_plan() && own.levels != 0;
    const std::string plan_artefact = changes_plan ? "plans/" + name + ".json" : own.artefact();
    stages_.run_training("retrain-" + name, artefact, recipe,
                         [&](StageOutput& output, const std::filesystem::path& path, bool resume) {
                           RunConfig training = config_;
                           training.retrain->train.output = path;
                           const Trained trained =
                               retrain_network(training, subject_.network, plan, resume, job_,
                                               [](const EpochReport&) {});
                           if (changes_plan) output.write(plan_artefact, to_json(trained.plan));
                         });
    const AdcPlan trained_plan =
        changes_plan ? plan_from_json(folder().read_text(plan_artefact)) : plan;
    pending_.push_back({own, name, trained_plan, Treatment::kRetrained, artefact,
                        own.levels == 0 ? "" : plan_artefact});
    const bool costs_as_before = !changes_plan && !has_other_costs();
    if (config_.cost && own.levels != 0 && !costs_as_before)
      analysis_.cost(name, network_from(artefact), trained_plan);
  }

  /// Of another network under the same plan: other reads are idle.
  bool has_other_costs() const { return config_.cost && config_.cost->zero_detection; }

  Network network_from(const std::string& artefact) const {
    return network_from_safetensors(parse_safetensors(folder().read(artefact)));
  }

  void measure_rows() {
    if (real_) outcome_.rows.push_back(rows_->measure_real(*real_));
    for (const PendingRow& pending : pending_) {
      const Network network =
          pending.network.empty() ? subject_.network : network_from(pending.network);
      ResultRow row = rows_->measure(pending.name, network, pending.plan, pending.treatment);
      if (config_.explain && pending.own.levels != 0)
        analysis_.explain(pending.name, network, pending.plan);
      row.levels = pending.own.levels;
      row.ranges = pending.own.ranges;
      row.network = pending.network;
      row.plan = pending.plan_artefact;
      outcome_.rows.push_back(row);
    }
  }

  void finish() {
    outcome_.images = rows_->images();
    outcome_.recommended = recommend(outcome_.rows, config_.search.max_loss);
    outcome_.doubts =
        doubts_about(outcome_.rows, outcome_.recommended,
                     {rows_->test_images().classes, outcome_.images}, config_.search.max_loss);
    if (!outcome_.recommended)
      outcome_.next_steps = next_steps(outcome_.rows, config_, analysis_.next_step_facts());
    const std::string table = to_csv(outcome_.rows);
    std::string plan;
    if (outcome_.recommended) {
      plan = folder().read_text(outcome_.rows[*outcome_.recommended].plan);
      outcome_.plan = plan_from_json(plan);
    } else if (const ResultRow* closest = closest_row(outcome_.rows)) {
      outcome_.closest = plan_from_json(folder().read_text(closest->plan));
    }
    stages_.run("results", {{"table", sha256(table)}, {"plan", sha256(plan)}},
                [&](StageOutput& output) {
                  output.write("results.csv", table);
                  if (!plan.empty()) output.write("plan.json", plan);
                });
    outcome_.skipped = stages_.skipped();
    outcome_.network = std::move(subject_.network);
    describe_run();
    report();
  }

  /// run.json says how this time went, so it is written every time.
  void describe_run() {
    const std::string text = to_json(
        account_of(config_, outcome_, subject_.network_hash, folder().path(), stages_.seconds()));
    stages_.run("run", {{"text", sha256(text)}},
                [&](StageOutput& output) { output.write("run.json", text); });
  }

  /// After all others, since it shows what they left.
  void report() {
    const std::filesystem::path path = folder().path();
    const std::string page = make_report({&path, 1}, version());
    stages_.run("report", {{"page", sha256(page)}},
                [&](StageOutput& output) { output.write("report.html", page); });
  }

  RunConfig config_;
  RunStages stages_;
  Job job_;
  RunSubject subject_;
  RunAnalysis analysis_;
  std::optional<Network> real_;  // that the run has put on grids
  std::optional<RunRows> rows_;
  std::vector<SearchedPlan> plans_;  // as the searches found them
  std::vector<PendingRow> pending_;  // in the order of the table
  RunOutcome outcome_;
  bool recalibrates_ = false;
};

}  // namespace

void check_run(const RunConfig& config) {
  if (!config.model.is_made_elsewhere() && !config.quantize)
    fail_usage(
        "model.name trains a network in float32, and layers need integer grids to be put on the "
        "array; add the table [quantize]");
  std::vector<RangeMethod> methods = config.search.ranges;
  if (config.allocate) methods.push_back(config.allocate->ranges);
  check_numbers(config, methods, config.search.levels);
  if (config.retrain) check_run_retraining(config, methods);
  if (config.allocate) check_levels(config.cost_or_default(), config.allocate->levels);
}

RunOutcome run_pipeline(const RunConfig& config, const std::filesystem::path& folder,
                        const Job& job) {
  return Run(config, folder, job).go();
}

}  // namespace bitline
