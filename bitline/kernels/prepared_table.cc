#include "bitline/kernels/prepared_table.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace bitline {
namespace {

constexpr std::int64_t kLargestByte = std::numeric_limits<std::uint8_t>::max();
constexpr std::int64_t kLargestTwoBytes = std::numeric_limits<std::uint16_t>::max();
constexpr std::int64_t kLargestShort = std::numeric_limits<std::int16_t>::max();

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

/// `indices`: of each change the smallest index that has it. `reached`: the multiple from there on.
void fill_multiples(const std::vector<std::int64_t>& indices,
                    const std::vector<std::uint8_t>& reached, PreparedTable& prepared) {
  std::uint8_t multiple = 0;
  std::size_t entry = 0;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto end = static_cast<std::size_t>(indices[i] - prepared.first);
    while (entry < end) prepared.multiples[entry++] = multiple;
    prepared.steps.push_back(
        {static_cast<std::uint8_t>(indices[i]), static_cast<std::uint8_t>(reached[i] - multiple)});
    multiple = reached[i];
  }
  while (entry < prepared.multiples.size()) prepared.multiples[entry++] = multiple;
}

/// From one below the first change to the last one.
struct Window {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool fits_bytes() const { return last - first <= kLargestByte; }
  /// 16 bits with a sign, of which the smallest is left to all that lies below.
  bool fits_shorts() const { return last - first <= 2 * kLargestShort; }
  std::int64_t middle() const { return first + (last - first) / 2; }
};

Window window_of(const std::vector<ValueChange>& changes, const SumRange& sums) {
  if (changes.empty()) return {sums.minimum, sums.minimum};
  return {changes.front().p - 1, changes.back().p};
}

/// 16 bits hold one stream's largest multiple, 32 those of all streams, tiles and column planes.
bool totals_hold(std::int64_t most, const PackedPlanes& planes,
                 const std::vector<std::int64_t>& stream_weights) {
  const Weights weights = magnitudes(stream_weights);
  return weights.largest * most <= kLargestShort &&
         std::ssize(planes.tiles) * weights.sum * planes.factor_magnitudes() * most <=
             std::numeric_limits<std::int32_t>::max();
}

/// Every index up to the largest possible one is its own multiple.
bool is_identity(const PreparedTable& prepared, std::int64_t largest_index) {
  if (prepared.steps.size() != static_cast<std::size_t>(largest_index)) return false;
  return std::all_of(prepared.steps.begin(), prepared.steps.end(),
                     [](const PreparedTable::Step& step) { return step.height == 1; });
}

Conversion form_of(const PreparedTable& prepared, std::int64_t largest_index) {
  if (is_identity(prepared, largest_index)) return Conversion::kIdentity;
  return prepared.steps.size() <= PreparedTable::kMostSteps ? Conversion::kSteps
                                                            : Conversion::kLookup;
}

/// None for few entries, or where one segment has more than one step.
std::optional<PreparedTable::Segments> segments_of(const PreparedTable& prepared) {
  constexpr int kFewEntries = 32;
  const int last = prepared.last - prepared.first;
  if (last < kFewEntries) return std::nullopt;
  PreparedTable::Segments segments;
  while (last >> segments.shift >= std::ssize(segments.multiples)) ++segments.shift;
  for (int entry = 0; entry <= last; ++entry) {
    const auto segment = static_cast<std::size_t>(entry >> segments.shift);
    const std::uint8_t multiple = prepared.multiples[static_cast<std::size_t>(entry)];
    if (entry % (1 << segments.shift) == 0) {
      segments.multiples[segment] = multiple;
      continue;
    }
    const auto height = static_cast<std::uint8_t>(multiple - segments.multiples[segment]);
    if (height == segments.heights[segment]) continue;
    if (segments.heights[segment] != 0) return std::nullopt;
    segments.steps[segment] = static_cast<std::uint8_t>(entry);
    segments.heights[segment] = height;
  }
  return segments;
}

/// The index is the number of thresholds reached. Returns that of each change.
std::vector<std::int64_t> count_thresholds(const std::vector<ValueChange>& changes,
                                           const Window& window, PreparedTable& prepared) {
  prepared.origin = window.middle();
  prepared.last = static_cast<std::uint8_t>(changes.size());
  std::vector<std::int64_t> indices;
  for (const ValueChange& change : changes) {
    prepared.thresholds.push_back(static_cast<std::int16_t>(change.p - prepared.origin));
    indices.push_back(std::ssize(prepared.thresholds));
  }
  return indices;
}

/// The index is p − origin. Returns that of each change.
std::vector<std::int64_t> take_differences(const std::vector<ValueChange>& changes,
                                           const Window& window, const SumRange& sums,
                                           PreparedTable& prepared) {
  prepared.byte_sums = sums.maximum - sums.minimum <= kLargestByte;
  prepared.origin = prepared.byte_sums ? sums.minimum : window.first;
  prepared.first = static_cast<std::uint8_t>(window.first - prepared.origin);
  prepared.last = static_cast<std::uint8_t>(window.last - prepared.origin);
  std::vector<std::int64_t> indices;
  for (const ValueChange& change : changes) indices.push_back(change.p - prepared.origin);
  return indices;
}

/// A table's values: base + scale · multiple, with the multiple that each change leads to.
struct Multiples {
  std::int64_t base = 0;
  std::int64_t scale = 1;
  std::int64_t of_zero = 0;  ///< of p = 0
  std::vector<std::int64_t> reached;

  Multiples(const CodeTable& table, const SumRange& sums, const std::vector<ValueChange>& changes)
      : base(table.value(sums.minimum)) {
    std::int64_t divisor = 0;
    for (const ValueChange& change : changes) divisor = std::gcd(divisor, change.height);
    if (divisor != 0) scale = divisor;
    for (const ValueChange& change : changes) {
      reached.push_back(most() + change.height / scale);
      if (change.p <= 0) of_zero = most();
    }
  }

  std::int64_t most() const { return reached.empty() ? 0 : reached.back(); }
};

/// One byte of the multiples; `indices` of the changes are those of `prepared`.
PreparedTable with_byte(PreparedTable prepared, const std::vector<std::int64_t>& indices,
                        const Multiples& multiples, int byte) {
  const int shift = 8 * byte;
  const auto byte_of = [shift](std::int64_t multiple) {
    return static_cast<std::uint8_t>(multiple >> shift);
  };
  prepared.base = byte == 0 ? multiples.base : 0;
  prepared.scale = multiples.scale << shift;
  prepared.zero_multiple = byte_of(multiples.of_zero);
  std::vector<std::uint8_t> reached;
  for (const std::int64_t multiple : multiples.reached) reached.push_back(byte_of(multiple));
  fill_multiples(indices, reached, prepared);
  return prepared;
}

/// How many tiles' totals of `table` 16 bits hold.
std::int64_t tiles_in_short(const PreparedTable& table, const PackedPlanes& planes,
                            const std::vector<std::int64_t>& stream_weights) {
  const std::int64_t most = *std::ranges::max_element(table.multiples);
  return most == 0 ? std::ssize(planes.tiles)
                   : kLargestShort / (magnitudes(stream_weights).sum * most);
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

std::vector<PreparedTable> prepare_tables(const CodeTable& table, const SumRange& sums,
                                          const PackedPlanes& planes,
                                          const std::vector<std::int64_t>& stream_weights) {
  const std::vector<ValueChange> changes = value_changes(table, sums);
  const Multiples multiples(table, sums, changes);
  const Window window = window_of(changes, sums);
  const bool counted = !window.fits_bytes() && window.fits_shorts() &&
                       changes.size() <= PreparedTable::kMostThresholds;
  const bool has_indices = window.fits_bytes() || counted;
  if (!has_indices || multiples.most() > kLargestTwoBytes ||
      !totals_hold(std::min(multiples.most(), kLargestByte), planes, stream_weights)) {
    PreparedTable dense;
    fill_dense(table, sums, changes, dense);
    return {dense};
  }
  PreparedTable frame;
  const std::vector<std::int64_t> indices = counted
                                                ? count_thresholds(changes, window, frame)
                                                : take_differences(changes, window, sums, frame);
  const std::int64_t largest_index =
      frame.byte_sums ? sums.maximum - sums.minimum : std::int64_t{frame.last};
  std::vector<PreparedTable> tables;
  for (int byte = 0; byte == 0 || multiples.most() >> (8 * byte) > 0; ++byte) {
    PreparedTable& prepared = tables.emplace_back(with_byte(frame, indices, multiples, byte));
    prepared.conversion = form_of(prepared, largest_index);
    if (prepared.conversion == Conversion::kLookup) prepared.segments = segments_of(prepared);
    prepared.tiles_in_short = tiles_in_short(prepared, planes, stream_weights);
  }
  return tables;
}

}  // namespace bitline
