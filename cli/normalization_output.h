// What evaluate --try-normalization found, for people and as JSON.
#pragma once

#include "bitline/base/json.h"
#include "bitline/study/normalization_trials.h"

namespace bitline::cli {

/// A row for each normalization, best first, and which keys to set. `classes` of the images say
/// what a guess would give.
void print_trials(const NormalizationTrials& found, std::int64_t classes);
Json json_of(const NormalizationTrials& found);

}  // namespace bitline::cli
