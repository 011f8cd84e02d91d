// How long a run will take, before it begins.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bitline/options/run_config.h"
#include "bitline/record/run_summary.h"

namespace bitline {

/// A layer that gets an ADC.
struct LayerWork {
  std::int64_t candidates = 0;  ///< δ that a search may try
  double share_behind = 1;      ///< of the network's conversions, those of it and of all behind it
};

struct EstimateFacts {
  double seconds_per_image = 0;  ///< of one pass on the array, measured
  RunImages images;
  std::int64_t training_images = 0;  ///< that retraining learns from
  std::vector<LayerWork> layers;     ///< front to back
  bool recalibrates = false;         ///< whether every plan gets a recalibrated network
  /// Whether the stage stands in the folder; what it is of may have changed, and then it runs
  /// again.
  std::function<bool(const std::string& stage)> is_there;
};

/// Stages of one kind that are left to run.
struct StagesLeft {
  std::string kind;        ///< "search"
  std::int64_t count = 0;  ///< of them
  double seconds = 0;      ///< all of them together, about
};

/// Stages of levels and range methods, of a run that finds the fewest levels the seven numbers that
/// it usually asks for. A search is taken to measure a quarter of what brute force would
/// (docs/performance.md and docs/tutorial.md have 13 to 52 %), an image in training to cost three
/// passes. Kinds without work are left out; so are mapping, costs and the report, which take
/// moments, and the levels of [allocate], which nobody knows before.
std::vector<StagesLeft> stages_left(const RunConfig& config, const EstimateFacts& facts);

/// "about 6 min 10 s: 4 searches 2 min 00 s, …".
std::string to_text(const std::vector<StagesLeft>& stages);

}  // namespace bitline
