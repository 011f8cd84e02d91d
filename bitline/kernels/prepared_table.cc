#include "bitline/kernels/prepared_table.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace bitline {
namespace {

/// How large sums of g_j · multiple can get, in units of the largest multiple.
struct Weights {
  std::int64_t largest = 0;  ///< max |g_j|
  std::int64_t sum = 0;      ///< Σ_j |g_j|
};

Weights magnitudes(const std::vector<std::int64_t>& stream_weights) {
  Weights weights;
  for (const std::int64_t weight : stream_weights) {
    weights.largest = std::max(weights.largest, std::abs(weight));
    weights.sum += std::abs(weight);
  }
  return weights;
}

void fill_dense(const CodeTable& table, const SumRange& sums,
                const std::vector<ValueChange>& changes, PreparedTable& prepared) {
  prepared.origin = sums.minimum;
  prepared.dense.reserve(static_cast<std::size_t>(sums.maximum - sums.minimum + 1));
  auto change = changes.begin();
  std::int64_t value = table.value(sums.minimum);
  for (std::int64_t p = sums.minimum; p <= sums.maximum; ++p) {
    if (change != changes.end() && change->p == p) value += change++->height;
    prepared.dense.push_back(static_cast<std::int32_t>(value));
  }
  prepared.zero_multiple = table.value(0);
}

void fill_bytes(const std::vector<ValueChange>& changes, PreparedTable& prepared) {
  std::int64_t multiple = 0;
  std::size_t entry = 0;
  for (const ValueChange& change : changes) {
    const auto index = static_cast<std::size_t>(change.p - prepared.origin - prepared.first);
    while (entry < index) prepared.multiples[entry++] = static_cast<std::uint8_t>(multiple);
    multiple += change.height / prepared.scale;
    if (change.p <= 0) prepared.zero_multiple = multiple;
    prepared.steps.push_back({static_cast<std::uint8_t>(change.p - prepared.origin),
                              static_cast<std::uint8_t>(change.height / prepared.scale)});
  }
  while (entry < prepared.multiples.size())
    prepared.multiples[entry++] = static_cast<std::uint8_t>(multiple);
}

/// Every index up to the largest possible one is its own multiple.
bool is_identity(const PreparedTable& prepared, std::int64_t largest_index) {
  if (prepared.steps.size() != static_cast<std::size_t>(largest_index)) return false;
  return std::all_of(prepared.steps.begin(), prepared.steps.end(),
                     [](const PreparedTable::Step& step) { return step.height == 1; });
}

}  // namespace

std::vector<ValueChange> value_changes(const CodeTable& table, const SumRange& sums) {
  std::vector<ValueChange> changes;
  for (std::size_t k = 0; k < table.thresholds.size(); ++k) {
    const std::int64_t p = table.thresholds[k];
    const std::int64_t height = std::int64_t{table.values[k + 1]} - table.values[k];
    if (p <= sums.minimum || p > sums.maximum || height == 0) continue;
    if (!changes.empty() && changes.back().p == p)
      changes.back().height += height;
    else
      changes.push_back({p, height});
  }
  return changes;
}

PreparedTable prepare_table(const CodeTable& table, const PackedPlanes& planes,
                            const std::vector<std::int64_t>& stream_weights) {
  const SumRange& sums = planes.sums;
  const std::vector<ValueChange> changes = value_changes(table, sums);
  std::int64_t scale = 0;
  std::int64_t rise = 0;
  for (const ValueChange& change : changes) {
    scale = std::gcd(scale, change.height);
    rise += change.height;
  }
  if (scale == 0) scale = 1;

  PreparedTable prepared;
  // The window: from one index below the first change up to the last change.
  const std::int64_t first = changes.empty() ? sums.minimum : changes.front().p - 1;
  const std::int64_t last = changes.empty() ? sums.minimum : changes.back().p;
  const std::int64_t most = rise / scale;
  const Weights weights = magnitudes(stream_weights);
  const auto tiles = static_cast<std::int64_t>(planes.tiles.size());
  const bool bytes_hold = last - first <= 255 && most <= 255;
  if (!bytes_hold || weights.largest * most > std::numeric_limits<std::int16_t>::max() ||
      tiles * weights.sum * planes.factor_magnitudes() * most >
          std::numeric_limits<std::int32_t>::max()) {
    fill_dense(table, sums, changes, prepared);
    return prepared;
  }
  prepared.byte_sums = sums.maximum - sums.minimum <= 255;
  prepared.origin = prepared.byte_sums ? sums.minimum : first;
  prepared.first = static_cast<std::uint8_t>(first - prepared.origin);
  prepared.last = static_cast<std::uint8_t>(last - prepared.origin);
  prepared.base = table.value(sums.minimum);
  prepared.scale = scale;
  prepared.tiles_in_short =
      most == 0 ? tiles : std::numeric_limits<std::int16_t>::max() / (weights.sum * most);
  fill_bytes(changes, prepared);
  const std::int64_t largest_index =
      prepared.byte_sums ? sums.maximum - sums.minimum : last - first;
  prepared.conversion = is_identity(prepared, largest_index)                 ? Conversion::kIdentity
                        : prepared.steps.size() <= PreparedTable::kMostSteps ? Conversion::kSteps
                                                                             : Conversion::kLookup;
  return prepared;
}

}  // namespace bitline
