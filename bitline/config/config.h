// The strict reader of TOML configurations: every error says file, line and column, and a key that
// nobody asked for is an error. It knows nothing about the options themselves; each folder asks for
// its own keys and so states its own defaults and limits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"

namespace bitline {

namespace detail {
struct ConfigState;
}

/// One table of a Config, valid as long as the Config lives. A table that the file does not have is
/// empty: every getter then gives its fallback. Asking for a key, present or not, makes it known.
/// For one thread at a time.
/// All errors are of kind kUsage and one line: "run.toml:3:8: array.rows = 0 ...".
class ConfigTable {
 public:
  bool has(std::string_view key) const;

  /// The value of `key`. T is bool, std::int64_t, double (finite; whole numbers are taken too),
  /// std::string or a std::vector of one of the last three. Throws Error for another type.
  template <typename T>
  T get(std::string_view key, std::type_identity_t<T> fallback) const {
    note_default(key, fallback);
    return has(key) ? require<T>(key) : std::move(fallback);
  }
  /// As get, but a missing key is an Error.
  template <typename T>
  T require(std::string_view key) const;

  /// Whole numbers and numbers with limits, both included. Throws Error that names value and
  /// limits.
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t smallest,
                       std::int64_t largest) const;
  std::int64_t require_integer(std::string_view key, std::int64_t smallest,
                               std::int64_t largest) const;
  std::vector<std::int64_t> integers(std::string_view key, std::vector<std::int64_t> fallback,
                                     std::int64_t smallest, std::int64_t largest) const;
  double number(std::string_view key, double fallback, double smallest, double largest) const;
  /// Whether it is that text, where `something` else or one word can stand ("a number"). Throws
  /// Error for another text.
  bool is_word(std::string_view key, std::string_view word, std::string_view something) const;
  /// An exact fraction: a whole number, a decimal (0.1 means 1/10), or a text such as "14/5".
  Rational rational(std::string_view key, const Rational& fallback) const;

  /// A file or folder. A relative one is resolved against the folder of the config file, or against
  /// the working folder where it comes from --set; the fallback is returned as it is.
  std::filesystem::path path(std::string_view key, const std::filesystem::path& fallback) const;
  std::filesystem::path require_path(std::string_view key) const;

  /// Which of `names` the text is; `fallback` is an index too. Throws Error that lists the names.
  std::size_t one_of(std::string_view key, std::size_t fallback,
                     const std::vector<std::string_view>& names) const;

  /// A table whose keys are names of the user's own and whose values are texts. Throws Error for
  /// other values, also for the table that a name with dots makes when it is not in quotes.
  std::map<std::string, std::string> texts(std::string_view key) const;

  /// The table under `key`; an empty one when it is absent. Throws Error when it is no table.
  ConfigTable table(std::string_view key) const;

  /// A table whose keys are names of the user's own and whose values are tables of plain values.
  /// Throws Error for other values, also for the tables that a name with dots makes when it is not
  /// in quotes.
  std::map<std::string, ConfigTable> tables(std::string_view key) const;

  /// "run.toml:3:8: array.rows", or "--set array.rows=64: array.rows", or "array.rows" for a
  /// fallback: how an error about the value of `key` begins.
  std::string where(std::string_view key) const;

  /// Throws Error for the first key of this table, or of one below it, that was never asked for; it
  /// names the nearest known key.
  void finish() const;

 private:
  friend class Config;
  struct Impl;

  explicit ConfigTable(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  template <typename T>
  void note_default(std::string_view key, const T& fallback) const;

  std::shared_ptr<const Impl> impl_;
};

/// A key as it stands in TOML: in quotes where it has dots, for example.
std::string toml_key(std::string_view key);

/// Throws Error (kUsage) that begins with `where` and names the first value that stands there
/// twice.
template <typename T>
void refuse_twice(const std::vector<T>& values, const std::string& where) {
  for (auto value = values.begin(); value != values.end(); ++value)
    if (std::find(values.begin(), value, *value) != value)
      fail_usage("{} names {} twice; leave one out", where, *value);
}

/// A configuration: a file or text, with single values set over it.
class Config {
 public:
  /// Throws Error when the file is missing or not TOML.
  static Config from_file(const std::filesystem::path& path);
  /// `name` stands for the file in messages; relative paths are resolved against its folder.
  static Config from_text(std::string_view text, std::string_view name);

  Config(Config&&) noexcept;
  Config& operator=(Config&&) noexcept;
  ~Config();

  /// Applies "array.rows=64" over the file, before any key is read. The part after the equals sign
  /// is TOML; what is not (a bare word, a path) is a text. Throws Error that names the text.
  void set(std::string_view assignment);

  /// Leaves out a whole table of the file, before any key is read.
  void remove(std::string_view table);

  /// Against which relative paths are resolved; empty for the working folder.
  const std::filesystem::path& folder() const;

  ConfigTable root() const;
  /// root().finish(): call it once every option has been read.
  void check_all_used() const;

  /// Every key that was asked for with a fallback ("array.rows"), and that fallback as TOML.
  const std::map<std::string, std::string>& defaults() const;

  /// The file with everything set over it, as TOML with sorted keys.
  std::string to_toml() const;

 private:
  explicit Config(std::unique_ptr<detail::ConfigState> state);

  std::unique_ptr<detail::ConfigState> state_;
};

}  // namespace bitline
