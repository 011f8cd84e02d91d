// The ways to a range, by name. Each is a file of search/methods/.
#pragma once

#include <string_view>

#include "bitline/adc/adc_spec.h"
#include "bitline/base/policy.h"

namespace bitline {

struct LayerStatistics;
struct StatisticOptions;

/// One way to a range.
struct RangeMethodPolicy {
  static constexpr std::string_view kWhat = "range method";  ///< what one is called in messages

  /// What it looks at: the score of the whole network (range_search.h), a layer's sums alone
  /// (statistic_ranges.h), or a curve from outside (adc.table).
  enum class Source { kSearch, kStatistics, kCurve };

  std::string_view name;                ///< as files and commands spell it
  std::string_view meaning;             ///< Markdown, one line, for docs/search.md
  Source source = Source::kStatistics;  ///< what it looks at
  /// Its ADCs have a transfer curve of their own in place of a range δ.
  bool gives_tables = false;
  /// Its ranges have centres of their own, wherever SearchOptions puts them.
  bool gives_centres = false;
  /// It looks at what was seen of a layer's sums, and not at their limits alone.
  bool needs_sums = true;
  /// It looks at the sums of every single column, and gives each a bias (column_bias.h).
  bool needs_columns = false;
  /// Source::kStatistics: the ADC that it gives a layer, from `spec` (range_from_statistics).
  AdcSpec (*adc)(const AdcSpec& spec, const LayerStatistics& layer,
                 const StatisticOptions& options) = nullptr;
  OnlyOne only_one = {};  ///< no copies: a policy is known by its address
};

/// How an ADC's range is found.
using RangeMethod = Picked<RangeMethodPolicy>;

/// Whether it needs an Evaluator.
inline bool is_search(RangeMethod method) {
  return method->source == RangeMethodPolicy::Source::kSearch;
}

/// Those that code asks for by name; others are known by their files alone.
namespace range_methods {
/// @{
/// The method of that name, for example "layer-wise"; `meaning` says what it does.
extern const RangeMethodPolicy kColumnBound, kColumnLloydMax, kColumnMse, kCsnr, kCsnrLloydMax,
    kFullRange, kLayerWise, kLloydMax, kMeasured, kMinMax, kMse, kNetworkWise, kPercentile, kRefine,
    kThreeSigma, kThreeSigmaGaussian;
/// @}
}  // namespace range_methods

}  // namespace bitline
