// Plans of an allocation: what they cost and score, and which of them were measured.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <vector>

#include "bitline/search/all_divisions.h"
#include "bitline/search/level_allocation.h"

namespace bitline {

/// Measures plans on all images, and keeps every one. Refers to what it is made of.
class DivisionMeter {
 public:
  /// Throws Error (kUsage) for options that are not possible on the evaluator.
  DivisionMeter(Evaluator& evaluator, const AllocationOptions& options, const Job& job);

  const std::vector<SearchLayer>& layers() const { return evaluator_.layers(); }
  Score score_of(const AdcPlan& plan);

  /// The ranges of the next of options.levels, from a plan that has them in every layer.
  void add_ranges(const AdcPlan& uniform);
  /// Others for the layers of a division, as `plan` has them.
  void replace_ranges(const Division& division, const AdcPlan& plan);

  /// A division with the ranges that were given, not measured yet.
  MeasuredPlan plan_of(const Division& division) const;
  MeasuredPlan measure(const Division& division);
  /// The same for several; the fewer layers they differ in, the cheaper.
  std::vector<MeasuredPlan> measure_all(std::span<const Division> divisions);
  /// Measures block by block, as long as `wanted` takes the best that the plan can end as. Whether
  /// it takes what it ended as.
  bool measure_while(MeasuredPlan& plan,
                     const std::function<bool(const MeasuredPlan& hoped)>& wanted);
  /// Takes one that others measured.
  void add(const MeasuredPlan& plan) { measured_.push_back(plan); }

  /// Everything that was measured, in that order.
  std::vector<MeasuredPlan>& measured() { return measured_; }
  /// All divisions that were not measured with the ranges as they are; by cost.
  std::vector<MeasuredPlan> unknown() const;

 private:
  std::vector<Score> scores_of(std::span<const AdcPlan> plans,
                               std::span<const std::int64_t> images);

  Evaluator& evaluator_;
  const AllocationOptions& options_;
  Job job_;
  std::vector<std::int64_t> order_;
  std::vector<std::vector<PlannedAdc>> ranges_;  // by levels, by layer
  std::vector<MeasuredPlan> measured_;
  std::set<Division> known_;  // measured with the ranges as they are
};

}  // namespace bitline
