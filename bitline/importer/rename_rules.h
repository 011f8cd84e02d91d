// From the names of one framework's layers to those of another network's nodes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bitline {

/// Rules "theirs" = "ours" over the parts of a name between its dots: with "bn1" = "norm1" and
/// "layer1.0" = "stage1.block1", the name "layer1.0.bn1.weight" becomes
/// "stage1.block1.norm1.weight". A name is read once from left to right; where several rules fit,
/// the one with the most parts is taken, and what a rule has put there is not looked at again.
/// Nothing on the right drops the parts.
class RenameRules {
 public:
  /// Throws Error (kUsage) for an empty name on the left side.
  explicit RenameRules(const std::map<std::string, std::string>& rules);

  std::string apply(std::string_view name);
  /// Throws Error (kUsage) that lists the rules that no name so far has needed: most likely typing
  /// mistakes.
  void require_all_used() const;

 private:
  struct Rule {
    std::vector<std::string> theirs;
    std::string ours;
    bool used = false;
  };
  std::vector<Rule> rules_;  // those with the most parts first
};

}  // namespace bitline
