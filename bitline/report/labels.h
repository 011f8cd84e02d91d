// How a report puts numbers and names; the same in every section.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/report/page_data.h"
#include "bitline/report/run_record.h"

namespace bitline {

using Runs = std::vector<RunRecord>;

/// "88.50 %".
std::string per_cent_text(double value);
/// "3.40 points", "1 point".
std::string points_text(double value);
/// "950.00 nJ", "2.40 µJ".
std::string energy_text(double nanojoules);
/// A share that results.csv holds, in per cent: to the four decimals that stand there.
Interval in_per_cent(const Interval& share);
/// "95 %: 86.37 to 90.33", of per cent or points.
std::string interval_text(const Interval& interval);
/// The text with minus signs for hyphens.
std::string signed_text(std::string_view text);
/// "1,234,567".
std::string grouped(std::int64_t value);
/// The treatment of a row in words: "untreated", "recalibrated", "retrained".
std::string treatment_text(const ResultRow& row);
/// "all layers" for "*", else the layer.
std::string layer_text(const std::string& layer);

/// Of a bar of a layer, with the gap to the next: pixels.
inline constexpr std::size_t kBarHeight = 20;

/// A choice of the run; not shown where there is one.
PageChoice run_choice();
/// Whether the run's searches count answers as the lossless network gives them, not right ones.
bool counts_agreement(const RunRecord& run);
/// The layers on the array, front to back as far as the folder tells.
std::vector<std::string> layers_in_order(const RunRecord& run);
/// Most layers on the array of any run.
std::size_t most_layers(const Runs& runs);
/// Name of the recommended plan, or of the last search.
std::string first_plan(const RunRecord& run);
/// A choice of the plan, which begins with that one.
PageChoice plan_choice(const Runs& runs);
/// Column of the names of runs; hidden where there is one.
PageColumn run_column(const Runs& runs);

}  // namespace bitline
