// FusedLayer::accumulate_each: all the candidates of a range search from one pass.
#include <algorithm>
#include <cstdlib>
#include <limits>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/kernels/fused_layer.h"
#include "bitline/kernels/stream_groups.h"
#include "bitline/kernels/strips.h"
#include "bitline/kernels/weighted_histogram.h"

namespace bitline {
namespace {

/// Streams that have equal tables under every ADC, and the different ones among those.
struct SweptStreams {
  std::vector<StreamProducts> streams;
  std::vector<std::vector<ValueChange>> tables;  ///< from 0 up
  std::vector<std::size_t> table_of;             ///< by ADC
  std::size_t first_table = 0;                   ///< among the tables of all streams
};

void add_table(const CodeTable& table, const SumRange& sums, SweptStreams& swept) {
  std::vector<ValueChange> changes = value_changes(table, sums);
  changes.insert(changes.begin(), {sums.minimum, table.value(sums.minimum)});
  const auto known = std::ranges::find(swept.tables, changes);
  swept.table_of.push_back(swept.first_table +
                           static_cast<std::size_t>(known - swept.tables.begin()));
  if (known == swept.tables.end()) swept.tables.push_back(std::move(changes));
}

std::vector<SweptStreams> swept_streams(std::span<const LayerAdc> adcs, const SumRange& sums,
                                        const std::vector<StreamProducts>& streams) {
  std::vector<SweptStreams> all;
  std::size_t tables = 0;
  for (std::vector<StreamProducts>& set : streams_of_equal_tables(adcs, streams)) {
    SweptStreams& swept = all.emplace_back();
    swept.first_table = tables;
    for (const LayerAdc& adc : adcs) add_table(adc.table(set.front().stream), sums, swept);
    swept.streams = std::move(set);
    tables += swept.tables.size();
  }
  return all;
}

/// At least 1.
std::int64_t largest_magnitude(const std::vector<std::int32_t>& values) {
  std::int64_t largest = 1;
  for (const std::int32_t value : values)
    largest = std::max(largest, std::abs(std::int64_t{value}));
  return largest;
}

}  // namespace

/// What one thread needs.
class FusedLayer::Sweeper {
 public:
  Sweeper(const FusedLayer& layer, std::span<const LayerAdc> adcs,
          const std::vector<SweptStreams>& swept, const ColumnStarts& starts, std::int64_t images,
          std::span<const std::int32_t> activations, std::span<std::int64_t> outputs)
      : layer_(layer),
        adcs_(adcs),
        swept_(swept),
        starts_(starts),
        tables_(swept.back().first_table + swept.back().tables.size()),
        packer_(layer.packer_, layer.geometry_, activations, layer.column_form(), starts.any()),
        outputs_(outputs),
        adc_stride_(images * layer.geometry_.out_size()),
        histogram_(layer.planes_, starts.sums),
        sums_(static_cast<std::size_t>(kAtOnce * layer.planes_.out_channels) * tables_) {
    table_.origin = starts.sums.minimum;
    table_.byte_sums = starts.sums.maximum - starts.sums.minimum <= 255;
  }

  void run(const Strip& strip) {
    const ConvGeometry& geometry = layer_.geometry_;
    const std::int64_t channels = layer_.planes_.out_channels;
    for (std::int64_t group = 0; group < layer_.planes_.groups; ++group) {
      packer_.pack(strip, group);
      layer_.flipped_columns_.sum_tiles(inputs_, tile_sums_);
      std::int64_t* output = outputs_.data() + strip.image * geometry.out_size() +
                             group * channels * geometry.out_positions() +
                             strip.first_row * geometry.out_width();
      for (std::int64_t y = 0; y < inputs_.rows; ++y)
        for (std::int64_t x = 0; x < inputs_.width; x += kAtOnce) {
          const std::int64_t lane = y * inputs_.pitch + x;
          const std::int64_t positions = std::min(kAtOnce, inputs_.width - x);
          for (std::int64_t i = 0; i < positions; ++i)
            for (const SweptStreams& swept : swept_) {
              count(swept.streams, group, lane + i);
              for (std::size_t table = 0; table < swept.tables.size(); ++table)
                histogram_.weighted_values(swept.tables[table],
                                           sums_of(i, swept.first_table + table));
            }
          write(group, lane, positions, output);
          if (layer_.flipped_columns_.has_complements())
            add_complements(group, lane, positions, output);
          output += positions;
        }
    }
  }

 private:
  /// Positions whose outputs are written together: they share lines of the cache.
  static constexpr std::int64_t kAtOnce = 8;

  void count(const std::vector<StreamProducts>& streams, std::int64_t group, std::int64_t lane) {
    histogram_.clear();
    for (std::int64_t block = 0; block < layer_.planes_.blocks(); ++block) {
      BlockJob job{layer_.planes_, streams, inputs_, table_, group, block};
      job.starts = starts_.of(layer_.planes_, group, block);
      collect_block(job, lane, histogram_);
    }
    std::int64_t idle = 0;
    for (std::size_t tile = 0; tile < layer_.planes_.tiles.size(); ++tile)
      for (const StreamProducts& stream : streams)
        if (inputs_.active.data<std::uint8_t>()[stream_index(tile, stream.stream, lane)] == 0)
          idle += stream.weight;
    histogram_.add_zeros(static_cast<std::int32_t>(idle * layer_.planes_.factor_sum()));
    histogram_.sum_up();
  }

  std::size_t stream_index(std::size_t tile, std::size_t stream, std::int64_t lane) const {
    return static_cast<std::size_t>(inputs_.stream_offset(tile, static_cast<std::int64_t>(stream)) +
                                    lane);
  }

  /// The outputs of all channels under all ADCs at neighbouring positions; `output` is that of the
  /// first of them, of the first channel and ADC.
  void write(std::int64_t group, std::int64_t lane, std::int64_t positions, std::int64_t* output) {
    const std::int64_t channels = layer_.planes_.out_channels;
    const std::int64_t pitch = layer_.geometry_.out_positions();
    for (std::size_t adc = 0; adc < adcs_.size(); ++adc, output += adc_stride_)
      for (std::int64_t i = 0; i < positions; ++i) {
        const std::int64_t common = correction(adcs_[adc], lane + i);
        for (std::int64_t channel = 0; channel < channels; ++channel)
          output[channel * pitch + i] =
              -common - adcs_[adc].bias_factor * constant_of(group * channels + channel);
        for (const SweptStreams& swept : swept_) {
          const std::int32_t* sums = sums_of(i, swept.table_of[adc]);
          for (std::int64_t channel = 0; channel < channels; ++channel)
            output[channel * pitch + i] += adcs_[adc].adc_factor * sums[channel];
        }
      }
  }

  std::int64_t constant_of(std::int64_t channel) const {
    return starts_.any() ? starts_.constants[static_cast<std::size_t>(channel)] : 0;
  }

  /// To the outputs of write().
  void add_complements(std::int64_t group, std::int64_t lane, std::int64_t positions,
                       std::int64_t* output) {
    const std::int64_t channels = layer_.planes_.out_channels;
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      std::int64_t* own = output + channel * layer_.geometry_.out_positions();
      for (std::size_t adc = 0; adc < adcs_.size(); ++adc, own += adc_stride_)
        layer_.flipped_columns_.add_complements(group * channels + channel,
                                                adcs_[adc].complement_factor, tile_sums_, lane,
                                                {own, static_cast<std::size_t>(positions)});
    }
  }

  std::int32_t* sums_of(std::int64_t position, std::size_t table) {
    const std::size_t row = static_cast<std::size_t>(position) * tables_ + table;
    return sums_.data() + row * static_cast<std::size_t>(layer_.planes_.out_channels);
  }

  /// Of reference columns, whose p is the sum of the digits, and of Σ A.
  std::int64_t correction(const LayerAdc& adc, std::int64_t lane) const {
    if (!layer_.packer_.sums_digits()) return 0;
    const auto digits = inputs_.digit_sums.data<std::int32_t>();
    std::int64_t sum = 0;
    for (std::size_t tile = 0; tile < layer_.planes_.tiles.size(); ++tile)
      for (std::size_t stream = 0; stream < layer_.streams_.size(); ++stream)
        sum += layer_.stream_weights_[stream] *
               layer_.common_value(adc, digits[stream_index(tile, stream, lane)]);
    return sum;
  }

  const FusedLayer& layer_;
  std::span<const LayerAdc> adcs_;
  const std::vector<SweptStreams>& swept_;
  const ColumnStarts& starts_;
  std::size_t tables_;
  PreparedTable table_;  // where sums start to count
  StripPacker packer_;
  const PackedInputs& inputs_ = packer_.inputs();
  std::span<std::int64_t> outputs_;
  std::int64_t adc_stride_;
  WeightedHistogram histogram_;
  std::vector<std::int32_t> sums_;       // [kAtOnce positions, tables, channels]
  std::vector<std::int64_t> tile_sums_;  // of FlippedColumns
};

bool FusedLayer::can_count(std::span<const LayerAdc> adcs, const SumRange& sums) const {
  if (sums.maximum - sums.minimum >= WeightedHistogram::kMostSums) return false;
  if (std::ranges::any_of(adcs, [&adcs](const LayerAdc& adc) {
        return adc.column_bias != adcs.front().column_bias;
      }))
    return false;
  std::int64_t weight = static_cast<std::int64_t>(planes_.tiles.size());
  std::int64_t streams = 0;
  for (const std::int64_t stream : stream_weights_) streams += std::abs(stream);
  weight *= planes_.factor_magnitudes() * streams;
  return std::ranges::all_of(adcs, [weight](const LayerAdc& adc) {
    return std::ranges::all_of(adc.tables, [weight](const CodeTable& table) {
      return largest_magnitude(table.values) <=
             std::numeric_limits<std::int32_t>::max() / weight / 2;
    });
  });
}

void FusedLayer::accumulate_each(std::span<const LayerAdc> adcs, std::int64_t images,
                                 std::span<const std::int32_t> activations,
                                 std::span<std::int64_t> outputs) const {
  const auto size = static_cast<std::size_t>(images * geometry_.out_size());
  BITLINE_CHECK_EQ(outputs.size(), adcs.size() * size);
  if (adcs.empty()) return;
  const ColumnStarts starts = column_starts(adcs.front(), planes_, stream_weights_);
  if (!can_count(adcs, starts.sums)) {
    for (std::size_t adc = 0; adc < adcs.size(); ++adc)
      accumulate(adcs[adc], images, activations, outputs.subspan(adc * size, size));
    return;
  }
  const std::vector<SweptStreams> swept = swept_streams(adcs, starts.sums, streams_);
  const Strips strips(geometry_, images, packer_.rows_at_once(column_form()));
  parallel_for(0, strips.count(), strips.grain(conversions_per_row()),
               [&](std::int64_t begin, std::int64_t end) {
                 Sweeper sweeper(*this, adcs, swept, starts, images, activations, outputs);
                 for (std::int64_t strip = begin; strip < end; ++strip) sweeper.run(strips[strip]);
               });
}

}  // namespace bitline
