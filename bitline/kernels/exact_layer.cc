#include "bitline/kernels/exact_layer.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/kernels/instruction_set.h"
#include "bitline/kernels/prepared_table.h"
#include "bitline/kernels/strips.h"

namespace bitline {
namespace {

/// Rows whose cells the first cache holds for 64 columns.
constexpr std::int64_t kRowsAtOnce = 512;

/// An array on which a cell holds a whole weight and a DAC a whole activation: one plane, one
/// stream.
CimLayer on_whole_digits(const IntegerLayer& layer) {
  CimLayer whole;
  static_cast<IntegerLayer&>(whole) = layer;
  const std::int64_t fan_in = layer.geometry.fan_in();
  whole.planes.weights = {1};
  whole.planes.digits = Tensor(DType::kI8, {1, layer.geometry.out_channels, fan_in});
  std::ranges::transform(layer.weights.data<std::int32_t>(),
                         whole.planes.digits.data<std::int8_t>().begin(),
                         [](std::int32_t weight) { return static_cast<std::int8_t>(weight); });
  whole.streams.weights = {1};
  whole.streams.dac_bits = whole.streams.bits = layer.input_bits;
  for (std::int64_t row = 0; row < fan_in; ++row) {
    if (row % kRowsAtOnce == 0) whole.tiles.emplace_back();
    whole.tiles.back().push_back(row);
  }
  return whole;
}

}  // namespace

bool ExactLayer::pays(const IntegerLayer& layer) {
  constexpr std::int64_t kFewestChannels = 16;
  const std::int64_t largest_pad = (std::int64_t{1} << layer.input_bits) - 1;
  return has_dot_products() && !layer.input_signed && !layer.input_odd && layer.input_bits <= 8 &&
         layer.pad_value >= 0 && layer.pad_value <= largest_pad &&
         layer.geometry.out_channels / layer.geometry.groups >= kFewestChannels &&
         std::ranges::all_of(layer.weights.data<std::int32_t>(),
                             [](std::int32_t weight) { return weight >= -128 && weight <= 127; });
}

ExactLayer::ExactLayer(const IntegerLayer& layer) : ExactLayer(on_whole_digits(layer)) {}

ExactLayer::ExactLayer(const CimLayer& layer)
    : geometry_(layer.geometry),
      planes_(pack_planes(layer, KeepDigits::kAlways)),
      packer_(layer, planes_.tiles, false),
      streams_(stream_products(planes_, packer_.planes(), layer.streams.weights)) {}

/// What one thread needs.
template <typename Number>
class ExactLayer::Worker {
 public:
  Worker(const ExactLayer& layer, std::span<const std::int32_t> activations,
         std::span<Number> outputs)
      : layer_(layer),
        packer_(layer.packer_, layer.geometry_, activations, InputForm::kDigits),
        outputs_(outputs),
        totals_(DType::kI32,
                {layer.packer_.rows_at_once(InputForm::kDigits) * layer.geometry_.out_width(),
                 kBlockColumns}) {}

  void run(const Strip& strip) {
    for (std::int64_t group = 0; group < layer_.planes_.groups; ++group) {
      packer_.pack(strip, group);
      for (std::int64_t block = 0; block < layer_.planes_.blocks(); ++block) {
        std::int32_t* totals = totals_.data<std::int32_t>().data();
        sum_block({layer_.planes_, layer_.streams_, packer_.inputs(), table_, group, block},
                  totals);
        write(totals, strip, group, block);
      }
    }
  }

 private:
  void write(const std::int32_t* totals, const Strip& strip, std::int64_t group,
             std::int64_t block) {
    const ConvGeometry& geometry = layer_.geometry_;
    const std::int64_t channels = layer_.planes_.out_channels;
    const std::int64_t first = block * kBlockColumns;
    const std::int64_t last = std::min(first + kBlockColumns, channels);
    Number* output = outputs_.data() + strip.image * geometry.out_size() +
                     (group * channels + first) * geometry.out_positions() +
                     strip.first_row * geometry.out_width();
    for (std::int64_t channel = first; channel < last; ++channel) {
      const std::int32_t* total =
          totals + digit_group_of_lane(lane_of_column(channel % kBlockColumns));
      for (std::int64_t position = 0; position < packer_.inputs().positions(); ++position)
        output[position] = static_cast<Number>(total[position * kBlockColumns]);
      output += geometry.out_positions();
    }
  }

  const ExactLayer& layer_;
  PreparedTable table_;  // no conversions, so none of it is read
  StripPacker packer_;
  std::span<Number> outputs_;
  Tensor totals_;  // [positions, 64]
};

template <typename Number>
void ExactLayer::sum(std::int64_t images, std::span<const std::int32_t> activations,
                     std::span<Number> outputs) const {
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(activations.size()), images * geometry_.in_size());
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(outputs.size()), images * geometry_.out_size());
  const Strips strips(geometry_, images, packer_.rows_at_once(InputForm::kDigits));
  const std::int64_t columns = planes_.groups * planes_.blocks() * kBlockColumns;
  parallel_for(0, strips.count(), strips.grain(geometry_.out_width() * columns),
               [&](std::int64_t begin, std::int64_t end) {
                 Worker<Number> worker(*this, activations, outputs);
                 for (std::int64_t strip = begin; strip < end; ++strip) worker.run(strips[strip]);
               });
}

template void ExactLayer::sum(std::int64_t, std::span<const std::int32_t>, std::span<float>) const;
template void ExactLayer::sum(std::int64_t, std::span<const std::int32_t>, std::span<double>) const;

}  // namespace bitline
