// The fast engine: bit-packed, on vector instructions, equal to reference.h bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/kernels/column_histogram.h"
#include "bitline/kernels/column_pairs.h"
#include "bitline/kernels/column_starts.h"
#include "bitline/kernels/convert_block.h"
#include "bitline/kernels/flipped_columns.h"
#include "bitline/kernels/layer_adc.h"
#include "bitline/kernels/layer_histogram.h"
#include "bitline/kernels/stream_groups.h"

namespace bitline {

/// One layer, its planes packed for the instruction set that the kernels run on when it is made; on
/// another it is as right, but perhaps slower. Holds all that it needs of the CimLayer. May be used
/// by several threads at once.
class FusedLayer {
 public:
  explicit FusedLayer(const CimLayer& layer);

  /// As reference_accumulate: activations [images, in_channels, in_height, in_width]; outputs Y_int
  /// [images, out_channels, out_height, out_width]. A histogram, made for this layer, counts every
  /// conversion of a normal column; where columns have a bias, that takes a pass of its own. Runs
  /// parallel_for over images and output rows.
  void accumulate(const LayerAdc& adc, std::int64_t images,
                  std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                  LayerHistogram* histogram = nullptr) const;
  /// accumulate() under each of `adcs`: outputs [adcs, images, out_channels, out_height,
  /// out_width]. The partial sums are formed once and counted (weighted_histogram.h), and what a
  /// table makes of the counts is computed once for all ADCs with the same codes and values; a
  /// layer with too many possible sums for that, or whose ADCs differ in their columns' bias, is
  /// accumulated under one ADC after the other.
  void accumulate_each(std::span<const LayerAdc> adcs, std::int64_t images,
                       std::span<const std::int32_t> activations,
                       std::span<std::int64_t> outputs) const;

  /// Counts the sums of every column, made for this layer. Runs parallel_for likewise, with counts
  /// of its own for each thread.
  void count_columns(std::int64_t images, std::span<const std::int32_t> activations,
                     ColumnHistogram& histogram) const;

  /// Which kernel accumulate() runs under this ADC, with or without a histogram.
  InputForm input_form(const LayerAdc& adc, bool has_histogram) const;

 private:
  class Worker;
  class Sweeper;

  /// Of the kernels whose lanes are columns: digits for dot products, or words.
  InputForm column_form() const;
  InputForm input_form(const std::vector<StreamGroup>& groups, bool has_histogram) const;
  bool can_count(std::span<const LayerAdc> adcs, const SumRange& sums) const;
  void run_strips(const LayerAdc& adc, std::int64_t images,
                  std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                  LayerHistogram* histogram) const;

  /// What a read of digits with this sum takes from all columns: reference columns' and Σ A's part.
  std::int64_t common_value(const LayerAdc& adc, std::int64_t digit_sum) const;
  /// Of one output row.
  std::int64_t conversions_per_row() const;

  ConvGeometry geometry_;
  std::vector<std::int64_t> stream_weights_;
  bool has_reference_column_;
  PackedPlanes planes_;
  InputPacker packer_;
  ColumnPairs pairs_;  ///< empty where lanes are columns whatever the ADC
  std::vector<StreamProducts> streams_;
  FlippedColumns flipped_columns_;
};

}  // namespace bitline
