#include "bitline/kernels/column_histogram.h"

#include <algorithm>
#include <limits>
#include <mutex>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"
#include "bitline/kernels/fused_layer.h"
#include "bitline/kernels/strips.h"
#include "bitline/mapping/column_sums.h"

namespace bitline {

ColumnHistogram::ColumnHistogram(const CimLayer& layer)
    : sums_(column_sums(layer)),
      bins_(sums_.maximum - sums_.minimum + 1),
      column_planes_(layer.planes.count() * (layer.subtract_digitally ? 2 : 1)),
      channels_(layer.geometry.out_channels),
      group_channels_(channels_ / layer.geometry.groups),
      tiles_(std::ssize(layer.tiles)) {
  blocks_ = ceil_div(column_planes_ * group_channels_, kBlockColumns);
  const std::int64_t counts = layer.geometry.groups * blocks_ * tiles_ * bins_ * kBlockColumns;
  if (counts > kMostBytes / static_cast<std::int64_t>(sizeof(std::uint32_t)))
    fail(
        "layer {}: counts of its {} columns take {} MB, more than {}; leave the layer out of "
        "search.layers, or give it fewer rows",
        layer.name, column_planes_ * channels_ * tiles_, counts * 4 >> 20, kMostBytes >> 20);
  counts_.resize(static_cast<std::size_t>(counts));
}

std::vector<std::int64_t> ColumnHistogram::of(std::int64_t plane, std::int64_t channel,
                                              std::int64_t tile) const {
  const std::int64_t column = plane * group_channels_ + channel % group_channels_;
  const std::int64_t block = channel / group_channels_ * blocks_ + column / kBlockColumns;
  const std::uint32_t* counts = counts_.data() + (block * tiles_ + tile) * bins_ * kBlockColumns +
                                lane_of_column(column % kBlockColumns);
  std::vector<std::int64_t> bins;
  bins.reserve(static_cast<std::size_t>(bins_));
  for (std::int64_t bin = 0; bin < bins_; ++bin) bins.push_back(counts[bin * kBlockColumns]);
  return bins;
}

ColumnHistogram ColumnHistogram::cleared() const {
  ColumnHistogram empty = *this;
  std::ranges::fill(empty.counts_, 0);
  return empty;
}

void ColumnHistogram::add(const ColumnHistogram& other) {
  BITLINE_CHECK_EQ(other.counts_.size(), counts_.size());
  BITLINE_CHECK_EQ(other.bins_, bins_);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] > std::numeric_limits<std::uint32_t>::max() - other.counts_[i])
      fail("a column's counts do not fit 32 bits; search on fewer images");
    counts_[i] += other.counts_[i];
  }
}

void FusedLayer::count_columns(std::int64_t images, std::span<const std::int32_t> activations,
                               ColumnHistogram& histogram) const {
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(activations.size()), images * geometry_.in_size());
  PreparedTable table;  // where sums start to count
  table.origin = planes_.sums.minimum;
  table.byte_sums = planes_.sums.maximum - planes_.sums.minimum <= 255;
  std::mutex mutex;
  const Strips strips(geometry_, images, packer_.rows_at_once(column_form()));
  const ColumnHistogram empty = histogram.cleared();
  parallel_for(0, strips.count(), strips.grain(conversions_per_row()),
               [&](std::int64_t begin, std::int64_t end) {
                 ColumnHistogram own = empty;
                 StripPacker packer(packer_, geometry_, activations, column_form(), true);
                 const PackedInputs& inputs = packer.inputs();
                 for (std::int64_t strip = begin; strip < end; ++strip)
                   for (std::int64_t group = 0; group < planes_.groups; ++group) {
                     packer.pack(strips[strip], group);
                     for (std::int64_t block = 0; block < planes_.blocks(); ++block) {
                       const BlockJob job{planes_, streams_, inputs, table, group, block};
                       for (std::int64_t y = 0; y < inputs.rows; ++y)
                         for (std::int64_t x = 0; x < inputs.width; ++x)
                           collect_columns(job, y * inputs.pitch + x, own.bins_,
                                           own.of_block(group, block));
                     }
                   }
                 const std::lock_guard<std::mutex> lock(mutex);
                 histogram.add(own);
               });
}

}  // namespace bitline
