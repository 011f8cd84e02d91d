// The inner kernel whose lanes are positions: pairs of columns are tables of counts, each looked up
// by the inputs of four rows. Does what convert_block.h does for layers that fits_pairs().
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/kernels/column_pairs.h"
#include "bitline/kernels/convert_block.h"

namespace bitline {

/// Positions that one vector of the kernel holds; 0 on an instruction set without it.
std::int64_t pair_lanes();
/// Whether it is worth having for cells of that many bits (PackedPlanes::cell_bits) where as many
/// positions are packed at once: the instruction set has to gain from it, and the positions to fill
/// enough of their vectors.
bool pairs_pay(std::int64_t cell_bits, std::int64_t positions);

/// Σ_t Σ_i Σ_j s c_i g_j multiple(p + h) of every output channel of a group, over the job's
/// streams. PreparedTable::base and scale are the caller's to add. The table's byte_sums is needed,
/// and inputs as nibbles.
struct PairJob {
  const PackedPlanes& planes;
  const ColumnPairs& pairs;
  const std::vector<StreamProducts>& streams;  ///< that the table is of
  const PackedInputs& inputs;
  const PreparedTable& table;
  std::int64_t group = 0;
  /// [output channels of the group, made even, lanes], aligned to 64 bytes.
  std::int32_t* sums = nullptr;
  std::int16_t* short_totals = nullptr;  ///< scratch, likewise
  /// h of the layer (LayerAdc::column_bias), all groups; null: 0.
  const std::int32_t* column_bias = nullptr;
};

/// Runs on the instruction set that instruction_set.h names.
void convert_pairs(const PairJob& job);

}  // namespace bitline
