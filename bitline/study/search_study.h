// One range search over a real network: images, evaluator, centres, journal.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/evaluate/lossless_plan.h"
#include "bitline/evaluate/network_evaluator.h"
#include "bitline/options/run_config.h"
#include "bitline/search/level_allocation.h"
#include "bitline/study/check_ranges.h"
#include "bitline/study/column_counts.h"

namespace bitline {

/// The sample that searches look at, ready for one network and array.
/// Before images are read: throws Error (kUsage) that names the layer whose possible sums
/// search.delta_step leaves no candidate for, under the methods of search.ranges and
/// allocate.ranges. Maps the network where the step is above 1, since every layer has a sum of 1.
void check_delta_step_fits(const Network& network, const RunConfig& config);

class SearchStudy {
 public:
  /// The images of config.data. Throws what Executor, check_fit and normalization_of throw.
  SearchStudy(const Network& network, const RunConfig& config, const Job& job);
  /// Other images; of config.data, the normalization alone counts.
  SearchStudy(const Network& network, const RunConfig& config, Dataset sample, const Job& job);

  const Executor& executor() const { return executor_; }
  const Dataset& sample() const { return sample_; }
  /// How its pixels become the numbers that the network sees.
  Normalization normalization() const;
  /// The layers that get ADCs: those that search.layers names, in the network's order. Throws Error
  /// (kUsage) for a name that is not on the array.
  std::vector<const CimLayer*> searched_layers() const;
  /// Score of the lossless network on the sample, by its true labels.
  const Score& lossless() const { return lossless_; }
  /// How long its pass took.
  double seconds_per_image() const { return seconds_per_image_; }

  /// Exact histograms of every layer's partial sums with lossless ADCs; those that are not by tile
  /// are counted once.
  HistogramMap profile(bool by_tile, const Job& job);

  /// The plan with `levels` levels that the method gives: the best one where it searches; then
  /// `journal`, when not empty, is a file from which a killed search continues. Statistics need
  /// none and give no curves.
  SearchResult search(std::int64_t levels, RangeMethod method, const std::filesystem::path& journal,
                      const Job& job);

  /// The plan with its ranges searched again (refine_ranges) for the levels that it gives.
  AdcPlan search_again(const AdcPlan& plan, const Job& job);

  /// Levels and ranges layer by layer; of `allocation`, levels, cost and budget are taken.
  /// `journal` as above.
  LevelAllocation allocate(AllocationOptions allocation, const std::filesystem::path& journal,
                           const Job& job);

  /// Score of a plan on the sample by the true labels, for comparison with max_loss.
  Score score(const Executor& executor, const AdcPlan& plan) const;

 private:
  /// Writes the array of each layer into the plan.
  void add_arrays(AdcPlan& plan) const;
  HistogramMap count_sums(bool by_tile, const Job& job) const;
  const HistogramMap& sums(const Job& job);
  std::map<std::string, Rational> centres(const Job& job);
  StreamShifts stream_shifts(const Job& job);
  const std::map<std::string, ColumnHistogram>& column_sums(const Job& job);
  /// With the bias of every column, and δ or, where the method gives tables, levels at any places.
  AdcSpec fit_columns(const CimLayer& layer, RangeMethod method, const SearchOptions& options,
                      const Job& job);
  /// Of layers whose array biases columns.
  ColumnBiases column_biases(const SearchOptions& options, const Job& job);
  const std::vector<std::int32_t>& targets() const;
  SearchOptions search_options(const Job& job);
  /// Calls `body` with what scores plans on the sample and remembers them in `journal`, if any.
  void with_evaluator(const std::filesystem::path& journal, ProgressSink& progress,
                      const std::function<void(Evaluator&)>& body);
  AdcSpec adc_without_search(const CimLayer& layer, RangeMethod method,
                             const SearchOptions& options, const Job& job);
  SearchResult without_search(RangeMethod method, const SearchOptions& options, const Job& job);

  RunConfig config_;
  Dataset sample_;
  Tensor images_;
  Executor executor_;
  Score lossless_;
  double seconds_per_image_ = 0;
  std::vector<std::int32_t> answers_;                   // of the lossless network
  std::vector<std::int64_t> hardest_first_;             // images by the lossless network's margin
  std::map<std::string, ColumnHistogram> column_sums_;  // likewise
  HistogramMap sums_;                                   // with lossless ADCs; empty until asked for
};

}  // namespace bitline
