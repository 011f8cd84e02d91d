// [adc] and [search]: the quantizer, and how its range is found; [compare].
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bitline/adc/adc_spec.h"
#include "bitline/base/enum_names.h"
#include "bitline/base/fields.h"
#include "bitline/config/config.h"
#include "bitline/search/range_search.h"

namespace bitline {

/// An ADC but for levels, range and centre, which a search finds.
struct AdcConfig {
  AdcSpec spec;
  std::filesystem::path table;      ///< CSV of a measured curve; empty: none
  std::optional<AdcSpec> measured;  ///< range_methods::kMeasured: that curve
};

/// [adc]: that of all layers, and those of single ones.
struct NetworkAdcs {
  AdcConfig common;                         ///< of layers that have no other
  std::map<std::string, AdcConfig> layers;  ///< by name of the layer

  /// The ADC of a layer of that name.
  const AdcConfig& of(const std::string& layer) const;
  /// The most levels of a measured curve; none where there is no curve.
  std::optional<std::int64_t> measured_levels() const;
};

enum class Centre { kZero, kMean };
template <>
struct EnumNames<Centre> {
  static constexpr std::string_view kWhat = "centre";
  static constexpr std::array<std::string_view, 2> kNames{"zero", "mean"};
};
/// With which batch-norm statistics a search scores plans: those of the network, or for the layers
/// that a plan names those moved by equation (14), over the whole sample.
enum class SearchStatistics { kStored, kRecalibrated };
template <>
struct EnumNames<SearchStatistics> {
  static constexpr std::string_view kWhat = "statistics";
  static constexpr std::array<std::string_view, 2> kNames{"stored", "recalibrated"};
};

/// In place of numbers of levels: SearchConfig::finds_fewest().
inline constexpr std::string_view kFewest = "fewest";

/// [search]: one range for every layer per level count and range method.
struct SearchConfig {
  SearchOptions options;                    ///< method, levels and ADC are set for each search
  Rational percentile = Rational(999, 10);  ///< StatisticOptions::percentile
  std::vector<std::int64_t> levels = {3, 4, 8, 16};  ///< empty: finds_fewest()
  std::vector<RangeMethod> ranges = {range_methods::kNetworkWise, range_methods::kLayerWise};
  Centre centre = Centre::kZero;
  SearchStatistics statistics = SearchStatistics::kStored;
  bool stream_ranges_by_spread = false;  ///< shifts_by_spread() of every layer, else one range
  std::vector<std::string> layers;  ///< that get an ADC, the others staying lossless; empty: all
  Rational max_loss = 1;  ///< points of accuracy on the validation sample that plan.json may lose
  bool recalibrate = false;

  /// Whether a run finds the fewest levels by itself, in place of searching for numbers of them.
  bool finds_fewest() const { return levels.empty(); }
};

/// [compare]: range methods by name, and "isaac".
struct CompareConfig {
  std::vector<std::string> methods = {
      "full-range", "isaac",       "column-bound",         "min-max",
      "lloyd-max",  "three-sigma", "three-sigma-gaussian", "percentile",
      "mse",        "csnr",        "csnr-lloyd-max",       "network-wise",
      "layer-wise"};
};

/// A measured curve is known by what it holds (describe).
template <ConstOrNot<AdcConfig> Adc, typename Visit>
void visit_fields(Adc& adc, Visit&& visit) {
  visit(FieldText{"quantizer",
                  "`zero-tread` (a level at the centre), `zero-rise` (a step at the centre)"},
        adc.spec.quantizer);
  visit(FieldText{"step_rule",
                  "zero-tread: `range`, `outer-levels`, `codes`; zero-rise has the first alone"},
        adc.spec.step_rule);
  visit(FieldText{"tie_rule",
                  "a sum half-way between two levels goes `up`, or `away` from the centre"},
        adc.spec.tie_rule);
  visit(FieldText{"sides",
                  "`both` sides of the centre, `one-sided` (no level below it), `automatic` "
                  "(one-sided where no sum can lie below)"},
        adc.spec.sides);
  visit(FieldText{"table",
                  "CSV file with the measured transfer curve of an ADC, for `search.ranges = "
                  "[\"measured\"]`",
                  Decides::kNothing, "–"},
        adc.table);
}

/// How ranges are found; levels and methods say which searches there are.
template <ConstOrNot<SearchConfig> Search, typename Visit>
void visit_range_fields(Search& search, Visit&& visit) {
  visit(
      FieldText{"levels",
                "numbers of levels L; 2 to 1048576. Or `fewest`, for `run` and `compare`: as many "
                "as needed are searched until the fewest within `max_loss` on the validation "
                "images are known (before retraining), and the two numbers below them",
                Decides::kNothing},
      search.levels, Whole{2, kMaximumLevels}, WordForNone{kFewest});
  visit(FieldText{"ranges",
                  "how ranges are found. By search: `network-wise` (one range for the network), "
                  "`layer-wise` (a range per layer, front to back), `refine` (layer-wise, then "
                  "passes with all layers quantized until nothing improves). From statistics of "
                  "the partial sums: `min-max`, `three-sigma`, `percentile`, `column-bound`, "
                  "`mse`, `csnr`; of those of every column, with a bias of its own, `column-mse`, "
                  "`column-lloyd-max`. With "
                  "a quantizer of their own: `full-range`, `lloyd-max`, "
                  "`csnr-lloyd-max`, `three-sigma-gaussian`. `measured`: the curve of `adc.table` "
                  "for every layer; `levels` then names its number of levels alone",
                  Decides::kNothing},
        search.ranges);
  visit(FieldText{"percentile",
                  "`percentile`: per cent of a layer's sums inside its range; above 0, up to 100"},
        search.percentile);
  visit(FieldText{"objective",
                  "`accuracy`, `loss` (cross-entropy), `agreement` (with the lossless network's "
                  "answers; needs no labels)"},
        search.options.objective);
  visit(FieldText{"centre",
                  "centre of the ranges: `zero`, or each layer's `mean` partial sum, rounded to "
                  "the nearest ½"},
        search.centre);
}

/// max_loss and recalibrate say what is made of a search.
template <ConstOrNot<SearchConfig> Search, typename Visit>
void visit_fields(Search& search, Visit&& visit) {
  visit_range_fields(search, visit);
  visit(
      FieldText{
          "statistics",
          "batch-norm statistics that candidates of a search are judged with: the network's "
          "(`stored`), or those that recalibration would give each of them (`recalibrated`; "
          "batch-norm behind a layer that is not on the array keeps its own, and a layer on the "
          "array that has none is given one)"},
      search.statistics);
  visit(FieldText{"stream_ranges",
                  "one range for all input streams of a layer (`shared`), or narrower ones, by "
                  "powers of two, for streams whose sums spread less (`by-spread`: "
                  "[arithmetic.md](arithmetic.md#ranges-by-input-stream), (5n)); for searched "
                  "ranges, zero-tread and centre 0"},
        search.stream_ranges_by_spread, Either{"shared", "by-spread"});
  visit(FieldText{"delta_step",
                  "distance of neighbouring candidates δ, in units of the partial sum; a multiple "
                  "of ½, such as `0.5` or `2`"},
        search.options.delta_step);
  visit(FieldText{"full", "measure every candidate on every image: complete curves, same result"},
        search.options.full);
  visit(FieldText{"layers", "names of the layers that get an ADC; the others stay lossless",
                  Decides::kResults, "all on the array"},
        search.layers);
  visit(FieldText{"max_loss",
                  "points of accuracy on the validation sample that `plan.json` may lose; 0 to 100",
                  Decides::kNothing},
        search.max_loss);
  visit(FieldText{"recalibrate",
                  "`run`: give each plan's network new batch-norm statistics too, and evaluate it "
                  "with both",
                  Decides::kNothing},
        search.recalibrate);
}

template <ConstOrNot<CompareConfig> Compare, typename Visit>
void visit_fields(Compare& compare, Visit&& visit) {
  visit(FieldText{"methods",
                  "of `compare`: the methods of `search.ranges`, and `isaac`: `full-range` on 0/1 "
                  "cells (`twos-complement`) with `column_flip = \"complement\"`, whatever "
                  "`[array]` says of the two",
                  Decides::kNothing},
        compare.methods);
}

/// Throws Error (kUsage) that names the command, which searches for stated numbers of levels alone,
/// where the configuration has none.
void require_stated_levels(const SearchConfig& search, std::string_view command);

/// The tables, checked. Errors are of kind kUsage.
NetworkAdcs read_adc(const ConfigTable& table);
SearchConfig read_search(const ConfigTable& table);
CompareConfig read_compare(const ConfigTable& table);

}  // namespace bitline
