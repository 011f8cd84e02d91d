#include <fmt/format.h>

#include <sstream>

#include "bitline/config/config_state.h"

namespace bitline {
namespace {

// The library writes 0.1 as 0.10000000000000001. A whole number keeps its point, or it would read
// back as an integer; the letters belong to exponents, inf and nan.
std::string format_number(double number) {
  const std::string digits = fmt::format("{}", number);
  return digits.find_first_of(".ein") == std::string::npos ? digits + ".0" : digits;
}

using detail::format_value;

}  // namespace

// One line, whatever line breaks a text holds.
std::string detail::format_value(const toml::node& node) {
  if (const toml::array* list = node.as_array()) {
    std::vector<std::string> elements;
    for (const toml::node& element : *list) elements.push_back(format_value(element));
    return fmt::format("[{}]", fmt::join(elements, ", "));
  }
  if (const toml::table* table = node.as_table()) {
    std::vector<std::string> entries;
    for (const auto& [key, value] : *table)
      entries.push_back(fmt::format("{} = {}", toml_key(key.str()), format_value(value)));
    return fmt::format("{{{}}}", fmt::join(entries, ", "));
  }
  if (const auto number = node.value_exact<double>()) return format_number(*number);
  std::ostringstream text;
  text << toml::toml_formatter(node, toml::format_flags::none);
  return text.str();
}

std::string toml_key(std::string_view key) {
  constexpr std::string_view kBare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  if (!key.empty() && key.find_first_not_of(kBare) == std::string_view::npos)
    return std::string(key);
  return format_value(toml::value<std::string>(std::string(key)));
}

namespace {

// Plain values first: after a [table] line they would belong to that table.
void append_table(const toml::table& table, const std::string& prefix, std::string& text) {
  for (const auto& [key, node] : table)
    if (!node.is_table()) text += fmt::format("{} = {}\n", toml_key(key.str()), format_value(node));
  for (const auto& [key, node] : table) {
    const toml::table* inner = node.as_table();
    if (inner == nullptr) continue;
    const std::string name = prefix + toml_key(key.str());
    text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", name);
    append_table(*inner, name + ".", text);
  }
}

}  // namespace

std::string detail::format_toml(const toml::table& root) {
  std::string text;
  append_table(root, "", text);
  return text;
}

}  // namespace bitline
