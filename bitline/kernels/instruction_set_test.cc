#include "bitline/kernels/instruction_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "bitline/base/error.h"
#include "bitline/testing/expect_error.h"

namespace bitline {
namespace {

using test::message_of;

TEST(InstructionSet, TheBestOneRunsUnlessAnotherIsForced) {
  const std::vector<std::string_view> names = instruction_sets();
  EXPECT_EQ(instruction_set(), names.front());
  for (const std::string_view name : names) {
    force_instruction_set(name);
    EXPECT_EQ(instruction_set(), name);
    EXPECT_EQ(instruction_sets(), names);  // forcing one hides no other
  }
  force_instruction_set(names.front());
}

TEST(InstructionSet, NeonIsTheBestOneOn64BitArmAndNoneOnX86) {
#if defined(__aarch64__)
  EXPECT_EQ(instruction_sets().front(), "neon") << "Highway wants AES instructions with it";
#elif defined(__x86_64__)
  EXPECT_THAT(instruction_sets(), testing::Not(testing::Contains("neon")));
#else
  GTEST_SKIP() << "neither ARM nor x86";
#endif
}

TEST(InstructionSet, ScalarIsAlwaysThere) { EXPECT_EQ(instruction_sets().back(), "scalar"); }

// Highway may know more of them than we have names for.
TEST(InstructionSet, EachHasANameOfItsOwn) {
  const std::vector<std::string_view> names = instruction_sets();
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
}

TEST(InstructionSet, RefusesANameThatIsNotThere) {
  EXPECT_THAT(message_of(ErrorKind::kUsage, [&] { force_instruction_set("mmx"); }),
              testing::AllOf(testing::HasSubstr("mmx"), testing::HasSubstr("scalar")));
}

}  // namespace
}  // namespace bitline
