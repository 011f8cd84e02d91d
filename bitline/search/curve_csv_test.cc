#include <gtest/gtest.h>

#include "bitline/search/range_search.h"

namespace bitline {
namespace {

TEST(CurveCsv, HasOneLinePerCandidateWithItsStatus) {
  SearchCurve curve;
  curve.layer = "conv1";
  curve.points = {{Rational(1, 2), 1, {64, 20, 700}, true},
                  {1, 1, {500, 400, 9000}, false},
                  {Rational(3, 2), 2, {500, 410, 8000}, false}};
  curve.winner = 2;
  EXPECT_EQ(curves_to_csv({curve}),
            "pass,layer,delta,code_map,images,correct,loss,status\n"
            "0,conv1,0.5,1,64,20,700,dropped\n"
            "0,conv1,1,1,500,400,9000,measured\n"
            "0,conv1,1.5,2,500,410,8000,winner\n");
}

TEST(CurveCsv, NetworkWiseStandsUnderAStar) {
  SearchCurve curve;
  curve.points = {{7, 1, {2, 1, 3}, false}};
  EXPECT_EQ(curves_to_csv({curve}),
            "pass,layer,delta,code_map,images,correct,loss,status\n0,*,7,1,2,1,3,winner\n");
}

TEST(CurveCsv, QuotesNamesThatHoldCommasOrQuotes) {
  SearchCurve curve;
  curve.layer = "a,\"b\"";
  curve.points = {{7, 1, {2, 1, 3}, false}};
  EXPECT_EQ(
      curves_to_csv({curve}),
      "pass,layer,delta,code_map,images,correct,loss,status\n0,\"a,\"\"b\"\"\",7,1,2,1,3,winner\n");
}

}  // namespace
}  // namespace bitline
