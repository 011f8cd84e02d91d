#include "bitline/record/json_fields.h"

#include "bitline/base/fail.h"

namespace bitline {

Json parse_object(std::string_view text) {
  try {
    Json json = parse_json(text);
    if (!json.is_object()) fail("it is no object in {{ }}");
    return json;
  } catch (const Json::exception& error) {
    fail("it is not JSON: {}", error.what());
  }
}

const Json& member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) fail("field '{}' is missing", name);
  return *found;
}

void refuse_field(const char* name, const Json& json) {
  fail("field '{}' is {}, which cannot be", name,
       json.is_structured() ? fmt::format("an {}", json.type_name()) : json_text(json));
}

template std::string field<std::string>(const Json& object, const char* name);
template std::int64_t field<std::int64_t>(const Json& object, const char* name);
template double field<double>(const Json& object, const char* name);
template std::vector<std::string> field<std::vector<std::string>>(const Json& object,
                                                                  const char* name);

}  // namespace bitline
