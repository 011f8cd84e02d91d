#include "bitline/run/run_analysis.h"

#include <algorithm>

#include "bitline/base/file.h"
#include "bitline/graph/network_file.h"
#include "bitline/options/describe.h"
#include "bitline/record/mapping_record.h"
#include "bitline/study/allocation.h"
#include "bitline/study/cost_report.h"
#include "bitline/study/explanation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/mapping_report.h"
#include "bitline/study/profile_report.h"
#include "bitline/study/recalibrate_network.h"

namespace bitline {

SearchStudy& RunAnalysis::study() {
  if (!study_) study_.emplace(subject_.network, config_, job_);
  return *study_;
}

std::int64_t RunAnalysis::most_levels() {
  std::int64_t most = 2;
  for (const CimLayer* layer : study().searched_layers())
    most = std::max(most, layer->sums.maximum - layer->sums.minimum + 1);
  return std::min(most, config_.array.most_adc_levels().value_or(most));
}

EstimateFacts RunAnalysis::estimate_facts() {
  EstimateFacts facts;
  const Executor& executor = study().executor();
  facts.seconds_per_image = study().seconds_per_image();
  std::int64_t all = 0;
  for (const CimLayer* layer : executor.cim_layers()) all += layer->conversions();
  std::int64_t before = 0;
  const auto searched = study().searched_layers();
  for (const CimLayer* layer : executor.cim_layers()) {
    const double behind = static_cast<double>(all - before) / static_cast<double>(all);
    before += layer->conversions();
    if (std::ranges::find(searched, layer) != searched.end())
      facts.layers.push_back({layer->sums.magnitude(), behind});
  }
  return facts;
}

void RunAnalysis::tell_estimate(const RunRows& rows, bool recalibrates) {
  const Manifest& manifest = stages_.folder().manifest();
  if (manifest.contains("run")) return;
  EstimateFacts facts = estimate_facts();
  facts.images = rows.images();
  facts.training_images = rows.training_images();
  facts.recalibrates = recalibrates;
  facts.is_there = [&manifest](const std::string& stage) { return manifest.contains(stage); };
  const std::vector<StagesLeft> left = stages_left(config_, facts);
  if (!left.empty())
    job_.progress.expect(fmt::format("{:.0f} images a second on the array; all takes {}",
                                     1 / facts.seconds_per_image, to_text(left)));
}

NextStepFacts RunAnalysis::next_step_facts() const {
  NextStepFacts facts{can_recalibrate(subject_.network, config_.array), 0};
  const MappingRecord mapping = mapping_from_json(stages_.folder().read_text("mapping.json"));
  for (const MappingRecord::Node& node : mapping.nodes)
    if (node.layout)
      facts.most_driven_rows =
          std::max(facts.most_driven_rows,
                   std::min(node.layout->fan_in, config_.array.of(node.name).driven_rows()));
  return facts;
}

void RunAnalysis::mapping() {
  stages_.run("mapping",
              {{"network", subject_.network_hash},
               {"array", subject_.array},
               {"columns_per_adc", describe_columns_per_adc(config_.array)}},
              [&](StageOutput& output) {
                // Nothing runs, so nothing has to be packed for the fast engine.
                const Executor executor(subject_.network, MacMode::kAnalog, config_.array,
                                        Engine::kReference, job_.progress);
                output.write("mapping.json", to_json(mapping_record(executor, config_.array)));
              });
}

void RunAnalysis::profile() {
  stages_.run("profile",
              {{"network", subject_.network_hash},
               {"sample", subject_.sample_hash},
               {"array", subject_.array},
               {"by_tile", config_.profile.by_tile ? "yes" : "no"}},
              [&](StageOutput& output) {
                const ProfileFiles files = profile_files(
                    study().executor(), study().profile(config_.profile.by_tile, job_));
                output.write("profile/counts.csv", files.counts_csv);
                output.write("profile/statistics.csv", files.statistics_csv);
                output.write("profile/histograms.npz", files.histograms_npz);
              });
}

void RunAnalysis::cost(const std::string& name, const Network& network, const AdcPlan& plan) {
  stages_.run("cost-" + name,
              {{"network", content_hash(network)},
               {"sample", config_.cost->zero_detection ? subject_.sample_hash : ""},
               {"array", subject_.array},
               {"columns_per_adc", describe_columns_per_adc(config_.array)},
               {"plan", content_hash(plan)},
               {"cost", describe(*config_.cost)}},
              [&](StageOutput& output) {
                const Executor executor(network, MacMode::kAnalog, config_.array, Engine::kFused,
                                        job_.progress);
                const CostOptions options =
                    load_cost_options(config_, executor, plan, subject_.sample, job_);
                output.write("costs/" + name + ".json",
                             to_json(record_of(compare_cost(executor, plan, *config_.cost, options),
                                               *config_.cost, options)));
              });
}

void RunAnalysis::recalibrate(const PlanCase& own, const AdcPlan& plan) {
  if (!recalibrated_.insert(own.name).second) return;
  stages_.run("recalibrate-" + own.name,
              {{"network", subject_.network_hash},
               {"sample", subject_.sample_hash},
               {"plan", content_hash(plan)},
               {"array", subject_.array}},
              [&](StageOutput& output) {
                write_network(output.path_of(own.recalibrated_network()),
                              recalibrated(subject_.network, plan, subject_.sample, config_, job_));
              });
}

void RunAnalysis::explain(const std::string& name, const Network& network, const AdcPlan& plan) {
  stages_.run("explain-" + name,
              {{"network", content_hash(network)},
               {"sample", subject_.sample_hash},
               {"array", subject_.array},
               {"plan", content_hash(plan)}},
              [&](StageOutput& output) {
                output.write("explanations/" + name + ".json",
                             to_json(record_of(bitline::explain(network, config_, plan, job_))));
              });
}

std::optional<AdcPlan> RunAnalysis::allocate(const Dataset& test, const std::string& test_hash) {
  const std::string journal = "journals/allocate";
  stages_.run(
      "allocate",
      {{"network", subject_.network_hash},
       {"sample", subject_.sample_hash},
       {"validation_per_class", std::to_string(config_.data.validation_per_class)},
       {"test", test_hash},
       {"array", subject_.array},
       {"columns_per_adc", describe_columns_per_adc(config_.array)},
       {"search", describe(config_.search, config_.adc)},
       {"cost", describe(config_.cost_or_default())},
       {"allocate", describe(*config_.allocate, config_.search.recalibrate)}},
      [&](StageOutput& output) {
        make_folder(stages_.folder().path_of("journals"));
        const AllocationOutcome outcome =
            bitline::allocate(study(), config_, test, stages_.folder().path_of(journal), job_);
        output.write("allocation.json", to_json(record_of(outcome, config_.allocate->by_area)));
        for (std::size_t i = 0; i < outcome.allocation.front.size(); ++i)
          output.write(front_plan_name(i), to_json(outcome.allocation.front[i].plan));
        if (outcome.allocation.best)
          output.write(std::string(kAllocatedPlan), to_json(outcome.allocation.best->plan));
      });
  std::filesystem::remove(stages_.folder().path_of(journal));
  if (!std::filesystem::exists(stages_.folder().path_of(kAllocatedPlan))) return std::nullopt;
  return plan_from_json(stages_.folder().read_text(kAllocatedPlan));
}

}  // namespace bitline
