#include "bitline/kernels/fused_layer.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/kernels/convert_pairs.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/kernels/stream_groups.h"
#include "bitline/kernels/strips.h"

namespace bitline {
namespace {

/// Cells of −1 and +1, reference columns, Σ A and complements do.
bool needs_digit_sums(const CimLayer& layer) {
  return layer.array.encoding->is_binary || layer.has_reference_column() ||
         layer.correction.input_sum_weight != 0 || layer.planes.has_complements();
}

}  // namespace

FusedLayer::FusedLayer(const CimLayer& layer)
    : geometry_(layer.geometry),
      stream_weights_(layer.streams.weights),
      has_reference_column_(layer.has_reference_column()),
      planes_(pack_planes(layer)),
      packer_(layer, planes_.tiles, needs_digit_sums(layer)),
      streams_(stream_products(planes_, packer_.planes(), stream_weights_)),
      flipped_columns_(layer) {
  if (pair_lanes() == 0 || !fits_pairs(layer, planes_)) return;
  const std::int64_t positions = packer_.rows_at_once(InputForm::kNibbles) * geometry_.out_width();
  if (pairs_pay(std::ssize(planes_.cell_bits), positions)) pairs_ = pair_columns(layer, planes_);
}

/// What one thread needs: buffers, and counts of its own.
class FusedLayer::Worker {
 public:
  Worker(const FusedLayer& layer, const LayerAdc& adc, const ColumnStarts& starts,
         const std::vector<StreamGroup>& groups, InputForm form,
         std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
         const LayerHistogram* histogram)
      : layer_(layer),
        adc_(adc),
        starts_(starts),
        groups_(groups),
        packer_(layer.packer_, layer.geometry_, activations, form, starts.any()),
        outputs_(outputs) {
    form == InputForm::kNibbles ? make_pair_sums() : make_block_sums();
    if (histogram != nullptr)
      counter_.emplace(layer.planes_, layer.streams_.size(), histogram->by_tile(),
                       std::ssize(outputs) / layer.geometry_.out_width() /
                           layer.geometry_.out_channels * layer.conversions_per_row());
  }

  /// All channels of a strip.
  void run(const Strip& strip) {
    for (std::int64_t group = 0; group < layer_.planes_.groups; ++group) {
      packer_.pack(strip, group);
      start_common();
      for (const StreamGroup& streams : groups_) convert(streams, group, strip);
      if (starts_.any()) add_constants(group, strip);
    }
  }

  const std::optional<SumCounter>& counter() const { return counter_; }

 private:
  static bool is_dense(const StreamGroup& streams) {
    return streams.tables.front().conversion == Conversion::kDense;
  }
  void make_pair_sums() {
    const Shape shape{2 * layer_.pairs_.pairs, inputs_.active.shape().back()};
    sums_ = Tensor(DType::kI32, shape);
    short_totals_ = Tensor(DType::kI16, shape);
  }
  void make_block_sums() {
    const std::int64_t positions =
        layer_.packer_.rows_at_once(inputs_.form) * layer_.geometry_.out_width();
    const std::int64_t channels = layer_.planes_.out_channels;
    const bool all_dense = std::ranges::all_of(groups_, is_dense);
    const bool some_dense = std::ranges::any_of(groups_, is_dense);
    sums_ = Tensor(DType::kI32, {all_dense ? 0 : positions, channels});
    dense_sums_ = Tensor(DType::kI64, {some_dense ? positions : 0, channels});
    short_totals_ = Tensor(DType::kI16, {all_dense ? 0 : positions, kBlockColumns});
  }
  std::span<std::int32_t> sums() { return sums_.data<std::int32_t>(); }
  std::span<std::int64_t> dense_sums() { return dense_sums_.data<std::int64_t>(); }

  /// What some streams give all channels of a group; the first ones also what no stream gives.
  void convert(const StreamGroup& streams, std::int64_t group, const Strip& strip) {
    for (const PreparedTable& table : streams.tables) {
      const Part part{table, streams.weight_sum(), is_first(table)};
      if (inputs_.form == InputForm::kNibbles) {
        convert_pairs({layer_.planes_, layer_.pairs_, streams.streams, inputs_, table, group,
                       sums().data(), short_totals_.data<std::int16_t>().data(),
                       starts_.any() ? adc_.column_bias.data() : nullptr});
        write_channels(part, group, strip);
        continue;
      }
      convert_blocks(streams, table, group);
      is_dense(streams) ? write(dense_sums(), part, group, strip)
                        : write(sums(), part, group, strip);
    }
  }

  void convert_blocks(const StreamGroup& streams, const PreparedTable& table, std::int64_t group) {
    std::ranges::fill(sums(), 0);
    std::ranges::fill(dense_sums(), 0);
    SumCounter* counter = counter_ && &table == streams.tables.data() ? &*counter_ : nullptr;
    for (std::int64_t block = 0; block < layer_.planes_.blocks(); ++block)
      convert_block({layer_.planes_, streams.streams, inputs_, table, group, block, sums().data(),
                     dense_sums().data(), short_totals_.data<std::int16_t>().data(), counter,
                     starts_.of(layer_.planes_, group, block)});
  }

  /// What columns' bias adds to all values of a channel leaves again.
  void add_constants(std::int64_t group, const Strip& strip) const {
    const std::int64_t channels = layer_.planes_.out_channels;
    std::int64_t* output = output_row(group, strip, 0);
    for (std::int64_t channel = group * channels; channel < (group + 1) * channels; ++channel) {
      const std::int64_t constant =
          adc_.bias_factor * starts_.constants[static_cast<std::size_t>(channel)];
      for (std::int64_t i = 0; i < inputs_.positions(); ++i) output[i] -= constant;
      output += layer_.geometry_.out_positions();
    }
  }

  /// Whose sums are written at once.
  struct Part {
    const PreparedTable& table;
    std::int64_t weight_sum;  ///< Σ_j g_j of the streams
    bool is_first;            ///< of all that add up to the outputs
  };

  bool is_first(const PreparedTable& table) const {
    return &table == groups_.front().tables.data();
  }

  /// Finds what is the same in Y_int for all output channels: the tables' bases, streams that are
  /// all zero (p = 0), reference columns, and Σ A.
  void start_common() {
    common_.assign(static_cast<std::size_t>(inputs_.lanes), 0);
    for (const StreamGroup& streams : groups_)
      for (std::size_t tile = 0; tile < layer_.planes_.tiles.size(); ++tile)
        for (const StreamProducts& stream : streams.streams) {
          for (const PreparedTable& table : streams.tables) add_idle_values(tile, stream, table);
          if (layer_.packer_.sums_digits()) add_corrections(tile, stream.stream);
          if (counter_) count_idle(tile, stream.stream);
        }
    layer_.flipped_columns_.sum_tiles(inputs_, tile_sums_);
  }

  const std::uint8_t* active_lanes(std::size_t tile, std::size_t stream) const {
    return inputs_.active.data<std::uint8_t>().data() +
           inputs_.stream_offset(tile, static_cast<std::int64_t>(stream));
  }

  /// The part of the columns' values that does not depend on their cells.
  void add_idle_values(std::size_t tile, const StreamProducts& stream, const PreparedTable& table) {
    const std::int64_t factor = adc_.adc_factor * stream.weight * layer_.planes_.factor_sum();
    const std::int64_t base = factor * table.base;
    const std::int64_t zero = factor * (table.base + table.scale * table.zero_multiple);
    const std::uint8_t* active = active_lanes(tile, stream.stream);
    for (std::int64_t& sum : common_) sum += *active++ != 0 ? base : zero;
  }

  /// Of a reference column, whose p is the sum of the digits, and of Σ A = Σ_j g_j Σ_r x_j[r].
  void add_corrections(std::size_t tile, std::size_t stream) {
    const std::int64_t weight = layer_.stream_weights_[stream];
    const std::int32_t* digits = inputs_.digit_sums.data<std::int32_t>().data() +
                                 inputs_.stream_offset(tile, static_cast<std::int64_t>(stream));
    for (std::int64_t& sum : common_) sum -= weight * layer_.common_value(adc_, *digits++);
  }

  void count_idle(std::size_t tile, std::size_t stream) {
    const std::uint8_t* active = active_lanes(tile, stream);
    std::int64_t idle = 0;
    for (std::int64_t y = 0; y < inputs_.rows; ++y)
      idle += std::count(active + y * inputs_.pitch, active + y * inputs_.pitch + inputs_.width, 0);
    counter_->add_zeros(tile, stream, idle);
  }

  /// The group's channel 0 in row y of a strip.
  std::int64_t* output_row(std::int64_t group, const Strip& strip, std::int64_t y) const {
    return outputs_.data() + strip.image * layer_.geometry_.out_size() +
           group * layer_.planes_.out_channels * layer_.geometry_.out_positions() +
           (strip.first_row + y) * layer_.geometry_.out_width();
  }

  /// Of convert_pairs(), whose sums lie as the outputs do.
  void write_channels(const Part& part, std::int64_t group, const Strip& strip) {
    const std::int64_t factor = adc_.adc_factor * part.table.scale;
    const std::int64_t channels = layer_.planes_.out_channels;
    std::int64_t* first = output_row(group, strip, 0);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const std::int32_t* own = sums().data() + channel * inputs_.lanes;
      std::int64_t* output = first + channel * layer_.geometry_.out_positions();
      if (part.is_first) std::copy_n(common_.data(), inputs_.positions(), output);
      for (std::int64_t i = 0; i < inputs_.positions(); ++i) output[i] += factor * own[i];
    }
    if (!layer_.planes_.has_flips()) return;
    for (std::int64_t y = 0; y < inputs_.rows; ++y)
      add_flipped(part, group, y, 0, channels, output_row(group, strip, y));
  }

  /// Transposes, a few channels at a time: as many as share the lines of the cache that are read.
  template <typename T>
  void write(std::span<T> sums, const Part& part, std::int64_t group, const Strip& strip) {
    constexpr std::int64_t kAtOnce = 8;
    const std::int64_t channels = layer_.planes_.out_channels;
    for (std::int64_t first = 0; first < channels; first += kAtOnce)
      for (std::int64_t y = 0; y < inputs_.rows; ++y) {
        const std::int64_t last = std::min(first + kAtOnce, channels);
        std::int64_t* output = output_row(group, strip, y);
        write_row(sums.data() + y * inputs_.width * channels, part, y, first, last, output);
        if (layer_.planes_.has_flips()) add_flipped(part, group, y, first, last, output);
      }
  }

  /// Channels first … last − 1 of a row's positions; `output` is the row in the group's channel 0.
  template <typename T>
  void write_row(const T* sums, const Part& part, std::int64_t y, std::int64_t first,
                 std::int64_t last, std::int64_t* output) const {
    const std::int64_t factor = adc_.adc_factor * part.table.scale;
    const std::int64_t* common = common_.data() + y * inputs_.pitch;
    const std::int64_t positions = layer_.geometry_.out_positions();
    for (std::int64_t x = 0; x < inputs_.width; ++x, sums += layer_.planes_.out_channels)
      for (std::int64_t channel = first; channel < last; ++channel) {
        const std::int64_t at = channel * positions + x;
        output[at] = (part.is_first ? common[x] : output[at]) + factor * sums[channel];
      }
  }

  /// To the outputs of write_row(): complements, and what add_idle_values() has given the sign of
  /// unflipped columns.
  void add_flipped(const Part& part, std::int64_t group, std::int64_t y, std::int64_t first,
                   std::int64_t last, std::int64_t* output) const {
    const FlippedColumns& flipped = layer_.flipped_columns_;
    const std::int64_t base = adc_.adc_factor * part.table.base * part.weight_sum;
    for (std::int64_t channel = first; channel < last; ++channel) {
      const std::int64_t of_all = group * layer_.planes_.out_channels + channel;
      const std::span row(output + channel * layer_.geometry_.out_positions(),
                          static_cast<std::size_t>(inputs_.width));
      for (std::int64_t& own : row) own -= 2 * base * flipped.factor_sum(of_all);
      if (flipped.has_complements() && part.is_first)
        flipped.add_complements(of_all, adc_.complement_factor, tile_sums_, y * inputs_.pitch, row);
    }
  }

  const FusedLayer& layer_;
  const LayerAdc& adc_;
  const ColumnStarts& starts_;
  const std::vector<StreamGroup>& groups_;
  StripPacker packer_;
  const PackedInputs& inputs_ = packer_.inputs();
  std::span<std::int64_t> outputs_;
  std::vector<std::int64_t> common_;     // [lanes]
  std::vector<std::int64_t> tile_sums_;  // of FlippedColumns
  Tensor sums_;                          // of BlockJob or PairJob, of 32 bits, or this one:
  Tensor dense_sums_;                    // likewise, of 64 bits
  Tensor short_totals_;                  // scratch of the kernels
  std::optional<SumCounter> counter_;
};

InputForm FusedLayer::column_form() const {
  return planes_.has_digits() && has_dot_products() ? InputForm::kDigits : InputForm::kWords;
}

InputForm FusedLayer::input_form(const std::vector<StreamGroup>& groups, bool has_histogram) const {
  const bool in_bytes = std::ranges::all_of(groups, [](const StreamGroup& streams) {
    const PreparedTable& table = streams.tables.front();
    return table.byte_sums && table.conversion != Conversion::kDense;
  });
  return !pairs_.empty() && pair_lanes() != 0 && in_bytes && !has_histogram ? InputForm::kNibbles
                                                                            : column_form();
}

InputForm FusedLayer::input_form(const LayerAdc& adc, bool has_histogram) const {
  const ColumnStarts starts = column_starts(adc, planes_, stream_weights_);
  return input_form(stream_groups(adc, starts.sums, planes_, streams_), has_histogram);
}

std::int64_t FusedLayer::common_value(const LayerAdc& adc, std::int64_t digit_sum) const {
  const std::int64_t inputs = adc.input_sum_factor * digit_sum;
  if (!has_reference_column_) return inputs;
  return inputs + adc.reference_factor * adc.reference.value(digit_sum);
}

std::int64_t FusedLayer::conversions_per_row() const {
  const auto reads = static_cast<std::int64_t>(planes_.tiles.size() * streams_.size());
  return geometry_.out_width() * planes_.groups * planes_.columns() * reads;
}

void FusedLayer::accumulate(const LayerAdc& adc, std::int64_t images,
                            std::span<const std::int32_t> activations,
                            std::span<std::int64_t> outputs, LayerHistogram* histogram) const {
  const std::int64_t in_size = geometry_.in_size();
  const std::int64_t out_size = geometry_.out_size();
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(activations.size()), images * in_size);
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(outputs.size()), images * out_size);
  if (histogram != nullptr && !adc.column_bias.empty()) {
    LayerAdc unbiased = adc;
    unbiased.column_bias.clear();
    run_strips(unbiased, images, activations, outputs, histogram);
    histogram = nullptr;
  }
  run_strips(adc, images, activations, outputs, histogram);
}

void FusedLayer::run_strips(const LayerAdc& adc, std::int64_t images,
                            std::span<const std::int32_t> activations,
                            std::span<std::int64_t> outputs, LayerHistogram* histogram) const {
  const ColumnStarts starts = column_starts(adc, planes_, stream_weights_);
  const std::vector<StreamGroup> groups = stream_groups(adc, starts.sums, planes_, streams_);
  std::mutex mutex;
  const InputForm form = input_form(groups, histogram != nullptr);
  const Strips strips(geometry_, images, packer_.rows_at_once(form));
  parallel_for(0, strips.count(), strips.grain(conversions_per_row()),
               [&](std::int64_t begin, std::int64_t end) {
                 Worker worker(*this, adc, starts, groups, form, activations, outputs, histogram);
                 for (std::int64_t strip = begin; strip < end; ++strip) worker.run(strips[strip]);
                 if (histogram == nullptr) return;
                 const std::lock_guard<std::mutex> lock(mutex);
                 worker.counter()->add_to(*histogram);
               });
}

}  // namespace bitline
