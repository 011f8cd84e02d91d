// The default technology, for tests.
#pragma once

#include "bitline/cost/technology.h"

namespace bitline::testing_cost {

inline Technology default_technology() {
  return read_technology(Config::from_text(technology_32nm(), "32nm.toml"));
}

}  // namespace bitline::testing_cost
