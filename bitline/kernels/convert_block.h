// The inner kernel: packed inputs × packed planes → partial sums → the codes' values → shift and
// add, for one block of columns. Partial sums never leave it, except to be counted.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/kernels/packed_inputs.h"
#include "bitline/kernels/packed_planes.h"
#include "bitline/kernels/prepared_table.h"
#include "bitline/kernels/sum_counter.h"

namespace bitline {

/// One bit of the cells times one bit of a stream's digits: ±2^level · (ones of their AND).
struct BitProduct {
  std::int64_t cell_bit = 0;
  std::int64_t input_plane = 0;
  int level = 0;
  bool negative = false;
};

/// A stream's partial sum is Σ over its products + digit_base · Σ_r x_j[r].
struct StreamProducts {
  std::vector<BitProduct> products;  ///< highest level first
  std::int64_t weight = 1;           ///< g_j
  std::size_t stream = 0;            ///< j, its place among the packed inputs
};

std::vector<StreamProducts> stream_products(const PackedPlanes& planes,
                                            const std::vector<InputPlane>& input_planes,
                                            const std::vector<std::int64_t>& stream_weights);

/// Adds Σ_t Σ_i Σ_j s c_i g_j multiple(p + h), over the columns of a block and over the job's
/// streams where they are active, to the sums of their output channels; Conversion::kDense takes
/// values for multiples. A counter counts p + h. What inactive streams give, and
/// PreparedTable::base and scale, is the caller's to add.
struct BlockJob {
  const PackedPlanes& planes;
  const std::vector<StreamProducts>& streams;  ///< that the table is of
  const PackedInputs& inputs;
  const PreparedTable& table;
  std::int64_t group = 0;
  std::int64_t block = 0;
  /// [positions, output channels of the group]: dense_sums for Conversion::kDense, otherwise sums;
  /// faster where aligned to 64 bytes.
  std::int32_t* sums = nullptr;
  std::int64_t* dense_sums = nullptr;
  std::int16_t* short_totals = nullptr;  ///< scratch, [positions, 64], aligned to 64 bytes
  SumCounter* counter = nullptr;         ///< null: sums are not counted
  const std::int32_t* starts = nullptr;  ///< h (ColumnStarts), [tiles, 64]; null: 0
};

/// Runs on the instruction set that instruction_set.h names.
void convert_block(const BlockJob& job);

}  // namespace bitline
