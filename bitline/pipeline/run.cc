#include "bitline/pipeline/run.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/graph/network_file.h"
#include "bitline/pipeline/cost_report.h"
#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/mapping_report.h"
#include "bitline/pipeline/profile_report.h"
#include "bitline/pipeline/retraining.h"
#include "bitline/pipeline/run_network.h"
#include "bitline/pipeline/run_rows.h"
#include "bitline/pipeline/run_stages.h"
#include "bitline/pipeline/search_run.h"
#include "bitline/pipeline/study.h"
#include "bitline/pipeline/version.h"
#include "bitline/pipeline/zero_detection.h"
#include "bitline/report/report.h"
#include "bitline/runtime/recalibrate.h"

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

/// One search of a run and the names that follow from it.
struct SearchCase {
  std::int64_t levels = 0;
  RangeMethod ranges = RangeMethod::kLayerWise;
  std::string name() const { return fmt::format("L{}-{}", levels, name_of(ranges)); }
  std::string plan() const { return "plans/" + name() + ".json"; }
};

/// A run while it goes on.
class Run {
 public:
  Run(const RunConfig& config, const std::filesystem::path& folder, ProgressSink& progress,
      const Cancellation& cancellation)
      : config_(config),
        stages_(folder, progress, cancellation),
        progress_(progress),
        cancellation_(cancellation),
        array_(describe(config.array) + describe(config.data.normalization)) {}

  RunOutcome go() {
    baseline();
    mapping();
    profile();
    for (const std::int64_t levels : config_.search.levels)
      for (const RangeMethod ranges : config_.search.ranges) plan_case({levels, ranges});
    finish();
    return std::move(outcome_);
  }

 private:
  const RunFolder& folder() const { return stages_.folder(); }

  void baseline() {
    network_ = run_network(config_, stages_, progress_, cancellation_);
    sample_ = load_search_sample(config_.data, config_.seed, progress_);
    network_hash_ = content_hash(network_);
    sample_hash_ = content_hash(sample_);
    rows_.emplace(config_, network_, sample_, stages_, progress_, cancellation_);
    outcome_.rows.push_back(rows_->lossless());
    if (config_.has_retrain) retrained_case({}, {});
  }

  void mapping() {
    stages_.run("mapping",
                {{"network", network_hash_},
                 {"array", array_},
                 {"columns_per_adc", std::to_string(config_.array.columns_per_adc)}},
                [&](StageOutput& output) {
                  const Executor executor(network_, MacMode::kAnalog, config_.array);
                  output.write("mapping.json", mapping_json(executor, config_.array));
                });
  }

  SearchBench& bench() {
    if (!bench_) bench_.emplace(network_, config_, progress_, cancellation_);
    return *bench_;
  }

  void profile() {
    stages_.run("profile",
                {{"network", network_hash_},
                 {"sample", sample_hash_},
                 {"array", array_},
                 {"by_tile", config_.profile_by_tile ? "yes" : "no"}},
                [&](StageOutput& output) {
                  const ProfileFiles files = profile_files(
                      bench().executor(),
                      bench().profile(config_.profile_by_tile, progress_, cancellation_));
                  output.write("profile/counts.csv", files.counts_csv);
                  output.write("profile/statistics.csv", files.statistics_csv);
                  output.write("profile/histograms.npz", files.histograms_npz);
                });
  }

  void search_case(const SearchCase& search) {
    const std::string journal = "journals/" + search.name();
    stages_.run("search-" + search.name(),
                {{"network", network_hash_},
                 {"sample", sample_hash_},
                 {"array", array_},
                 {"search", describe(config_.search)}},
                [&](StageOutput& output) {
                  make_folder(folder().path_of("journals"));
                  const SearchResult result =
                      bench().search(search.levels, search.ranges, folder().path_of(journal),
                                     progress_, cancellation_);
                  output.write(search.plan(), to_json(result.plan));
                  output.write("curves/" + search.name() + ".csv", curves_to_csv(result.curves));
                  output.write("searches/" + search.name() + ".json", search_summary(result));
                });
    std::filesystem::remove(folder().path_of(journal));
    const Json summary = Json::parse(folder().read_text("searches/" + search.name() + ".json"));
    outcome_.images_measured += summary.at("images_measured").get<std::int64_t>();
    outcome_.images_in_full += summary.at("images_in_full").get<std::int64_t>();
  }

  void plan_case(const SearchCase& search) {
    search_case(search);
    const AdcPlan plan = plan_from_json(folder().read_text(search.plan()));
    add_row(search, rows_->measure(search.name(), network_, plan, Treatment::kNone), {});
    if (config_.has_cost) cost_case(search, plan);
    if (config_.search.recalibrate) recalibrated_case(search, plan);
    if (config_.has_retrain) retrained_case(search, plan);
  }

  void cost_case(const SearchCase& search, const AdcPlan& plan) {
    stages_.run(
        "cost-" + search.name(),
        {{"network", network_hash_},
         {"sample", config_.cost.zero_detection ? sample_hash_ : ""},
         {"array", array_},
         {"columns_per_adc", std::to_string(config_.array.columns_per_adc)},
         {"plan", content_hash(plan)},
         {"cost", describe(config_.cost)}},
        [&](StageOutput& output) {
          CostOptions options = load_cost_options(config_.cost);
          const Executor executor(network_, MacMode::kAnalog, config_.array);
          if (config_.cost.zero_detection)
            options.idle_shares = idle_shares(
                executor, plan, normalized_images(sample_, config_.data), progress_, cancellation_);
          output.write(
              "costs/" + search.name() + ".json",
              to_json(compare_cost(executor, plan, config_.cost, options), config_.cost, options));
        });
  }

  void recalibrated_case(const SearchCase& search, const AdcPlan& plan) {
    const std::string name = search.name() + "-recalibrated";
    const std::string artefact = "networks/" + search.name() + ".safetensors";
    stages_.run("recalibrate-" + search.name(),
                {{"network", network_hash_},
                 {"sample", sample_hash_},
                 {"plan", content_hash(plan)},
                 {"array", array_}},
                [&](StageOutput& output) {
                  Executor executor(network_, MacMode::kAnalog, config_.array, config_.engine);
                  PreparedPlan prepared = executor.prepare(plan);
                  write_network(
                      output.path_of(artefact),
                      recalibrate(executor, prepared, normalized_images(sample_, config_.data),
                                  progress_, cancellation_));
                });
    add_row(search, rows_->measure(name, network_from(artefact), plan, Treatment::kRecalibrated),
            artefact);
  }

  /// Without levels: the control, the same training with lossless ADCs.
  void retrained_case(const SearchCase& search, const AdcPlan& plan) {
    const std::string name = (search.levels == 0 ? "control" : search.name()) + "-retrained";
    const std::string artefact = "networks/" + name + ".safetensors";
    const std::string recipe = retraining_recipe(
        config_, network_, plan, load_split(config_.data, Split::kTrain, progress_));
    stages_.run_training("retrain-" + name, artefact, recipe,
                         [&](const std::filesystem::path& path, bool resume) {
                           RunConfig training = config_;
                           training.retrain.train.output = path;
                           retrain_network(training, network_, plan, resume, progress_,
                                           cancellation_, [](const EpochReport&) {});
                         });
    add_row(search, rows_->measure(name, network_from(artefact), plan, Treatment::kRetrained),
            artefact);
  }

  Network network_from(const std::string& artefact) const {
    return network_from_safetensors(parse_safetensors(folder().read(artefact)));
  }

  void add_row(const SearchCase& search, ResultRow row, const std::string& network) {
    row.levels = search.levels;
    row.network = network;
    if (search.levels != 0) {
      row.ranges = name_of(search.ranges);
      row.plan = search.plan();
    }
    outcome_.rows.push_back(row);
  }

  static std::string search_summary(const SearchResult& result) {
    const Json json{{"correct", result.score.correct},
                    {"images", result.score.images},
                    {"loss", result.score.loss},
                    {"images_measured", result.images_measured},
                    {"images_in_full", result.images_in_full}};
    return json.dump(1) + "\n";
  }

  void finish() {
    outcome_.recommended = recommend(outcome_.rows, config_.search.max_loss);
    const std::string table = to_csv(outcome_.rows);
    std::string plan;
    if (outcome_.recommended) {
      plan = folder().read_text(outcome_.rows[*outcome_.recommended].plan);
      outcome_.plan = plan_from_json(plan);
    }
    stages_.run("results", {{"table", sha256(table)}, {"plan", sha256(plan)}},
                [&](StageOutput& output) {
                  output.write("results.csv", table);
                  if (!plan.empty()) output.write("plan.json", plan);
                });
    outcome_.skipped = stages_.skipped();
    describe_run();
    report();
    outcome_.network = std::move(network_);
  }

  /// run.json says how this time went, so it is written every time.
  void describe_run() {
    Json json{{"bitline", version()},
              {"revision", git_revision()},
              {"seed", config_.seed},
              {"network", network_hash_},
              {"command", config_.command},
              {"objective", name_of(config_.search.options.objective)},
              {"max_loss", config_.search.max_loss},
              {"config", config_.as_used}};
    if (outcome_.recommended) {
      const ResultRow& row = outcome_.rows[*outcome_.recommended];
      json["recommended"] = row.plan;
      if (!row.network.empty()) json["recommended_network"] = row.network;
    }
    for (const auto& [name, seconds] : stages_.seconds()) json["seconds"][name] = seconds;
    json["skipped"] = outcome_.skipped;
    const std::string text = json.dump(1) + "\n";
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

  const RunConfig& config_;
  RunStages stages_;
  ProgressSink& progress_;
  const Cancellation& cancellation_;
  Network network_;
  Dataset sample_;
  std::string array_, network_hash_, sample_hash_;
  std::optional<RunRows> rows_;
  std::optional<SearchBench> bench_;
  RunOutcome outcome_;
};

}  // namespace

RunOutcome run_pipeline(const RunConfig& config, const std::filesystem::path& folder,
                        ProgressSink& progress, const Cancellation& cancellation) {
  return Run(config, folder, progress, cancellation).go();
}

}  // namespace bitline
