// What a layer of an Executor computes on the way: its sums before and after the ADCs, what they
// are worth, what is counted of them. Running needs none of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/kernels/column_histogram.h"
#include "bitline/kernels/idle_reads.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// Looks into one convolution or linear layer. `values` are those in front of its step.
class LayerProbe {
 public:
  /// `step` runs a layer of `executor`, which has to outlive the probe.
  LayerProbe(const Executor& executor, std::size_t step);

  /// Whether the layer computes in real numbers rather than in integers.
  bool is_real() const { return runner_.is_real(); }
  /// Of a layer that lies on the array.
  const CimLayer& cim_layer() const { return *runner_.cim(); }
  /// Whether padding is 0 in a layer that lies on the array (LayerRunner::pads_with_zero).
  bool pads_with_zero() const { return runner_.pads_with_zero(); }

  /// Sums before zero point, bias and batch-norm (LayerRunner::run).
  Tensor sums(const Values& values, const PreparedPlan& plan) const;
  /// sums() under each of `plans`, which all name the layer, from one pass: one behind the other
  /// along the first axis.
  Tensor sums_each(const Values& values, std::span<const PreparedPlan> plans) const;
  /// What Executor::run() makes of `values` in the layer's step, from its sums() for them.
  void run_from_sums(Values& values, const Tensor& sums, const PreparedPlan& plan) const;

  /// What one unit of sums() is worth, one or one per output channel.
  std::vector<double> output_scale(const PreparedPlan& plan) const;
  /// What the input's zero point adds to the outputs (zero_point.h).
  const std::vector<double>& zero_offset() const { return runner_.zero_offset(); }

  /// Counts the sums of every column of a layer that lies on the array.
  void count_columns(const Values& values, ColumnHistogram& histogram) const;

  /// Reads of the array, of a layer that lies on it.
  ReadCount count_reads(const Values& values) const;
  /// Of the inputs of a layer that lies on the array, the digits of each stream that are not 0.
  std::vector<std::int64_t> count_ones(const Values& values) const;

 private:
  const Node& node() const { return *executor_.steps()[step_].node; }
  const Value& input(const Values& values) const { return values.at(node().inputs[0]); }

  const Executor& executor_;
  const std::size_t step_;
  const LayerRunner& runner_;
};

/// LayerProbe::pads_with_zero in every layer of the plan.
bool streams_are_apart(const Executor& executor, const PreparedPlan& plan);

/// Empty histograms for every layer on the array: what run() and logits() count into.
HistogramMap make_histograms(const Executor& executor, bool by_tile);

}  // namespace bitline
