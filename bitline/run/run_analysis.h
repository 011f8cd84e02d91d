// What a run says of its network and its plans beside accuracies: how they lie on the array, their
// partial sums, their cost, where answers are lost, how levels are best divided.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "bitline/data/dataset.h"
#include "bitline/options/run_config.h"
#include "bitline/run/next_steps.h"
#include "bitline/run/plan_case.h"
#include "bitline/run/run_estimate.h"
#include "bitline/run/run_rows.h"
#include "bitline/run/run_stages.h"
#include "bitline/study/search_study.h"

namespace bitline {

inline constexpr std::string_view kAllocatedPlan = "plans/allocated.json";

/// What a run works on, with hashes that its stages depend on.
struct RunSubject {
  Network network;
  Dataset sample;
  std::string network_hash, sample_hash;
  std::string array;  ///< description of the array and of the images' normalisation
};

/// Each function is a stage of the run; docs/run-folder.md lists the artefacts.
class RunAnalysis {
 public:
  /// Everything has to outlive this.
  RunAnalysis(const RunConfig& config, const RunSubject& subject, RunStages& stages, const Job& job)
      : config_(config), subject_(subject), stages_(stages), job_(job) {}

  /// mapping.json
  void mapping();
  /// profile/…
  void profile();
  /// costs/NAME.json, of `network` under the plan.
  void cost(const std::string& name, const Network& network, const AdcPlan& plan);
  /// networks/NAME.safetensors, recalibrated under the plan; once for each.
  void recalibrate(const PlanCase& own, const AdcPlan& plan);
  /// explanations/NAME.json, of `network` under the plan.
  void explain(const std::string& name, const Network& network, const AdcPlan& plan);
  /// allocation.json, and kAllocatedPlan where a plan keeps the budget, which is returned.
  std::optional<AdcPlan> allocate(const Dataset& test, const std::string& test_hash);

  /// Made when it is asked for first.
  SearchStudy& study();
  /// Of a layer that gets an ADC: as many sums as it can have, which so many levels tell apart.
  std::int64_t most_levels();
  /// Says how long the stages take that are left to run, by the pass over the sample that study()
  /// begins with; nothing about a run that has ended.
  void tell_estimate(const RunRows& rows, bool recalibrates);
  /// Once mapping() has run.
  NextStepFacts next_step_facts() const;

 private:
  EstimateFacts estimate_facts();

  const RunConfig& config_;
  const RunSubject& subject_;
  RunStages& stages_;
  Job job_;
  std::optional<SearchStudy> study_;
  std::set<std::string> recalibrated_;  // plans, by name
};

}  // namespace bitline
