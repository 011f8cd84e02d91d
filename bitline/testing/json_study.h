// For tests of what --json prints.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "bitline/testing/program_study.h"

namespace bitline::test {

class JsonStudyTest : public StudyTest {
 protected:
  /// Of a call that succeeds and complains of nothing.
  nlohmann::json result_of(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.errors, testing::IsEmpty());
    return nlohmann::json::parse(outcome.output);
  }
};

}  // namespace bitline::test
