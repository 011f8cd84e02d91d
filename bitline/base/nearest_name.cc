#include "bitline/base/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace bitline {
namespace {

// Optimal string alignment distance, one row of the table for each letter of a.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view wanted, const std::vector<std::string>& known) {
  const std::string* nearest = nullptr;
  std::size_t fewest = 0;
  for (const std::string& name : known) {
    const std::size_t edits = edit_distance(wanted, name);
    if (3 * edits > std::max(wanted.size(), name.size())) continue;
    if (nearest != nullptr && edits >= fewest) continue;
    nearest = &name;
    fewest = edits;
  }
  return nearest == nullptr ? std::string() : *nearest;
}

std::vector<std::string> names_meant(std::string_view wanted,
                                     const std::vector<std::string>& known) {
  if (std::ranges::find(known, wanted) != known.end()) return {std::string(wanted)};
  const auto those = [&known](const auto& fits) {
    std::vector<std::string> meant;
    std::ranges::copy_if(known, std::back_inserter(meant), fits);
    return meant;
  };
  const auto ending = those([wanted](const std::string& name) { return name.ends_with(wanted); });
  if (!ending.empty()) return ending;
  return those([wanted](const std::string& name) { return name.find(wanted) != name.npos; });
}

}  // namespace bitline
