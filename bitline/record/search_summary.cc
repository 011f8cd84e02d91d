#include "bitline/record/search_summary.h"

#include "bitline/record/json_fields.h"

namespace bitline {

std::string to_json(const SearchSummary& summary) {
  const Json json{{"correct", summary.score.correct},
                  {"images", summary.score.images},
                  {"loss", summary.score.loss},
                  {"images_measured", summary.images_measured},
                  {"images_in_full", summary.images_in_full}};
  return json_text(json, 1) + "\n";
}

SearchSummary search_summary_from_json(std::string_view text) {
  return read_document("a search's summary", text, [](const Json& json) {
    return SearchSummary{score_from_json(json), field<std::int64_t>(json, "images_measured"),
                         field<std::int64_t>(json, "images_in_full")};
  });
}

}  // namespace bitline
