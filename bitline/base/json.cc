#include "bitline/base/json.h"

#include <nlohmann/json.hpp>

namespace bitline {

Json parse_json(std::string_view text) { return Json::parse(text); }

std::string json_text(const Json& json, int indent, WrongUtf8 wrong) {
  return json.dump(indent, ' ', false,
                   wrong == WrongUtf8::kReplace ? Json::error_handler_t::replace
                                                : Json::error_handler_t::strict);
}

}  // namespace bitline
