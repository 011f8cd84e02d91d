// One step of a search: the winner among candidates that share everything else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/base/rational.h"
#include "bitline/search/candidates.h"
#include "bitline/search/range_search.h"

namespace bitline {

/// What every step of a search shares.
struct SearchContext {
  Evaluator& evaluator;
  const SearchOptions& options;
  std::vector<std::int64_t> image_order;  ///< every image once
  Job job;
  std::int64_t images_done = 0;  ///< progress so far, those of dropped candidates included

  std::int64_t image_count() const { return static_cast<std::int64_t>(image_order.size()); }
};

/// Measures `candidates`, each together with the layers of `decided`. `layer` names the step.
SearchCurve search_curve(SearchContext& context, const AdcPlan& decided,
                         std::span<const Candidate> candidates, std::string layer);

}  // namespace bitline
