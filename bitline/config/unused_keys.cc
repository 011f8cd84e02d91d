#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/nearest_name.h"
#include "bitline/config/config_state.h"

namespace bitline {

using detail::ConfigState;

namespace {

// A key that nobody asked for, and where it stands.
struct UnusedKey {
  const toml::table* table;
  const toml::key* key;
  const toml::node* node;
  std::string name;

  // Order in the file; what --set added comes first.
  std::tuple<bool, std::uint32_t, std::uint32_t> place() const {
    const toml::source_position& position = key->source().begin;
    return {!detail::comes_from_set(*node), position.line, position.column};
  }
};

void collect_unused(const ConfigState& state, const toml::table& table, const std::string& prefix,
                    std::vector<UnusedKey>& unused) {
  const auto asked = state.asked.find(&table);
  for (const auto& [key, node] : table) {
    const std::string name = prefix + toml_key(key.str());
    if (asked == state.asked.end() || asked->second.count(key.str()) == 0)
      unused.push_back({&table, &key, &node, name});
    else if (const toml::table* inner = node.as_table())
      collect_unused(state, *inner, name + ".", unused);
  }
}

/// What other programs call a thing, and its key here.
constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {
    {"std", "deviation"},    {"stddev", "deviation"}, {"sigma", "deviation"},
    {"lr", "learning_rate"}, {"wd", "weight_decay"},  {"wordlines", "rows"},
    {"bitlines", "columns"}, {"adc_bits", "levels"},  {"adc_levels", "levels"}};

/// Whether `word` is one of those that a key is made of: bits of weight_bits.
bool has_word(std::string_view key, std::string_view word) {
  const std::string spaced = fmt::format("_{}_", key);
  return spaced.find(fmt::format("_{}_", word)) != std::string::npos;
}

/// "weights" as "weight": what a key of several words says in one of them.
std::string_view singular(std::string_view word) {
  return word.ends_with('s') ? word.substr(0, word.size() - 1) : word;
}

/// Keys that somebody can mean who writes `wanted` in the table `table`, which none there is near
/// to: those of the table that hold it as a word, or else those of other tables that are called so,
/// or so with the table's name in front.
std::vector<std::string> meant(const ConfigState& state, std::string_view table,
                               std::string_view wanted, const std::vector<std::string>& known) {
  for (const auto& [other, own] : kOtherWords)
    if (other == wanted) wanted = own;
  std::vector<std::string> found;
  for (const std::string_view word : {wanted, singular(wanted)})
    if (found.empty())
      std::ranges::copy_if(known, std::back_inserter(found),
                           [&](const std::string& key) { return has_word(key, word); });
  if (!found.empty()) return found;
  for (const auto& [key, value] : state.defaults)
    if (key.ends_with(fmt::format(".{}", wanted)) ||
        key.ends_with(fmt::format(".{}_{}", table, wanted)))
      found.push_back(key);
  return found;
}

std::string remedy_for(const ConfigState& state, std::string_view table, std::string_view wanted,
                       const std::vector<std::string>& known) {
  if (std::string near = detail::suggestion(wanted, known); !near.empty()) return near;
  if (const auto keys = meant(state, table, wanted, known); !keys.empty())
    return fmt::format("; did you mean '{}'?", fmt::join(keys, "', '"));
  return known.empty() ? "; remove it" : fmt::format("; known here: {}", fmt::join(known, ", "));
}

/// "adc" of "adc.levels"; empty for a key at the top.
std::string_view table_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

[[noreturn]] void fail_unused(const ConfigState& state, const UnusedKey& unused) {
  std::vector<std::string> known;
  if (const auto asked = state.asked.find(unused.table); asked != state.asked.end())
    known.assign(asked->second.begin(), asked->second.end());
  fail_usage("{}: unknown key '{}'{}",
             detail::position_of(state, *unused.node, unused.key->source().begin), unused.name,
             remedy_for(state, table_of(unused.name), unused.key->str(), known));
}

}  // namespace

std::string detail::suggestion(std::string_view wanted, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(wanted, known);
  return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

void ConfigTable::finish() const {
  if (impl_->table == nullptr) return;
  std::vector<UnusedKey> unused;
  collect_unused(*impl_->state, *impl_->table, impl_->prefix, unused);
  const auto first = std::min_element(
      unused.begin(), unused.end(),
      [](const UnusedKey& a, const UnusedKey& b) { return a.place() < b.place(); });
  if (first != unused.end()) fail_unused(*impl_->state, *first);
}

}  // namespace bitline
