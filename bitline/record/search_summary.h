// searches/NAME.json: what a search found, and its work.
#pragma once

#include <string>
#include <string_view>

#include "bitline/record/score_record.h"

namespace bitline {

struct SearchSummary {
  ScoreRecord score;                 ///< of the plan, on the search sample
  std::int64_t images_measured = 0;  ///< image evaluations of the search
  std::int64_t images_in_full = 0;   ///< of brute force; 0: nothing was searched

  bool operator==(const SearchSummary&) const = default;
};

std::string to_json(const SearchSummary& summary);
/// The inverse. Throws Error that names what is missing or damaged.
SearchSummary search_summary_from_json(std::string_view text);

}  // namespace bitline
