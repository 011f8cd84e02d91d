// allocation.json: levels divided among the layers, and everything that was measured for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "bitline/base/enum_names.h"
#include "bitline/record/interval.h"

namespace bitline {

/// What the ADCs of an allocation are counted in.
enum class CostUnit { kEnergy, kArea };
template <>
struct EnumNames<CostUnit> {
  static constexpr std::string_view kWhat = "unit of costs";
  static constexpr std::array<std::string_view, 2> kNames{"fJ per image", "1e-3 um2"};
};

/// Costs are those of the ADCs; answers and losses (in units of 2^-20 nat) are on the search
/// sample, answers `validated` on the validation sample, accuracies on the test set, 0 to 1.
struct AllocationRecord {
  struct Lossless {
    std::int64_t correct = 0;
    std::int64_t validated = 0;
    std::int64_t loss = 0;
    Interval test_accuracy;

    bool operator==(const Lossless&) const = default;
  };
  /// One number of levels: in a layer, the others as in the last plan that was improved on; or in
  /// every layer.
  struct Choice {
    std::int64_t levels = 0;
    std::int64_t cost = 0;
    std::int64_t correct = 0;
    std::int64_t loss = 0;

    bool operator==(const Choice&) const = default;
  };
  struct Sensitivity {
    std::string layer;
    std::vector<Choice> choices;

    bool operator==(const Sensitivity&) const = default;
  };
  struct Plan {
    std::int64_t cost = 0;
    std::int64_t correct = 0;
    std::int64_t loss = 0;
    std::map<std::string, std::int64_t> levels;  ///< by layer

    bool operator==(const Plan&) const = default;
  };
  /// A plan that no other one beats.
  struct Unbeaten {
    Plan plan;
    std::string file;  ///< in the run folder

    bool operator==(const Unbeaten&) const = default;
  };
  struct Uniform {
    Choice choice;
    std::int64_t validated = 0;
    Interval test_accuracy;
    /// By which share of the test images it is better than the chosen plan, where there is one.
    std::optional<Interval> better_than_allocated;

    bool operator==(const Uniform&) const = default;
  };
  struct Best {
    Plan plan;
    std::int64_t validated = 0;
    Interval test_accuracy;

    bool operator==(const Best&) const = default;
  };
  /// Which share of the cost of so many levels in every layer the chosen plan saves.
  struct Saving {
    std::int64_t against_levels = 0;
    double share = 0;

    bool operator==(const Saving&) const = default;
  };

  CostUnit cost_unit = CostUnit::kEnergy;
  std::int64_t baseline_cost = 0;      ///< of cost.baseline_levels in every layer
  std::int64_t images = 0;             ///< of the search sample
  std::int64_t validation_images = 0;  ///< 0: none were left
  Lossless lossless;
  /// The budget; one of the two.
  std::optional<std::int64_t> lost_answers;
  std::optional<std::int64_t> largest_cost;
  /// How many divisions of the levels there are, where all were tried; 0: too many.
  std::int64_t divisions_tried = 0;
  std::vector<Sensitivity> sensitivities;  ///< of the layers that get ADCs, front to back
  std::vector<Unbeaten> front;             ///< from the cheapest
  std::vector<Uniform> uniform;            ///< the same levels in every layer, ascending
  std::optional<Best> best;                ///< the chosen plan; none keeps the budget
  std::optional<Saving> saved;  ///< none where the test set tells every uniform plan from the best

  bool operator==(const AllocationRecord&) const = default;
};

nlohmann::ordered_json json_of(const AllocationRecord& allocation);
std::string to_json(const AllocationRecord& allocation);
/// The inverse. Throws Error that names what is missing or damaged, or the layer that a plan has no
/// levels for.
AllocationRecord allocation_from_json(std::string_view text);

}  // namespace bitline
