// How a report puts numbers and names; the same in every section.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/report/run_record.h"

namespace bitline {

/// "88.50 %".
std::string per_cent_text(double value);
/// "3.40 points", "1 point".
std::string points_text(double value);
/// "95 %: 86.37 to 90.33".
std::string interval_text(const Estimate& estimate);
/// The text with minus signs for hyphens.
std::string signed_text(std::string_view text);
/// "1,234,567".
std::string grouped(std::int64_t value);
/// The treatment of a row in words: "untreated", "recalibrated", "retrained".
std::string treatment_text(const ResultRecord& row);
/// "all layers" for "*", else the layer.
std::string layer_text(const std::string& layer);

/// A choice of the run; not shown where there is one.
PageChoice run_choice();
/// The layers on the array, front to back as far as the folder tells.
std::vector<std::string> layers_in_order(const RunRecord& run);
/// Name of the recommended plan, or of the last search.
std::string first_plan(const RunRecord& run);

}  // namespace bitline
