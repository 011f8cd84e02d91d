#include "bitline/config/config.h"

#include <algorithm>
#include <cctype>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/config/config_state.h"

namespace bitline {
namespace {

using detail::ConfigState;

// A key of many thousand parts would make tables too deep for the stack; no honest line is this
// long.
void check_line_lengths(std::string_view text, std::string_view name) {
  constexpr std::size_t kLongest = 4096;
  std::size_t line = 1;
  for (std::size_t begin = 0; begin <= text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > kLongest)
      fail_usage("{}:{}: the line has {} characters, the limit is {}; break it", name, line,
                 end - begin, kLongest);
    begin = end + 1;
  }
}

// The library's messages may quote line breaks.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  return line;
}

toml::table parse(std::string_view text, std::string_view name) {
  check_line_lengths(text, name);
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    fail_usage("{}:{}:{}: {}", name, error.source().begin.line, error.source().begin.column,
               one_line(error.description()));
  }
}

bool is_toml(const std::string& text) {
  try {
    return toml::parse(text).size() == 1;
  } catch (const toml::parse_error&) {
    return false;
  }
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

// The first equals sign behind a key; those in its quotes belong to it.
std::size_t end_of_key(std::string_view assignment) {
  std::size_t equals = assignment.find('=');
  while (equals != std::string_view::npos &&
         !is_toml(trimmed(assignment.substr(0, equals)) + " = 0"))
    equals = assignment.find('=', equals + 1);
  return equals;
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

// The value as it stands where it is TOML, else as a text. What opens a list, a table or a text
// has to be TOML, so that a forgotten bracket is not taken for a word.
std::string as_toml_value(const std::string& value) {
  constexpr std::string_view kOpening = "[{\"'";
  const bool opens = !value.empty() && kOpening.find(value.front()) != std::string_view::npos;
  return opens || is_toml("value = " + value) ? value : in_quotes(value);
}

// Moves the one value of `from`, which lies `depth` tables down, into `into`.
void merge(toml::table& into, toml::table& from, std::size_t depth, std::string_view source) {
  const auto entry = from.begin();
  const toml::key& key = entry->first;
  toml::node* present = into.get(key);
  if (depth > 0 && present != nullptr) {
    if (!present->is_table())
      fail_usage("{}: '{}' is a value and not a table; leave out what follows its name", source,
                 key.str());
    return merge(*present->as_table(), *entry->second.as_table(), depth - 1, source);
  }
  entry->second.visit([&](auto& value) { into.insert_or_assign(key, std::move(value)); });
}

// The number of tables that a dotted key leads through.
std::size_t depth_of(const toml::table& table) {
  const toml::table* inner = table.begin()->second.as_table();
  return inner == nullptr ? 0 : 1 + depth_of(*inner);
}

std::unique_ptr<ConfigState> load(std::string_view text, const std::string& name) {
  auto state = std::make_unique<ConfigState>();
  state->root = parse(text, name);
  state->name = name;
  state->folder = std::filesystem::path(name).parent_path();
  return state;
}

}  // namespace

Config::Config(std::unique_ptr<ConfigState> state) : state_(std::move(state)) {}
Config::Config(Config&&) noexcept = default;
Config& Config::operator=(Config&&) noexcept = default;
Config::~Config() = default;

Config Config::from_text(std::string_view text, std::string_view name) {
  return Config(load(text, std::string(name)));
}

Config Config::from_file(const std::filesystem::path& path) {
  try {
    return from_text(read_text_file(path), path.string());
  } catch (const Error& error) {
    // A file named on the command line that cannot be read is a mistake in the command line.
    throw Error(ErrorKind::kUsage, error.what());
  }
}

void Config::set(std::string_view assignment) {
  const std::string source = std::string(detail::kSetPrefix) + one_line(assignment);
  const std::size_t equals = end_of_key(assignment);
  if (equals == std::string_view::npos || one_line(assignment) != assignment)
    fail_usage("{}: write table.key=value in one line", source);
  const std::string key = trimmed(assignment.substr(0, equals));
  const std::string value = as_toml_value(trimmed(assignment.substr(equals + 1)));
  toml::table table = parse(key + " = " + value, source);
  merge(state_->root, table, depth_of(toml::parse(key + " = 0")), source);
}

const std::filesystem::path& Config::folder() const { return state_->folder; }

void Config::check_all_used() const { root().finish(); }

const std::map<std::string, std::string>& Config::defaults() const { return state_->defaults; }

void Config::remove(std::string_view table) { state_->root.erase(table); }

std::string Config::to_toml() const {
  toml::table root = state_->root;
  for (const auto& [key, path] : state_->paths_of_set)
    if (auto* text = root.at_path(key).as_string()) *text = path;
  return detail::format_toml(root);
}

}  // namespace bitline
