#include "bitline/importer/unsupported_operator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace bitline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(UnsupportedOperator, SaysFirstWhatToDoAndThenWhatIsNear) {
  const std::string text = unsupported_operator("", "GlobalMaxPool");
  const std::size_t remedy = text.find("export again");
  const std::size_t near =
      text.find("supported near it: AveragePool, GlobalAveragePool, Max, MaxPool");
  ASSERT_NE(remedy, std::string::npos) << text;
  ASSERT_NE(near, std::string::npos) << text;
  EXPECT_LT(remedy, near);
  EXPECT_THAT(text, AllOf(HasSubstr("docs/onnx.md"), Not(HasSubstr("BatchNormalization"))));
}

// Ten supported ones and more have the word.
TEST(UnsupportedOperator, NamesSixThatAreNearAtMost) {
  const std::string text = unsupported_operator("", "QLinearWhere");
  const std::size_t near = text.find("supported near it: ");
  ASSERT_NE(near, std::string::npos) << text;
  const std::string names = text.substr(near, text.find(';', near) - near);
  EXPECT_EQ(std::ranges::count(names, ','), 5) << text;
}

TEST(UnsupportedOperator, KnowsKindsOfOperators) {
  EXPECT_THAT(unsupported_operator("", "DynamicQuantizeLinear"),
              HasSubstr("quantize statically, with calibration images"));
  EXPECT_THAT(unsupported_operator("", "Loop"), HasSubstr("without control flow"));
  EXPECT_THAT(unsupported_operator("", "LSTM"), HasSubstr("unroll the recurrence"));
  EXPECT_THAT(unsupported_operator("com.microsoft", "FusedConv"),
              AllOf(HasSubstr("ORT_DISABLE_ALL"), HasSubstr("Conv")));
  EXPECT_THAT(unsupported_operator("my.domain", "Magic"), HasSubstr("operators of ONNX in place"));
}

// It would contradict itself: Quant is not supported, supported is Quant.
TEST(UnsupportedOperator, NamesTheDomainsOfAnOperatorOfAnotherOne) {
  const std::string text = unsupported_operator("my.domain", "Quant");
  EXPECT_THAT(text, HasSubstr("my.domain.Quant"));
  EXPECT_THAT(text, AllOf(HasSubstr("onnx.brevitas"), HasSubstr("qonnx.custom_op.general"),
                          Not(HasSubstr("near it"))));
}

}  // namespace
}  // namespace bitline
