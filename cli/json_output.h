// Results as one JSON document on standard output; docs/json/ holds a schema for each subcommand.
#pragma once

#include <nlohmann/json.hpp>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/json.h"
#include "bitline/record/result_row.h"
#include "bitline/study/evaluation.h"

namespace bitline::cli {

/// The document and nothing else; bytes of a name that are no UTF-8 become the replacement
/// character.
void print_json(const Json& document);

Json json_of(const AdcPlan& plan);
/// Accuracies and their intervals, and the mean cross-entropy.
Json json_of(const Evaluation& evaluation);
Json json_of(const std::vector<ResultRow>& rows);

}  // namespace bitline::cli
