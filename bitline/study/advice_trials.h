// The advice of an explanation, tried.
#pragma once

#include <string>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/progress.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"
#include "bitline/record/explanation_record.h"
#include "bitline/study/explanation.h"

namespace bitline {

/// Evaluates, on the validation images (the search sample where none are left): the plan, and the
/// plan changed in one way each. Wider ranges and twice the levels of the worst layers, alone and
/// together; batch-norm recalibrated; a half and a quarter of the rows driven, with ranges by csnr
/// for the sums as they then are. What is so already or cannot be is left out. Of a network whose
/// statistics are those of its plan, only the ADCs are changed, each time with statistics moved by
/// that on these images.
ExplanationRecord::Trials try_advice(const Network& network, const RunConfig& config,
                                     const AdcPlan& plan, const Explanation& explanation,
                                     const Job& job);

}  // namespace bitline
