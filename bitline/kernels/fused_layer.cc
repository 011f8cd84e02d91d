#include "bitline/kernels/fused_layer.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "bitline/base/error.h"
#include "bitline/base/parallel.h"

namespace bitline {
namespace {

/// Below this many conversions, waking another thread takes longer than converting.
constexpr std::int64_t kConversionsPerChunk = 1 << 15;

/// Cells of −1 and +1, reference columns and Σ A do.
bool needs_digit_sums(const CimLayer& layer) {
  return layer.array.encoding == Encoding::kBipolar || layer.has_reference_column() ||
         layer.correction.input_sum_weight != 0;
}

std::int64_t sum_of_factors(const PackedPlanes& planes) {
  std::int64_t sum = 0;
  for (const ColumnPlane& plane : planes.column_planes) sum += plane.factor;
  return sum;
}

}  // namespace

FusedLayer::FusedLayer(const CimLayer& layer)
    : geometry_(layer.geometry),
      stream_weights_(layer.streams.weights),
      has_reference_column_(layer.has_reference_column()),
      planes_(pack_planes(layer)),
      packer_(layer, planes_.tiles, needs_digit_sums(layer)),
      streams_(stream_products(planes_, packer_.planes(), stream_weights_)) {}

/// What one thread needs: buffers, and counts of its own.
class FusedLayer::Worker {
 public:
  Worker(const FusedLayer& layer, const LayerAdc& adc, const PreparedTable& table,
         const LayerHistogram* histogram)
      : layer_(layer), adc_(adc), table_(table), inputs_(layer.packer_.make_inputs()) {
    const std::int64_t positions = layer.packer_.rows_at_once() * layer.geometry_.out_width();
    const bool dense = table.conversion == Conversion::kDense;
    short_totals_ = Tensor(DType::kI16, {dense ? 0 : positions, kBlockColumns});
    byte_totals_ = Tensor(DType::kI32, {dense ? 0 : positions, kBlockColumns});
    dense_totals_ = Tensor(DType::kI64, {dense ? positions : 0, kBlockColumns});
    sums_.resize(static_cast<std::size_t>(positions * layer.planes_.out_channels));
    if (histogram != nullptr)
      counter_.emplace(layer.planes_, layer.streams_.size(), histogram->by_tile());
  }

  void encode(std::span<const std::int32_t> image) { layer_.packer_.encode(image, codes_); }

  /// Output rows first_row … first_row + rows − 1 of all channels of the encoded image; outputs:
  /// Y_int of the whole image.
  void run(std::int64_t first_row, std::int64_t rows, std::span<std::int64_t> outputs) {
    for (std::int64_t group = 0; group < layer_.planes_.groups; ++group) {
      layer_.packer_.pack(codes_, group, first_row, rows, inputs_);
      start_sums();
      for (std::int64_t block = 0; block < layer_.planes_.blocks(); ++block)
        add_block(group, block);
      write(group, first_row * layer_.geometry_.out_width(), outputs);
    }
  }

  const std::optional<SumCounter>& counter() const { return counter_; }

 private:
  /// Sums of a position's output channels.
  std::int64_t* sums_of(std::int64_t position) {
    return sums_.data() + position * layer_.planes_.out_channels;
  }

  /// Everything in Y_int that is the same for all output channels: the table's base, streams that
  /// are all zero (p = 0), reference columns, and Σ A.
  void start_sums() {
    common_.assign(static_cast<std::size_t>(inputs_.lanes), 0);
    for (std::size_t tile = 0; tile < layer_.planes_.tiles.size(); ++tile)
      for (std::size_t stream = 0; stream < layer_.streams_.size(); ++stream) {
        add_idle_values(tile, stream);
        if (layer_.packer_.sums_digits()) add_corrections(tile, stream);
        if (counter_) count_idle(tile, stream);
      }
    std::int64_t* sum = sums_.data();
    for (std::int64_t y = 0; y < inputs_.rows; ++y)
      for (std::int64_t x = 0; x < inputs_.width; ++x, sum += layer_.planes_.out_channels)
        std::fill_n(sum, layer_.planes_.out_channels,
                    common_[static_cast<std::size_t>(y * inputs_.pitch + x)]);
  }

  const std::uint8_t* active_lanes(std::size_t tile, std::size_t stream) const {
    return inputs_.active.data<std::uint8_t>().data() +
           inputs_.stream_offset(tile, static_cast<std::int64_t>(stream));
  }

  /// The part of the columns' values that does not depend on their cells.
  void add_idle_values(std::size_t tile, std::size_t stream) {
    const std::int64_t factor =
        adc_.adc_factor * layer_.stream_weights_[stream] * sum_of_factors(layer_.planes_);
    const std::int64_t base = factor * table_.base;
    const std::int64_t zero = factor * (table_.base + table_.scale * table_.zero_multiple);
    const std::uint8_t* active = active_lanes(tile, stream);
    for (std::int64_t& sum : common_) sum += *active++ != 0 ? base : zero;
  }

  /// Of a reference column, whose p is the sum of the digits, and of Σ A = Σ_j g_j Σ_r x_j[r].
  void add_corrections(std::size_t tile, std::size_t stream) {
    const std::int64_t weight = layer_.stream_weights_[stream];
    const std::int32_t* digits = inputs_.digit_sums.data<std::int32_t>().data() +
                                 inputs_.stream_offset(tile, static_cast<std::int64_t>(stream));
    for (std::int64_t& sum : common_) {
      sum -= weight * adc_.input_sum_factor * *digits;
      if (layer_.has_reference_column_)
        sum -= weight * adc_.reference_factor * adc_.reference.value(*digits);
      ++digits;
    }
  }

  void count_idle(std::size_t tile, std::size_t stream) {
    const std::uint8_t* active = active_lanes(tile, stream);
    std::int64_t idle = 0;
    for (std::int64_t y = 0; y < inputs_.rows; ++y)
      idle += std::count(active + y * inputs_.pitch, active + y * inputs_.pitch + inputs_.width, 0);
    counter_->add_zeros(tile, stream, idle);
  }

  void add_block(std::int64_t group, std::int64_t block) {
    convert_block({layer_.planes_, layer_.streams_, inputs_, table_, group, block,
                   adc_.adc_factor * table_.scale, sums_.data(),
                   short_totals_.data<std::int16_t>().data(),
                   byte_totals_.data<std::int32_t>().data(),
                   dense_totals_.data<std::int64_t>().data(), counter_ ? &*counter_ : nullptr});
  }

  /// Transposes, a few channels at a time: as many as share the lines of the cache that are read.
  void write(std::int64_t group, std::int64_t first_position, std::span<std::int64_t> outputs) {
    constexpr std::int64_t kAtOnce = 8;
    const std::int64_t channels = layer_.planes_.out_channels;
    const std::int64_t positions = layer_.geometry_.out_positions();
    std::int64_t* output = outputs.data() + group * channels * positions + first_position;
    for (std::int64_t first = 0; first < channels; first += kAtOnce) {
      const std::int64_t last = std::min(first + kAtOnce, channels);
      for (std::int64_t position = 0; position < inputs_.positions(); ++position)
        for (std::int64_t channel = first; channel < last; ++channel)
          output[channel * positions + position] = sums_of(position)[channel];
    }
  }

  const FusedLayer& layer_;
  const LayerAdc& adc_;
  const PreparedTable& table_;
  InputCodes codes_;
  PackedInputs inputs_;
  std::vector<std::int64_t> common_;                  // [lanes]
  std::vector<std::int64_t> sums_;                    // [positions, out channels of the group]
  Tensor short_totals_, byte_totals_, dense_totals_;  // scratch of BlockJob
  std::optional<SumCounter> counter_;
};

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
  const PreparedTable table = prepare_table(adc.table, planes_, stream_weights_);
  const std::int64_t rows = packer_.rows_at_once();
  const std::int64_t strips = ceil_div(geometry_.out_height(), rows);
  const std::int64_t grain = ceil_div(kConversionsPerChunk, rows * conversions_per_row());
  std::mutex mutex;
  parallel_for(0, images * strips, grain, [&](std::int64_t begin, std::int64_t end) {
    Worker worker(*this, adc, table, histogram);
    std::int64_t encoded = -1;
    for (std::int64_t strip = begin; strip < end; ++strip) {
      const std::int64_t image = strip / strips;
      if (image != encoded)
        worker.encode(activations.subspan(static_cast<std::size_t>(image * in_size),
                                          static_cast<std::size_t>(in_size)));
      encoded = image;
      const std::int64_t row = strip % strips * rows;
      worker.run(row, std::min(rows, geometry_.out_height() - row),
                 outputs.subspan(static_cast<std::size_t>(image * out_size),
                                 static_cast<std::size_t>(out_size)));
    }
    if (histogram == nullptr) return;
    const std::lock_guard<std::mutex> lock(mutex);
    worker.counter()->add_to(*histogram);
  });
}

}  // namespace bitline
