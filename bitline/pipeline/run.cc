#include "bitline/pipeline/run.h"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/graph/network_file.h"
#include "bitline/pipeline/describe.h"
#include "bitline/pipeline/evaluation.h"
#include "bitline/pipeline/profile_report.h"
#include "bitline/pipeline/search_run.h"
#include "bitline/pipeline/stage.h"
#include "bitline/pipeline/study.h"
#include "bitline/pipeline/training.h"
#include "bitline/pipeline/version.h"
#include "bitline/runtime/recalibrate.h"
#include "bitline/train/checkpoint.h"

namespace bitline {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kNetwork = "network.safetensors";

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
        folder_(folder),
        progress_(progress),
        cancellation_(cancellation),
        array_(describe(config.array) + describe(config.data.normalization)) {}

  RunOutcome go() {
    baseline();
    profile();
    add_row({}, false, "evaluations/lossless", {});
    for (const std::int64_t levels : config_.search.levels)
      for (const RangeMethod ranges : config_.search.ranges) plan_case({levels, ranges});
    finish();
    return std::move(outcome_);
  }

 private:
  void stage(const std::string& name, std::map<std::string, std::string> inputs,
             const std::function<void(StageOutput&)>& body) {
    cancellation_.check();
    inputs["version"] = version();
    const auto start = std::chrono::steady_clock::now();
    if (!run_stage(folder_, {name, std::move(inputs)}, body)) outcome_.skipped.push_back(name);
    timings_[name] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  /// Continues a training that was stopped; starts anew where the recipe or the images changed.
  void train() {
    RunConfig training = config_;
    training.train.output = folder_.path_of(kNetwork);
    const std::filesystem::path checkpoint = training_files(training.train).checkpoint;
    const std::string recipe = training_recipe(config_, load_split(config_.data, Split::kTrain));
    const bool resume = !folder_.manifest().contains("train") &&
                        std::filesystem::exists(checkpoint) &&
                        read_checkpoint(checkpoint).recipe_hash == recipe;
    stage("train", {{"recipe", recipe}}, [&](StageOutput& output) {
      if (!resume) std::filesystem::remove(checkpoint);
      train_network(training, resume, progress_, cancellation_, [](const EpochReport&) {});
      output.path_of(kNetwork);
    });
  }

  void baseline() {
    if (config_.model.file.empty()) {
      train();
      network_ = read_network(folder_.path_of(kNetwork));
    } else {
      network_ = load_network(config_.model);
    }
    sample_ = load_search_sample(config_.data, config_.seed);
    test_ = load_split(config_.data, Split::kTest);
    network_hash_ = content_hash(network_);
    sample_hash_ = content_hash(sample_);
    test_hash_ = content_hash(test_);
    evaluate_plan("evaluations/lossless", network_, {}, network_hash_);
  }

  SearchBench& bench() {
    if (!bench_) bench_.emplace(network_, config_);
    return *bench_;
  }

  void profile() {
    stage("profile",
          {{"network", network_hash_},
           {"sample", sample_hash_},
           {"array", array_},
           {"by_tile", config_.profile_by_tile ? "yes" : "no"}},
          [&](StageOutput& output) {
            const ProfileFiles files =
                profile_files(bench().executor(),
                              bench().profile(config_.profile_by_tile, progress_, cancellation_));
            output.write("profile/counts.csv", files.counts_csv);
            output.write("profile/statistics.csv", files.statistics_csv);
            output.write("profile/histograms.npz", files.histograms_npz);
          });
  }

  void plan_case(const SearchCase& search) {
    const std::string journal = "journals/" + search.name();
    stage("search-" + search.name(),
          {{"network", network_hash_},
           {"sample", sample_hash_},
           {"array", array_},
           {"search", describe(config_.search)}},
          [&](StageOutput& output) {
            make_folder(folder_.path_of("journals"));
            const SearchResult result = bench().search(
                search.levels, search.ranges, folder_.path_of(journal), progress_, cancellation_);
            output.write(search.plan(), to_json(result.plan));
            output.write("curves/" + search.name() + ".csv", curves_to_csv(result.curves));
            output.write("searches/" + search.name() + ".json", search_summary(result));
          });
    std::filesystem::remove(folder_.path_of(journal));
    const Json summary = Json::parse(folder_.read_text("searches/" + search.name() + ".json"));
    outcome_.images_measured += summary.at("images_measured").get<std::int64_t>();
    outcome_.images_in_full += summary.at("images_in_full").get<std::int64_t>();
    const AdcPlan plan = plan_from_json(folder_.read_text(search.plan()));
    const std::string evaluation = "evaluations/" + search.name();
    evaluate_plan(evaluation, network_, plan, network_hash_);
    add_row(search, false, evaluation, {});
    if (config_.search.recalibrate) recalibrated_case(search, plan);
  }

  void recalibrated_case(const SearchCase& search, const AdcPlan& plan) {
    const std::string artefact = "networks/" + search.name() + ".safetensors";
    stage("recalibrate-" + search.name(),
          {{"network", network_hash_},
           {"sample", sample_hash_},
           {"plan", content_hash(plan)},
           {"array", array_}},
          [&](StageOutput& output) {
            Executor executor(network_, MacMode::kAnalog, config_.array, config_.engine);
            PreparedPlan prepared = executor.prepare(plan);
            const Network recalibrated =
                recalibrate(executor, prepared, normalized_images(sample_, config_.data), progress_,
                            cancellation_);
            write_network(output.path_of(artefact), recalibrated);
          });
    const Network network = network_from_safetensors(parse_safetensors(folder_.read(artefact)));
    const std::string evaluation = "evaluations/" + search.name() + "-recalibrated";
    evaluate_plan(evaluation, network, plan, content_hash(network));
    add_row(search, true, evaluation, artefact);
  }

  void evaluate_plan(const std::string& name, const Network& network, const AdcPlan& plan,
                     const std::string& network_hash) {
    const auto one = [&](const Dataset& dataset, const std::string& hash, const char* where) {
      stage(fmt::format("{}-{}", name, where),
            {{"network", network_hash},
             {"data", hash},
             {"plan", content_hash(plan)},
             {"array", array_}},
            [&](StageOutput& output) {
              const Evaluation evaluation =
                  evaluate(network, MacMode::kAnalog, plan, dataset, config_,
                           fmt::format("{} on {} images", name, where), progress_, cancellation_);
              output.write(fmt::format("{}-{}.json", name, where), to_json(evaluation));
            });
    };
    one(sample_, sample_hash_, "sample");
    one(test_, test_hash_, "test");
  }

  Evaluation evaluation_of(const std::string& name, const char* where) const {
    return evaluation_from_json(folder_.read_text(fmt::format("{}-{}.json", name, where)));
  }

  void add_row(const SearchCase& search, bool recalibrated, const std::string& evaluation,
               const std::string& network) {
    const Evaluation sample = evaluation_of(evaluation, "sample");
    const Evaluation test = evaluation_of(evaluation, "test");
    const Evaluation sample_base = evaluation_of("evaluations/lossless", "sample");
    const Evaluation test_base = evaluation_of("evaluations/lossless", "test");
    ResultRow row;
    row.levels = search.levels;
    row.recalibrated = recalibrated;
    row.search_accuracy = sample.accuracy();
    row.search_loss = 100 * static_cast<double>(sample_base.score.correct - sample.score.correct) /
                      static_cast<double>(sample.score.images);
    row.test_accuracy = test.accuracy();
    row.test_top_five = test.top_five_accuracy();
    const Interval loss = paired_difference(test.right, test_base.right);
    row.test_loss = {100 * loss.value, 100 * loss.lower, 100 * loss.upper};
    if (search.levels != 0) {
      row.ranges = name_of(search.ranges);
      row.plan = search.plan();
      row.network = network;
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
      plan = folder_.read_text(outcome_.rows[*outcome_.recommended].plan);
      outcome_.plan = plan_from_json(plan);
    }
    stage("results", {{"table", sha256(table)}, {"plan", sha256(plan)}}, [&](StageOutput& output) {
      output.write("results.csv", table);
      if (!plan.empty()) output.write("plan.json", plan);
    });
    describe_run();
    outcome_.network = std::move(network_);
  }

  /// run.json says how this time went, so it is written every time.
  void describe_run() {
    Json json{{"bitline", version()},
              {"revision", git_revision()},
              {"seed", config_.seed},
              {"network", network_hash_},
              {"config", config_.as_used}};
    if (outcome_.recommended) {
      const ResultRow& row = outcome_.rows[*outcome_.recommended];
      json["recommended"] = row.plan;
      if (row.recalibrated) json["recommended_network"] = row.network;
    }
    for (const auto& [name, seconds] : timings_) json["seconds"][name] = seconds;
    json["skipped"] = outcome_.skipped;
    const std::string text = json.dump(1) + "\n";
    run_stage(folder_, {"run", {{"text", sha256(text)}}},
              [&](StageOutput& output) { output.write("run.json", text); });
  }

  const RunConfig& config_;
  RunFolder folder_;
  ProgressSink& progress_;
  const Cancellation& cancellation_;
  Network network_;
  Dataset sample_, test_;
  std::string array_, network_hash_, sample_hash_, test_hash_;
  std::optional<SearchBench> bench_;
  std::map<std::string, double> timings_;
  RunOutcome outcome_;
};

}  // namespace

RunOutcome run_pipeline(const RunConfig& config, const std::filesystem::path& folder,
                        ProgressSink& progress, const Cancellation& cancellation) {
  return Run(config, folder, progress, cancellation).go();
}

}  // namespace bitline
