// Exhaustive range search: the argmax over every candidate δ, found without measuring candidates
// that cannot win any more. docs/search.md proves the bound.
//
// Start with candidates.h (what is tried), ranking.h (what is better), then this file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/adc/adc_plan.h"
#include "bitline/base/progress.h"
#include "bitline/search/candidates.h"
#include "bitline/search/evaluator.h"
#include "bitline/search/range_method.h"
#include "bitline/search/tie_break.h"

namespace bitline {

/// What a search tries, and what it ranks by.
struct SearchOptions {
  RangeMethod method = range_methods::kLayerWise;  ///< one that searches
  Objective objective = Objective::kAccuracy;      ///< what is ranked by
  /// Quantizer (one with a range), levels, step, ties and sides of every layer. The search
  /// sets delta and centre.
  AdcSpec adc;
  /// The same by layer name, in place of adc; levels are those of adc.
  std::map<std::string, AdcSpec> layer_adcs;
  /// Levels by layer name, in place of adc.levels; not of a network-wise search.
  std::map<std::string, std::int64_t> levels;
  /// The most levels that a layer's ADC can have, by layer name: it gets no more, whatever is said
  /// above.
  std::map<std::string, std::int64_t> most_levels = {};
  /// Centre x by layer name; 0 for layers that are not named.
  std::map<std::string, Rational> centres;
  /// Shifts of the ranges of input streams by layer name, the same at every level of δ; layers that
  /// are not named have one range for all streams.
  StreamShifts stream_shifts;
  /// Bias of the columns of layers that have one, the same at every δ.
  ColumnBiases column_biases = {};
  /// Distance of neighbouring candidates in LSB, a multiple of ½: 1 tries every integer, ½ halves
  /// too, a larger one thins out the wide ranges of multi-bit cells and DACs.
  Rational delta_step = 1;
  /// No candidate is dropped: the curve is complete, the result the same.
  bool full = false;
  /// Images asked for at once. Decides how soon a candidate can be dropped, never the result.
  std::int64_t block_images = 64;
  /// Every image index once, in the order in which images are asked for; empty means 0, 1, 2 ….
  /// Hardest first drops candidates soonest; the result never depends on it.
  std::vector<std::int64_t> image_order;
};

/// What a layer gets where it is asked for `levels`: no more than most_levels.
std::int64_t levels_within(const SearchOptions& options, const std::string& layer,
                           std::int64_t levels);

/// Of a layer: that of layer_adcs or adc, with its levels.
AdcSpec adc_of(const SearchOptions& options, const std::string& layer);

/// One candidate of a curve.
struct CurvePoint {
  Rational delta = 0;         ///< δ in LSB
  std::int64_t code_map = 0;  ///< Candidate::code_map
  Score score;                ///< over score.images images, the first ones of the image order
  bool dropped = false;       ///< after score.images images, when it could not win any more
};

/// What one step of a search measured: one layer, or the whole network.
struct SearchCurve {
  std::int64_t pass = 0;           ///< refine: 1, 2 … once all layers are quantized
  std::string layer;               ///< empty for network-wise
  std::vector<CurvePoint> points;  ///< ascending δ
  std::size_t winner = 0;          ///< index into points
};

/// The best plan, and how it was found.
struct SearchResult {
  AdcPlan plan;                      ///< every layer of the evaluator
  Score score;                       ///< of `plan`, over all images
  std::vector<SearchCurve> curves;   ///< pass by pass, front to back; one for network-wise
  std::int64_t images_measured = 0;  ///< image evaluations that the search asked for
  std::int64_t images_in_full = 0;   ///< image evaluations that measuring every candidate takes
};

/// Finds the best plan. The result (plan, score, winners) is that of measuring every candidate on
/// every image, whatever the block size and the image order. Progress counts image
/// evaluations, those of dropped candidates as done. Throws Error (kUsage) for options that are not
/// possible, and (kInterrupted) at the next block once `cancellation` was requested.
SearchResult search_ranges(Evaluator& evaluator, const SearchOptions& options, const Job& job);

/// One pass of kRefine over all layers from `start`, which has to name them all: each layer is
/// searched while all others have the ADCs of `start`, or those that the pass has given them. Its
/// own ADC is a candidate beside those of `options`, so that the score does not fall. For networks
/// that work with their ADCs alone, as retrained ones do. Throws what search_ranges throws.
SearchResult refine_ranges(Evaluator& evaluator, const SearchOptions& options, const AdcPlan& start,
                           const Job& job);

/// The curves as CSV, one line per candidate under a header:
/// pass,layer,delta,code_map,images,correct,loss,status. docs/search.md describes the columns.
std::string curves_to_csv(const std::vector<SearchCurve>& curves);

}  // namespace bitline
