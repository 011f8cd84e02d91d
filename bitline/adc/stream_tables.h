// A range of its own for every input stream of a layer: the reference switches once per cycle, and
// recombination stays shift and add.
#pragma once

#include <cstdint>
#include <vector>

#include "bitline/adc/adc_plan.h"

namespace bitline {

/// One table for all input streams, or, where the choice has stream_shifts, one per stream over
/// δ_j = δ · 2^−s_j; equation (5n) of docs/arithmetic.md. All of the same unit. Throws Error
/// (kUsage) as make_code_table does, for shifts of a quantizer that has no use for them or of a
/// centre other than 0, for shifts that are negative or none of which is 0, and where δ_j is below
/// ½.
std::vector<CodeTable> make_stream_tables(const AdcSpec& spec, const SumRange& sums);

/// make_stream_tables() of what the columns of a layer share: whoever takes it looks after
/// AdcSpec::column_bias, which make_stream_tables() refuses.
std::vector<CodeTable> shared_tables(const AdcSpec& spec, const SumRange& sums);

/// The table of the input streams with the widest range: of all, where they share one; without
/// bias.
CodeTable widest_table(const AdcSpec& spec, const SumRange& sums);

/// Expresses all values in one unit, the largest of which every table's is a whole multiple. Throws
/// Error (kUsage) for a multiple that does not fit 32 bits.
void put_over_one_unit(std::vector<CodeTable>& tables);

/// The choice for one stream alone, without shifts and bias.
AdcSpec spec_of_stream(const AdcSpec& spec, std::size_t stream);

}  // namespace bitline
