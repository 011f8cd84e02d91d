// What Config and its tables share. Only this folder includes it, so that nobody else has to
// compile the TOML library.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "bitline/config/config.h"

namespace bitline {
namespace detail {

struct ConfigState {
  toml::table root;
  std::string name;              ///< what messages call the file
  std::filesystem::path folder;  ///< against which its relative paths are resolved
  /// Keys that were asked for. A table stays where it is once reading has begun.
  std::map<const toml::table*, std::set<std::string, std::less<>>> asked;
  std::map<std::string, std::string> defaults;  ///< Config::defaults()
  /// Paths of --set by key, as the file would have them; known once they were asked for.
  std::map<std::string, std::string> paths_of_set;
};

/// The source that a value carries which did not come from the file.
inline constexpr std::string_view kSetPrefix = "--set ";

inline bool comes_from_set(const toml::node& node) {
  return node.source().path != nullptr && node.source().path->starts_with(kSetPrefix);
}

/// "; did you mean 'rows'?", or nothing when no name is near.
std::string suggestion(std::string_view wanted, const std::vector<std::string>& known);

/// "run.toml:3:8", or the whole --set text.
std::string position_of(const ConfigState& state, const toml::node& node,
                        const toml::source_position& in_file);

/// A value in one line.
std::string format_value(const toml::node& node);

/// TOML with sorted keys and the shortest decimals that read back to the same numbers.
std::string format_toml(const toml::table& root);

}  // namespace detail

struct ConfigTable::Impl {
  detail::ConfigState* state;
  const toml::table* table;  ///< nullptr for a table that the file does not have
  std::string prefix;        ///< "array." before its keys, empty for the root

  /// The value, or nullptr; from now on the key is known.
  const toml::node* find(std::string_view key) const;
  /// Throws Error for a missing key.
  const toml::node& require(std::string_view key) const;
  std::string where(const toml::node& node, std::string_view key) const;
};

}  // namespace bitline
