// One range search over a real network: images, evaluator, centres, journal.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "bitline/base/progress.h"
#include "bitline/pipeline/network_evaluator.h"
#include "bitline/pipeline/run_config.h"
#include "bitline/search/level_allocation.h"

namespace bitline {

/// The sample that searches look at, ready for one network and array.
class SearchBench {
 public:
  /// Throws what Executor and check_fit throw.
  SearchBench(const Network& network, const RunConfig& config, ProgressSink& progress,
              const Cancellation& cancellation);

  const Executor& executor() const { return executor_; }
  const Dataset& sample() const { return sample_; }
  /// The layers that get ADCs: those that search.layers names, in the network's order. Throws Error
  /// (kUsage) for a name that is not on the array.
  std::vector<const CimLayer*> searched_layers() const;
  /// Score of the lossless network on the sample, by its true labels.
  const Score& lossless() const { return lossless_; }

  /// Exact histograms of every layer's partial sums with lossless ADCs; those that are not by tile
  /// are counted once.
  HistogramMap profile(bool by_tile, ProgressSink& progress, const Cancellation& cancellation);

  /// The plan with `levels` levels that the method gives: the best one where it searches; then
  /// `journal`, when not empty, is a file from which a killed search continues. Statistics need
  /// none and give no curves.
  SearchResult search(std::int64_t levels, RangeMethod method, const std::filesystem::path& journal,
                      ProgressSink& progress, const Cancellation& cancellation);

  /// The plan with its ranges searched again (refine_ranges) for the levels that it gives.
  AdcPlan search_again(const AdcPlan& plan, ProgressSink& progress,
                       const Cancellation& cancellation);

  /// Levels and ranges layer by layer; of `allocation`, levels, cost and budget are taken.
  /// `journal` as above.
  LevelAllocation allocate(AllocationOptions allocation, const std::filesystem::path& journal,
                           ProgressSink& progress, const Cancellation& cancellation);

  /// Score of a plan on the sample by the true labels, for comparison with max_loss.
  Score score(const Executor& executor, const AdcPlan& plan) const;

 private:
  HistogramMap count_sums(bool by_tile, ProgressSink& progress,
                          const Cancellation& cancellation) const;
  const HistogramMap& sums(ProgressSink& progress, const Cancellation& cancellation);
  std::map<std::string, Rational> centres(ProgressSink& progress, const Cancellation& cancellation);
  StreamShifts stream_shifts(ProgressSink& progress, const Cancellation& cancellation);
  const std::vector<std::int32_t>& targets() const;
  SearchOptions search_options(ProgressSink& progress, const Cancellation& cancellation);
  /// Calls `body` with what scores plans on the sample and remembers them in `journal`, if any.
  void with_evaluator(const std::filesystem::path& journal, ProgressSink& progress,
                      const std::function<void(Evaluator&)>& body);
  AdcSpec adc_without_search(const CimLayer& layer, RangeMethod method,
                             const SearchOptions& options, ProgressSink& progress,
                             const Cancellation& cancellation);
  SearchResult without_search(RangeMethod method, const SearchOptions& options,
                              ProgressSink& progress, const Cancellation& cancellation);

  RunConfig config_;
  Executor executor_;
  Dataset sample_;
  Tensor images_;
  Score lossless_;
  std::vector<std::int32_t> answers_;        // of the lossless network
  std::vector<std::int64_t> hardest_first_;  // images by the lossless network's margin
  HistogramMap sums_;                        // with lossless ADCs; empty until asked for
};

/// Every layer on the array with a lossless ADC: the simulation runs, nothing is lost.
AdcPlan lossless_plan(const Executor& executor);

/// What can be said against a method before it begins. Throws Error (kUsage) for ranges by input
/// stream of one that does not search, and for kMeasured without a curve or with one of another
/// number of levels.
void check_ranges(const SearchRun& search, RangeMethod method,
                  std::span<const std::int64_t> levels);

}  // namespace bitline
