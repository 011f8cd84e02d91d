// Holds JSON against a schema of docs/: the keywords that those schemas use, of draft 2020-12.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace bitline::test {

class SchemaCheck {
 public:
  using Json = nlohmann::json;

  /// What is wrong with `document` by the schema `file`: a line each, none where it is valid.
  static std::vector<std::string> errors(const std::filesystem::path& file, const Json& document) {
    SchemaCheck check(file);
    check.check(check.root_, document, "$");
    return check.errors_;
  }

 private:
  explicit SchemaCheck(std::filesystem::path file)
      : file_(std::move(file)), root_(Json::parse(std::ifstream(file_))) {}

  bool is_valid(const Json& schema, const Json& value) const {
    SchemaCheck check(*this);
    check.errors_.clear();
    check.check(schema, value, "");
    return check.errors_.empty();
  }

  void expect(bool holds, const std::string& at, const std::string& message) {
    if (!holds) errors_.push_back(at + ": " + message);
  }

  void check(const Json& schema, const Json& value, const std::string& at) {
    if (schema.is_boolean()) return expect(schema.get<bool>(), at, "is not allowed");
    for (const auto& [keyword, argument] : schema.items())
      check_keyword(keyword, argument, schema, value, at);
  }

  void check_keyword(const std::string& keyword, const Json& argument, const Json& schema,
                     const Json& value, const std::string& at) {
    static const std::set<std::string> annotations{"$schema", "$defs", "title", "description",
                                                   "then"};
    if (annotations.contains(keyword)) return;
    if (keyword == "$ref") return check_reference(argument, value, at);
    if (keyword == "allOf" || keyword == "anyOf" || keyword == "if")
      return check_combination(keyword, argument, schema, value, at);
    if (keyword == "properties" || keyword == "required" || keyword == "additionalProperties")
      return value.is_object() ? check_object(keyword, argument, schema, value, at) : void();
    if (keyword == "items" || keyword == "minItems" || keyword == "maxItems")
      return value.is_array() ? check_array(keyword, argument, value, at) : void();
    check_scalar(keyword, argument, value, at);
  }

  void check_reference(const std::string& reference, const Json& value, const std::string& at) {
    const std::size_t hash = reference.find('#');
    const std::string file = reference.substr(0, hash);
    SchemaCheck other = file.empty() ? *this : SchemaCheck(file_.parent_path() / file);
    const std::string place = hash == std::string::npos ? "" : reference.substr(hash + 1);
    other.errors_.clear();
    other.check(other.root_.at(Json::json_pointer(place)), value, at);
    errors_.insert(errors_.end(), other.errors_.begin(), other.errors_.end());
  }

  void check_combination(const std::string& keyword, const Json& argument, const Json& schema,
                         const Json& value, const std::string& at) {
    if (keyword == "if") {
      if (is_valid(argument, value)) check(schema.at("then"), value, at);
    } else if (keyword == "allOf") {
      for (const Json& part : argument) check(part, value, at);
    } else {
      bool any = false;
      for (const Json& part : argument) any = any || is_valid(part, value);
      expect(any, at, "is none of anyOf");
    }
  }

  void check_object(const std::string& keyword, const Json& argument, const Json& schema,
                    const Json& value, const std::string& at) {
    if (keyword == "required") {
      for (const std::string name : argument)
        expect(value.contains(name), at, name + " is missing");
      return;
    }
    const Json named = schema.value("properties", Json::object());
    for (const auto& [name, member] : value.items()) {
      const bool is_named = named.contains(name);
      if (is_named == (keyword == "properties"))
        check(is_named ? named.at(name) : argument, member, at + "." + name);
    }
  }

  void check_array(const std::string& keyword, const Json& argument, const Json& value,
                   const std::string& at) {
    if (keyword == "minItems") return expect(value.size() >= argument, at, "is too short");
    if (keyword == "maxItems") return expect(value.size() <= argument, at, "is too long");
    for (std::size_t i = 0; i < value.size(); ++i)
      check(argument, value[i], at + "[" + std::to_string(i) + "]");
  }

  void check_scalar(const std::string& keyword, const Json& argument, const Json& value,
                    const std::string& at) {
    if (keyword == "type") {
      expect(is_of_type(argument, value), at, value.dump() + " is not " + argument.dump());
    } else if (keyword == "const") {
      expect(value == argument, at, value.dump() + " is not " + argument.dump());
    } else if (keyword == "enum") {
      expect(std::ranges::find(argument, value) != argument.end(), at,
             value.dump() + " is not in " + argument.dump());
    } else if (keyword == "minimum") {
      expect(!value.is_number() || value >= argument, at, value.dump() + " is too small");
    } else if (keyword == "maximum") {
      expect(!value.is_number() || value <= argument, at, value.dump() + " is too large");
    } else if (keyword == "pattern") {
      expect(!value.is_string() || std::regex_search(value.get<std::string>(),
                                                     std::regex(argument.get<std::string>())),
             at, value.dump() + " does not match");
    } else {
      expect(false, at, "keyword " + keyword + " is not known to this check");
    }
  }

  static bool is_of_type(const Json& type, const Json& value) {
    if (type.is_array())
      return std::ranges::any_of(type, [&](const Json& one) { return is_of_type(one, value); });
    static const std::map<std::string, std::function<bool(const Json&)>> types{
        {"object", &Json::is_object},
        {"array", &Json::is_array},
        {"string", &Json::is_string},
        {"number", &Json::is_number},
        {"integer", &Json::is_number_integer},
        {"boolean", &Json::is_boolean},
        {"null", &Json::is_null}};
    return types.at(type)(value);
  }

  std::filesystem::path file_;
  Json root_;
  std::vector<std::string> errors_;
};

}  // namespace bitline::test
