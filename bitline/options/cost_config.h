// [cost] and [allocate].
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/base/fields.h"
#include "bitline/config/config.h"
#include "bitline/cost/adc_cost.h"
#include "bitline/search/range_method.h"

namespace bitline {

/// [cost]
struct CostConfig {
  AdcModel adc = adc_models::kFlash;
  std::filesystem::path technology;   ///< empty: technology_32nm()
  std::int64_t baseline_levels = 16;  ///< of every layer's ADC, in the design to compare with
  bool dummy_column = false;          ///< CostOptions::dummy_column
  /// Of the energy of an image, what the ADCs of baseline_levels take; empty: by the technology.
  std::optional<double> adc_share;
  bool zero_detection = false;  ///< reads that drive no word line are not converted
};

/// [allocate]
struct AllocateConfig {
  std::vector<std::int64_t> levels = {2, 3, 4, 6, 8, 16};
  RangeMethod ranges = range_methods::kLayerWise;  ///< or one that takes them from statistics
  bool by_area = false;  ///< what is spent: area of the ADCs, else their energy
  double max_loss = 1;   ///< the budget: points of accuracy on the search sample
  /// In its place: share of what ADCs of cost.baseline_levels cost.
  std::optional<double> max_cost;
};

/// A technology is known by its content (describe).
template <ConstOrNot<CostConfig> Cost, typename Visit>
void visit_fields(Cost& cost, Visit&& visit) {
  visit(
      FieldText{
          "adc",
          "`flash`: a comparator for each threshold; `sar`: successive approximation; "
          "`andrulis`: regression over published converters, for 16 levels and more; `survey`: "
          "published converters of 1 to 8 bits, with error bars "
          "([adc-costs.md](adc-costs.md)). Equations (21) to (23) of "
          "[arithmetic.md](arithmetic.md#cost). Compare plans under one model: the models "
          "differ by up to two orders of magnitude"},
      cost.adc);
  visit(
      FieldText{
          "technology",
          "TOML file with the area, energy and time of each circuit; "
          "[cost/32nm.toml](../bitline/cost/32nm.toml) is the default, with a source for every "
          "number, and [cost/reram.toml](../bitline/cost/reram.toml) has cells of ReRAM in place "
          "of SRAM, [cost/sram-charge.toml](../bitline/cost/sram-charge.toml) sums charge. Copy it "
          "and put in those of your process; its cells and DACs are of one bit",
          Decides::kNothing, "32 nm"},
      cost.technology);
  visit(FieldText{"baseline_levels",
                  "levels of every ADC in the design that savings are counted from; 2 or more"},
        cost.baseline_levels, Whole{2, kMaximumLevels});
  visit(FieldText{"adc_share",
                  "which share of the energy of an image the ADCs of the design with "
                  "`baseline_levels` take, 0.01 to 0.99: the energy of every ADC is scaled to it. "
                  "The article has 0.86 for one read, which the default technology is fitted to; "
                  "chips of 2020 to 2024 report 0.156 to 0.612 ([adc-costs.md](adc-costs.md))",
                  Decides::kResults, "by the technology"},
        cost.adc_share, Real{0.01, 0.99});
  visit(FieldText{"dummy_column",
                  "every array has one column more, whose cells give its ADCs their reference: "
                  "1/256 of an array with 256 columns"},
        cost.dummy_column);
  visit(
      FieldText{"zero_detection",
                "reads that drive no word line are not converted, in both designs; their share is "
                "measured on the search sample under the plan (`allocate`: with lossless ADCs)"},
      cost.zero_detection);
}

template <ConstOrNot<AllocateConfig> Allocate, typename Visit>
void visit_fields(Allocate& allocate, Visit&& visit) {
  visit(FieldText{"levels", "numbers of levels that a layer can get"}, allocate.levels,
        Whole{2, kMaximumLevels});
  visit(
      FieldText{
          "ranges",
          "how the ranges of each number of levels are found: `layer-wise`, searched with those "
          "levels in every layer, or from statistics (`three-sigma` …, as in `search.ranges`)"},
      allocate.ranges);
  visit(FieldText{"cost",
                  "what is spent: `energy` of the ADCs per image, or their `area` (one ADC design "
                  "per layer); by `[cost]`"},
        allocate.by_area, Either{"energy", "area"});
  visit(
      FieldText{
          "max_loss",
          "points of accuracy that the plan may lose, on the search sample (with `search.objective "
          "= \"agreement\"`: of the lossless network's answers) and on the validation sample"},
      allocate.max_loss, Real{0, 100});
  visit(FieldText{"max_cost",
                  "in place of `max_loss`: what it may cost, as a share of what ADCs of "
                  "`cost.baseline_levels` cost; 0 to 1",
                  Decides::kResults, "–"},
        allocate.max_cost, Real{0, 1});
}

/// The tables, checked. Errors are of kind kUsage.
CostConfig read_cost(const ConfigTable& table);
AllocateConfig read_allocate(const ConfigTable& table);

}  // namespace bitline
