// A parameter as the network uses it.
#pragma once

#include <string_view>

#include "bitline/graph/network.h"

namespace bitline {

/// The real numbers of a parameter: rounded to its grid where it has one, whose scales may run
/// along any axis. F32.
Tensor real_parameter(const Network& network, const Node& node, std::string_view role);

}  // namespace bitline
