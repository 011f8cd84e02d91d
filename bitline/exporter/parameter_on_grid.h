// A parameter as integers of its grid. Internal to exporter/.
#pragma once

#include <string_view>

#include "bitline/graph/network.h"

namespace bitline {

/// `integers` I32 in the parameter's shape, zero point included; `real` F32, what they stand for.
struct ParameterOnGrid {
  Tensor integers;
  Tensor real;
  QuantSpec spec;
};

/// The node's parameter, which has a QuantSpec. One scale for all, or one per entry of any axis.
ParameterOnGrid parameter_on_grid(const Network& network, const Node& node, std::string_view role);

/// A matrix [rows, columns] as [columns, rows], its scales with it.
ParameterOnGrid transposed(const ParameterOnGrid& matrix);
/// F32 [rows, columns] as [columns, rows].
Tensor transposed(const Tensor& matrix);

}  // namespace bitline
