#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/config/config.h"
#include "bitline/config/config_state.h"

namespace bitline {

namespace {

std::string describe(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return fmt::format("the text '{}'", *text);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  if (const auto whole = node.value_exact<std::int64_t>())
    return fmt::format("the whole number {}", *whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("the number {}", *number);
  if (node.is_table()) return "a table";
  return node.is_array() ? "a list" : "a date or time";
}

template <typename T>
T expect(const std::optional<T>& value, std::string_view expected, const toml::node& node,
         const std::string& where) {
  if (value) return *value;
  fail_usage("{} has to be {}, found {}", where, expected, describe(node));
}

template <typename T>
struct Reader;

template <>
struct Reader<bool> {
  static bool read(const toml::node& node, const std::string& where) {
    return expect(node.value_exact<bool>(), "true or false", node, where);
  }
};

template <>
struct Reader<std::int64_t> {
  static std::int64_t read(const toml::node& node, const std::string& where) {
    return expect(node.value_exact<std::int64_t>(), "a whole number", node, where);
  }
};

template <>
struct Reader<double> {
  static double read(const toml::node& node, const std::string& where) {
    if (const auto whole = node.value_exact<std::int64_t>()) return static_cast<double>(*whole);
    const auto number = node.value_exact<double>();
    const bool finite = number && std::isfinite(*number);
    return expect(finite ? number : std::nullopt, "a finite number", node, where);
  }
};

template <>
struct Reader<std::string> {
  static std::string read(const toml::node& node, const std::string& where) {
    return expect(node.value_exact<std::string>(), "a text in quotes", node, where);
  }
};

template <typename T>
struct Reader<std::vector<T>> {
  static std::vector<T> read(const toml::node& node, const std::string& where) {
    const toml::array* list = node.as_array();
    if (list == nullptr) return {Reader<T>::read(node, where)};  // a list of one
    std::vector<T> values;
    for (const toml::node& element : *list)
      values.push_back(Reader<T>::read(element, fmt::format("{}[{}]", where, values.size())));
    return values;
  }
};

template <typename T>
void check_range(const T& value, const T& smallest, const T& largest, const std::string& where) {
  if (value < smallest || value > largest) {
    constexpr T kNoLimit = std::numeric_limits<std::int32_t>::max();
    if (largest >= kNoLimit && value < smallest)
      fail_usage("{} = {} is too small; the smallest is {}", where, value, smallest);
    fail_usage("{} = {} is outside {} to {}", where, value, smallest, largest);
  }
}

/// The shortest decimal that gives this double, which is the one that stands in the file, without
/// an exponent.
std::string decimal(double value) {
  std::array<char, 512> text{};  // 5e-324 has 324 places
  const auto end = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed).ptr;
  return {text.begin(), end};
}

}  // namespace

std::string detail::position_of(const ConfigState& state, const toml::node& node,
                                const toml::source_position& in_file) {
  if (comes_from_set(node)) return *node.source().path;
  return fmt::format("{}:{}:{}", state.name, in_file.line, in_file.column);
}

const toml::node* ConfigTable::Impl::find(std::string_view key) const {
  if (table == nullptr) return nullptr;
  state->asked[table].emplace(key);
  return table->get(key);
}

const toml::node& ConfigTable::Impl::require(std::string_view key) const {
  if (const toml::node* node = find(key)) return *node;
  const std::string place =
      prefix.empty() ? "at the top" : "to the table [" + prefix.substr(0, prefix.size() - 1) + "]";
  fail_usage("{}: {}{} is missing; add a line '{} = ...' {}", state->name, prefix, key, key, place);
}

std::string ConfigTable::Impl::where(const toml::node& node, std::string_view key) const {
  return fmt::format("{}: {}{}", detail::position_of(*state, node, node.source().begin), prefix,
                     toml_key(key));
}

ConfigTable Config::root() const {
  return ConfigTable(std::make_shared<ConfigTable::Impl>(
      ConfigTable::Impl{state_.get(), &state_->root, std::string()}));
}

bool ConfigTable::has(std::string_view key) const { return impl_->find(key) != nullptr; }

std::string ConfigTable::where(std::string_view key) const {
  const toml::node* node = impl_->find(key);
  return node == nullptr ? impl_->prefix + toml_key(key) : impl_->where(*node, key);
}

namespace {

template <typename T>
toml::value<T> node_of(const T& value) {
  return toml::value<T>(value);
}

template <typename T>
toml::array node_of(const std::vector<T>& values) {
  toml::array list;
  for (const T& value : values) list.push_back(value);
  return list;
}

}  // namespace

template <typename T>
void ConfigTable::note_default(std::string_view key, const T& fallback) const {
  impl_->state->defaults[impl_->prefix + std::string(key)] =
      detail::format_value(node_of(fallback));
}

template void ConfigTable::note_default(std::string_view, const bool&) const;
template void ConfigTable::note_default(std::string_view, const std::int64_t&) const;
template void ConfigTable::note_default(std::string_view, const double&) const;
template void ConfigTable::note_default(std::string_view, const std::string&) const;
template void ConfigTable::note_default(std::string_view, const std::vector<std::int64_t>&) const;
template void ConfigTable::note_default(std::string_view, const std::vector<double>&) const;
template void ConfigTable::note_default(std::string_view, const std::vector<std::string>&) const;

template <typename T>
T ConfigTable::require(std::string_view key) const {
  const toml::node& node = impl_->require(key);
  return Reader<T>::read(node, impl_->where(node, key));
}

template bool ConfigTable::require(std::string_view) const;
template std::int64_t ConfigTable::require(std::string_view) const;
template double ConfigTable::require(std::string_view) const;
template std::string ConfigTable::require(std::string_view) const;
template std::vector<std::int64_t> ConfigTable::require(std::string_view) const;
template std::vector<double> ConfigTable::require(std::string_view) const;
template std::vector<std::string> ConfigTable::require(std::string_view) const;

std::int64_t ConfigTable::require_integer(std::string_view key, std::int64_t smallest,
                                          std::int64_t largest) const {
  const auto value = require<std::int64_t>(key);
  check_range(value, smallest, largest, where(key));
  return value;
}

std::int64_t ConfigTable::integer(std::string_view key, std::int64_t fallback,
                                  std::int64_t smallest, std::int64_t largest) const {
  note_default(key, fallback);
  return has(key) ? require_integer(key, smallest, largest) : fallback;
}

std::vector<std::int64_t> ConfigTable::integers(std::string_view key,
                                                std::vector<std::int64_t> fallback,
                                                std::int64_t smallest, std::int64_t largest) const {
  note_default(key, fallback);
  if (!has(key)) return fallback;
  auto values = require<std::vector<std::int64_t>>(key);
  for (std::size_t i = 0; i < values.size(); ++i)
    check_range(values[i], smallest, largest, fmt::format("{}[{}]", where(key), i));
  return values;
}

double ConfigTable::number(std::string_view key, double fallback, double smallest,
                           double largest) const {
  note_default(key, fallback);
  if (!has(key)) return fallback;
  const auto value = require<double>(key);
  check_range(value, smallest, largest, where(key));
  return value;
}

bool ConfigTable::is_word(std::string_view key, std::string_view word,
                          std::string_view something) const {
  const toml::node* node = impl_->find(key);
  if (node == nullptr || !node->is_string()) return false;
  const auto text = require<std::string>(key);
  if (text != word)
    fail_usage("{} is \"{}\"; give {}, or \"{}\"", where(key), text, something, word);
  return true;
}

Rational ConfigTable::rational(std::string_view key, const Rational& fallback) const {
  note_default(key, fallback.to_double());
  const toml::node* node = impl_->find(key);
  if (node == nullptr) return fallback;
  const std::string position = impl_->where(*node, key);
  if (const auto whole = node->value_exact<std::int64_t>()) return *whole;
  const std::string text = node->is_floating_point() ? decimal(*node->value<double>())
                                                     : Reader<std::string>::read(*node, position);
  try {
    return parse_rational(text);
  } catch (const Error& error) {
    fail_usage("{}: {}", position, error.what());
  }
}

std::filesystem::path ConfigTable::require_path(std::string_view key) const {
  const toml::node& node = impl_->require(key);
  std::filesystem::path path = require<std::string>(key);
  if (path.empty()) fail_usage("{} is empty; name a file or folder", where(key));
  if (!detail::comes_from_set(node)) return impl_->state->folder / path;
  if (path.is_relative())
    impl_->state->paths_of_set[impl_->prefix + std::string(key)] =
        seen_from(impl_->state->folder, path).string();
  return path;
}

std::filesystem::path ConfigTable::path(std::string_view key,
                                        const std::filesystem::path& fallback) const {
  note_default(key, fallback.string());
  return has(key) ? require_path(key) : fallback;
}

std::size_t ConfigTable::one_of(std::string_view key, std::size_t fallback,
                                const std::vector<std::string_view>& names) const {
  note_default(key, std::string(names.at(fallback)));
  if (!has(key)) return fallback;
  const auto name = require<std::string>(key);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    fail_usage("{} = '{}' is not one of {}{}", where(key), name, fmt::join(names, ", "),
               detail::suggestion(name, {names.begin(), names.end()}));
  return static_cast<std::size_t>(found - names.begin());
}

std::map<std::string, std::string> ConfigTable::texts(std::string_view key) const {
  impl_->state->defaults[impl_->prefix + std::string(key)] = "{}";
  const ConfigTable inner = table(key);
  std::map<std::string, std::string> texts;
  if (inner.impl_->table == nullptr) return texts;
  for (const auto& [name, node] : *inner.impl_->table) {
    if (node.is_table())
      fail_usage("{} is a table; put a name with dots in quotes", inner.where(name.str()));
    texts[std::string(name.str())] = inner.require<std::string>(name.str());
  }
  return texts;
}

ConfigTable ConfigTable::table(std::string_view key) const {
  const toml::node* node = impl_->find(key);
  if (node != nullptr && !node->is_table())
    fail_usage("{} has to be a table, found {}", impl_->where(*node, key), describe(*node));
  return ConfigTable(
      std::make_shared<Impl>(Impl{impl_->state, node == nullptr ? nullptr : node->as_table(),
                                  impl_->prefix + toml_key(key) + "."}));
}

std::map<std::string, ConfigTable> ConfigTable::tables(std::string_view key) const {
  const ConfigTable outer = table(key);
  std::map<std::string, ConfigTable> tables;
  if (outer.impl_->table == nullptr) return tables;
  for (const auto& [name, node] : *outer.impl_->table) {
    const ConfigTable inner = outer.table(name.str());
    for (const auto& [inner_name, value] : *inner.impl_->table)
      if (value.is_table())
        fail_usage("{} is a table; put a name with dots in quotes", inner.where(inner_name.str()));
    tables.emplace(name.str(), inner);
  }
  return tables;
}

}  // namespace bitline
