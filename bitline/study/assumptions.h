// Defaults that decide numbers and that nobody has asked for.
#pragma once

#include <string>
#include <vector>

#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"

namespace bitline {

/// Keys of [data] that change what the network sees, with the values taken where neither the
/// configuration nor the network's file gives any: a line each, for people; often none. Throws what
/// choose_normalization() throws.
std::vector<std::string> assumptions(const Network& network, const DataConfig& data);

}  // namespace bitline
