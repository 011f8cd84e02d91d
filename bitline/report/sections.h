// The sections of a report, one file each. Each says of itself what is missing where a run folder
// does not hold what it draws; one on a part of a run that is not always asked for is empty.
//
// To add one: a function here, its file, and its line in section_makers() of report.cc.
#pragma once

#include <optional>
#include <vector>

#include "bitline/record/unfinished_run.h"
#include "bitline/report/labels.h"
#include "bitline/report/page_data.h"

namespace bitline {

/// What came out: the recommended plan of each run.
PageSection summary_section(const Runs& runs);
/// Test accuracy against the number of levels, for every range method and treatment.
PageSection accuracy_section(const Runs& runs);
/// Area and energy by circuit and layer, before and after. Empty without costs/.
std::optional<PageSection> cost_section(const Runs& runs);
/// Levels divided among the layers. Empty without allocation.json.
std::optional<PageSection> levels_section(const Runs& runs);
/// Which layers lose the accuracy, and why. Empty without explanations/.
std::optional<PageSection> diagnosis_section(const Runs& runs);
/// The recommended plan of each run, layer by layer.
PageSection plan_section(const Runs& runs);
/// How the network lies on the array.
PageSection mapping_section(const Runs& runs);
/// Histograms of partial sums by layer and input bit, with thresholds and range of every plan.
PageSection sums_section(const Runs& runs);
/// Curves δ → accuracy of every search.
PageSection search_section(const Runs& runs);
/// What it takes to do the runs again.
PageSection configuration_section(const Runs& runs);
/// The only section of a run that was stopped.
PageSection unfinished_section(const UnfinishedRun& run);

}  // namespace bitline
