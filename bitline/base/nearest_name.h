// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bitline {

/// The name in `known` that takes the fewest edits (insert, delete, replace, swap neighbours) to
/// reach from `wanted`; the first of several. Empty when more than a third of the letters differ.
std::string nearest_name(std::string_view wanted, const std::vector<std::string>& known);

/// The name itself where it is among `known`, else all that end with it, or where none does, all
/// that hold it: ONNX names end with the operator, as in "/block1/conv1/Conv".
std::vector<std::string> names_meant(std::string_view wanted,
                                     const std::vector<std::string>& known);

}  // namespace bitline
