// What an ONNX file's author can do about an operator that is not supported. Internal to importer/.
#pragma once

#include <string>
#include <string_view>

namespace bitline {

/// One sentence: what to do first, then which operators near it are supported.
std::string unsupported_operator(std::string_view domain, std::string_view op_type);

}  // namespace bitline
