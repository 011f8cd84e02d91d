// The default technology, for tests.
#pragma once

#include "bitline/cost/technology.h"

namespace bitline::test {

inline Technology default_technology() {
  return read_technology(Config::from_text(technology_32nm(), "32nm.toml"));
}

}  // namespace bitline::test
