#include <algorithm>
#include <tuple>

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

[[noreturn]] void fail_unused(const ConfigState& state, const UnusedKey& unused) {
  std::vector<std::string> known;
  if (const auto asked = state.asked.find(unused.table); asked != state.asked.end())
    known.assign(asked->second.begin(), asked->second.end());
  std::string remedy = detail::suggestion(unused.key->str(), known);
  if (remedy.empty() && known.empty()) remedy = "; remove it";
  if (remedy.empty()) remedy = fmt::format("; known here: {}", fmt::join(known, ", "));
  fail_usage("{}: unknown key '{}'{}",
             detail::position_of(state, *unused.node, unused.key->source().begin), unused.name,
             remedy);
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
