// results.csv: the table that a run ends with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/enum_names.h"
#include "bitline/base/rational.h"
#include "bitline/record/interval.h"

namespace bitline {

/// What was done to a plan's network.
enum class Treatment { kNone, kRecalibrated, kRetrained };
template <>
struct EnumNames<Treatment> {
  static constexpr std::string_view kWhat = "treatment";
  static constexpr std::array<std::string_view, 3> kNames{"", "recalibrated", "retrained"};
};

/// ResultRow::ranges of levels that are divided among the layers.
inline constexpr std::string_view kAllocated = "allocated";

/// One plan of a run. Losses are in points of accuracy against the lossless network on the same
/// images; positive is worse.
struct ResultRow {
  std::int64_t levels = 0;  ///< of the layers, the most where they differ; 0: lossless
  /// Name of the range method, or kAllocated; empty where lossless.
  std::string ranges;
  Treatment treatment = Treatment::kNone;
  Interval search_accuracy;  ///< on the search sample
  double search_loss = 0;    ///< points lost on it
  /// On training images that neither the search nor the training has seen: the validation sample,
  /// or for retrained networks those that were held out. Where there are none, the search sample.
  Interval validation_accuracy;
  Rational validation_loss = 0;           ///< points lost on them, exactly
  Interval validation_loss_interval;      ///< the same with the paired interval; not in the table
  Interval test_accuracy;                 ///< on the test set
  std::optional<Interval> test_top_five;  ///< on the test set, where there are more than 10 classes
  Interval test_loss;                     ///< points lost on the test set, with the paired interval
  std::string plan;                       ///< artefact, for example "plans/L4-layer-wise.json"
  std::string network;                    ///< artefact of the treated network, or empty
  bool real = false;  ///< the float network that was put on grids; without levels

  bool operator==(const ResultRow&) const = default;
};

/// That of the lossless network as it came: the first, or the one behind the float network. There
/// is one.
const ResultRow& lossless_row(const std::vector<ResultRow>& rows);

/// The plan that loses least on the validation images, of equals the earlier one; null without any.
const ResultRow* closest_row(const std::vector<ResultRow>& rows);

/// Points that the row's plan loses on the test set against the float network, whose row `real` is.
double lost_from_float(const ResultRow& real, const ResultRow& row);

/// What a run's files about a row are called: "L4-layer-wise", "L4-layer-wise-retrained"; a plan
/// that retraining has changed is called so itself. Empty without a plan.
std::string artefact_name(const ResultRow& row);

/// Numbers of levels that plans have in all layers, each once, ascending.
std::vector<std::int64_t> levels_tried(const std::vector<ResultRow>& rows);

/// CSV with a header; accuracies in per cent, losses in points, to four decimals; columns of top-5
/// where the rows have it. docs/run-folder.md names the columns.
std::string to_csv(const std::vector<ResultRow>& rows);
/// The inverse. The table has no interval of accuracies and losses on the search and the validation
/// images: their ends are the value. Throws Error that names the column which is missing, or whose
/// field is damaged.
std::vector<ResultRow> rows_from_csv(std::string_view text);

}  // namespace bitline
