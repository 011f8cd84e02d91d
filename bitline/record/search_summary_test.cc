#include "bitline/record/search_summary.h"

#include <gtest/gtest.h>

#include "bitline/testing/records.h"

namespace bitline {
namespace {

const std::string kText = R"({
 "correct": 39,
 "images": 50,
 "loss": 46674082,
 "images_measured": 50410,
 "images_in_full": 117600
}
)";

TEST(SearchSummary, GoesRound) {
  const SearchSummary summary{{50, 39, 46674082}, 50410, 117600};
  EXPECT_EQ(to_json(summary), kText);
  EXPECT_EQ(search_summary_from_json(kText), summary);
}

TEST(SearchSummary, SaysWhatIsMissing) {
  EXPECT_EQ(test::refusal(search_summary_from_json, test::with(kText, "in_full", "in_all")),
            "a search's summary is damaged: field 'images_in_full' is missing");
}

}  // namespace
}  // namespace bitline
