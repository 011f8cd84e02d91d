#include "bitline/importer/rename_rules.h"

#include <algorithm>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  for (std::size_t end = name.find('.'); end != std::string_view::npos; end = name.find('.')) {
    parts.emplace_back(name.substr(0, end));
    name.remove_prefix(end + 1);
  }
  parts.emplace_back(name);
  return parts;
}

}  // namespace

RenameRules::RenameRules(const std::map<std::string, std::string>& rules) {
  for (const auto& [theirs, ours] : rules) {
    if (theirs.empty())
      fail_usage("rename: '' = '{}' says nothing of what becomes '{}'; give a name", ours, ours);
    rules_.push_back({parts_of(theirs), ours});
  }
  std::ranges::stable_sort(rules_, std::greater{},
                           [](const Rule& rule) { return rule.theirs.size(); });
}

std::string RenameRules::apply(std::string_view name) {
  const std::vector<std::string> parts = parts_of(name);
  std::vector<std::string> renamed;
  for (auto at = parts.begin(); at != parts.end();) {
    const auto rule = std::ranges::find_if(rules_, [&](const Rule& candidate) {
      const auto& theirs = candidate.theirs;
      return std::mismatch(theirs.begin(), theirs.end(), at, parts.end()).first == theirs.end();
    });
    if (rule == rules_.end()) {
      renamed.push_back(*at++);
    } else {
      rule->used = true;
      if (!rule->ours.empty()) renamed.push_back(rule->ours);
      at += static_cast<std::ptrdiff_t>(rule->theirs.size());
    }
  }
  return fmt::format("{}", fmt::join(renamed, "."));
}

void RenameRules::require_all_used() const {
  std::vector<std::string> unused;
  for (const Rule& rule : rules_)
    if (!rule.used) unused.push_back(fmt::format("'{}'", fmt::join(rule.theirs, ".")));
  if (!unused.empty())
    fail_usage("rename: no name in the file has {}; correct or remove {}", fmt::join(unused, ", "),
               unused.size() == 1 ? "it" : "them");
}

}  // namespace bitline
