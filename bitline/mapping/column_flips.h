// Which columns store flipped digits; equation (2a) of docs/arithmetic.md.
#pragma once

#include <vector>

#include "bitline/mapping/cim_layer.h"

namespace bitline {

/// Flips columns of `planes`, whose digits are b_i yet, by the rule of `flip`, which may be none;
/// fills signs and flip_totals. `largest_digits` has one entry per plane.
void flip_columns(ColumnFlip flip, const std::vector<std::int64_t>& largest_digits,
                  const std::vector<Tile>& tiles, WeightPlanes& planes);

}  // namespace bitline
