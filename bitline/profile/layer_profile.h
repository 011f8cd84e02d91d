// The partial sums of a network's layers as files: exact counts and their statistics. The functions
// give contents, not files, so that a run can write them as its artefacts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bitline/adc/histogram.h"

namespace bitline {

/// Partial sums of one weight plane and one input stream.
struct ProfilePart {
  std::optional<std::int64_t> tile;  ///< none: all tiles together
  std::int64_t plane = 0;
  std::int64_t stream = 0;
  Histogram histogram;
};

/// One layer. Its histograms cover the same possible sums.
struct LayerProfile {
  std::string layer;
  std::vector<ProfilePart> parts;
};

/// Columns: layer, tile ("all" where tiles are together), plane, stream, sum (p, in LSB), count
/// (conversions that gave p). Sums that never occurred have no row.
std::string counts_csv(std::span<const LayerProfile> profiles);

/// Columns: layer, tile, plane, stream, conversions, mean, deviation (population standard
/// deviation), minimum, maximum (smallest and largest sum seen; mean to maximum in LSB), zero_share
/// (share of conversions with p = 0). A row for each part, then for each plane, each stream and
/// each tile over everything else ("all"), for the layer, and in the end for the network (layer
/// "all").
std::string statistics_csv(std::span<const LayerProfile> profiles);

/// An NPZ archive for numpy.load: for each part "LAYER.tile0.plane1.stream2" (no ".tile0" where
/// tiles are together), int64 counts of the sums from the smallest possible to the largest possible
/// one, and under that name + ".minimum" the smallest possible sum, an int64 of no dimensions. The
/// bytes depend on the contents alone. Throws Error when two parts have one name.
std::vector<std::byte> histograms_npz(std::span<const LayerProfile> profiles);

}  // namespace bitline
