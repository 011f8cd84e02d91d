#include "bitline/search/division_meter.h"

#include <algorithm>

#include "bitline/search/search_checks.h"
#include "bitline/search/tie_break.h"

namespace bitline {

DivisionMeter::DivisionMeter(Evaluator& evaluator, const AllocationOptions& options, const Job& job)
    : evaluator_(evaluator),
      options_(options),
      job_(job),
      order_(checked_image_order(options.search, evaluator)) {}

std::vector<Score> DivisionMeter::scores_of(std::span<const AdcPlan> plans,
                                            std::span<const std::int64_t> images) {
  job_.cancellation.check();
  return evaluator_.evaluate(plans, images, [this](std::int64_t) { job_.cancellation.check(); });
}

Score DivisionMeter::score_of(const AdcPlan& plan) {
  return scores_of(std::span(&plan, 1), order_).front();
}

void DivisionMeter::add_ranges(const AdcPlan& uniform) {
  ranges_.emplace_back();
  for (const SearchLayer& layer : layers()) ranges_.back().push_back(uniform.layers.at(layer.name));
}

void DivisionMeter::replace_ranges(const Division& division, const AdcPlan& plan) {
  for (std::size_t i = 0; i < division.size(); ++i)
    ranges_[division[i]][i] = plan.layers.at(layers()[i].name);
  known_.clear();
}

MeasuredPlan DivisionMeter::plan_of(const Division& division) const {
  MeasuredPlan plan;
  for (std::size_t i = 0; i < division.size(); ++i) {
    plan.plan.layers[layers()[i].name] = ranges_[division[i]][i];
    plan.cost += options_.cost(layers()[i], options_.levels[division[i]]);
  }
  return plan;
}

MeasuredPlan DivisionMeter::measure(const Division& division) {
  return measure_all(std::span(&division, 1)).front();
}

std::vector<MeasuredPlan> DivisionMeter::measure_all(std::span<const Division> divisions) {
  std::vector<MeasuredPlan> measured;
  std::vector<AdcPlan> plans;
  for (const Division& division : divisions) {
    measured.push_back(plan_of(division));
    plans.push_back(measured.back().plan);
  }
  const std::vector<Score> scores = scores_of(plans, order_);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    measured[i].score = scores[i];
    if (known_.insert(divisions[i]).second) measured_.push_back(measured[i]);
  }
  return measured;
}

bool DivisionMeter::measure_while(MeasuredPlan& plan,
                                  const std::function<bool(const MeasuredPlan& hoped)>& wanted) {
  const auto block = static_cast<std::size_t>(options_.search.block_images);
  for (std::size_t first = 0; first < order_.size(); first += block) {
    MeasuredPlan hoped = plan;
    hoped.score = best_outcome(plan.score, evaluator_.image_count());
    if (!wanted(hoped)) return false;
    const auto images = std::span(order_).subspan(first, std::min(block, order_.size() - first));
    plan.score += scores_of(std::span(&plan.plan, 1), images).front();
  }
  measured_.push_back(plan);
  return wanted(plan);
}

std::vector<MeasuredPlan> DivisionMeter::unknown() const {
  std::vector<MeasuredPlan> plans;
  for (const Division& division : all_divisions(layers().size(), options_.levels.size()))
    if (!known_.contains(division)) plans.push_back(plan_of(division));
  std::ranges::stable_sort(plans, {}, &MeasuredPlan::cost);
  return plans;
}

}  // namespace bitline
