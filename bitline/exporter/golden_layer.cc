// Loops that read like equations (1) to (6) of docs/arithmetic.md.
#include "bitline/exporter/golden_layer.h"

#include <algorithm>
#include <numeric>

#include "bitline/base/fail.h"
#include "bitline/mapping/cell_digits.h"

namespace bitline {
namespace {

using Words = std::vector<std::int64_t>;

class Computation {
 public:
  Computation(const GoldenLayer& golden, const GoldenSink& sink)
      : layer_(*golden.layer),
        digits_(all_cell_digits(layer_)),
        adc_(golden.adc),
        activations_(golden.activations),
        sink_(sink),
        places_(activations_.dim(0) * layer_.geometry.out_positions()),
        fan_in_(layer_.geometry.fan_in()),
        groups_(layer_.geometry.groups),
        outputs_(static_cast<std::size_t>(places_ * layer_.geometry.out_channels)) {}

  void run() {
    gather_inputs();
    add_input_sums();
    emit(inputs_);
    for (std::size_t t = 0; t < layer_.tiles.size(); ++t) run_tile(t);
    emit(outputs_);
  }

 private:
  void emit(const Words& words) { sink_(next_array_++, words); }

  /// A_k of every image, position and group, over the fan-in in (c, y, x) order.
  void gather_inputs() {
    const ConvGeometry& g = layer_.geometry;
    for (std::int64_t n = 0; n < activations_.dim(0); ++n)
      for (std::int64_t y = 0; y < g.out_height(); ++y)
        for (std::int64_t x = 0; x < g.out_width(); ++x)
          for (std::int64_t c = 0; c < g.in_channels; ++c) gather_channel(n, y, x, c);
  }

  void gather_channel(std::int64_t n, std::int64_t out_y, std::int64_t out_x, std::int64_t c) {
    const ConvGeometry& g = layer_.geometry;
    const auto activations = activations_.data<std::int32_t>();
    for (std::int64_t ky = 0; ky < g.kernel_height; ++ky)
      for (std::int64_t kx = 0; kx < g.kernel_width; ++kx) {
        const std::int64_t y = out_y * g.stride.height + ky * g.dilation.height - g.padding.top;
        const std::int64_t x = out_x * g.stride.width + kx * g.dilation.width - g.padding.left;
        const bool inside = 0 <= y && y < g.in_height && 0 <= x && x < g.in_width;
        const std::int64_t channel = n * g.in_channels + c;
        const std::int64_t place = (channel * g.in_height + y) * g.in_width + x;
        const std::int64_t a =
            inside ? activations[static_cast<std::size_t>(place)] : layer_.pad_value;
        BITLINE_CHECK_EQ(layer_.streams.recombine(a), a);
        inputs_.push_back(a);
      }
  }

  std::int64_t group_of(std::int64_t channel) const {
    return channel / (layer_.geometry.out_channels / groups_);
  }
  std::int64_t input(std::int64_t place, std::int64_t group, std::int64_t row) const {
    return inputs_[static_cast<std::size_t>((place * groups_ + group) * fan_in_ + row)];
  }

  /// Calls body(place, channel, output) for every output.
  template <typename Body>
  void for_each_output(const Body& body) {
    auto output = outputs_.begin();
    for (std::int64_t place = 0; place < places_; ++place)
      for (std::int64_t channel = 0; channel < layer_.geometry.out_channels; ++channel)
        body(place, channel, *output++);
  }

  /// (6) The part of an output that needs no ADC.
  void add_input_sums() {
    if (adc_.input_sum_factor == 0) return;
    for_each_output([this](std::int64_t place, std::int64_t channel, std::int64_t& output) {
      for (std::int64_t row = 0; row < fan_in_; ++row)
        output -= adc_.input_sum_factor * input(place, group_of(channel), row);
    });
  }

  void run_tile(std::size_t t) {
    const Tile& tile = layer_.tiles[t];
    const Words streams = input_streams(tile);
    emit(streams);
    for (std::int64_t i = 0; i < layer_.planes.count(); ++i) emit(cells(tile, i));
    convert_columns(tile, streams, static_cast<std::int64_t>(t));
    if (layer_.planes.has_complements()) add_complements(tile, static_cast<std::int64_t>(t));
    if (layer_.has_reference_column()) convert_references(tile, streams);
  }

  /// (1) x_j of the tile's rows, [place, group, stream, row].
  Words input_streams(const Tile& tile) const {
    Words words;
    for (std::int64_t place = 0; place < places_; ++place)
      for (std::int64_t group = 0; group < groups_; ++group)
        for (std::int64_t j = 0; j < layer_.streams.count(); ++j)
          for (const std::int64_t row : tile)
            words.push_back(layer_.streams.digit(input(place, group, row), j));
    return words;
  }

  /// (2) b_i of the tile's rows as they are stored, [channel, row].
  Words cells(const Tile& tile, std::int64_t plane) const {
    const auto digits = digits_.data<std::int8_t>();
    Words words;
    for (std::int64_t channel = 0; channel < layer_.geometry.out_channels; ++channel)
      for (const std::int64_t row : tile)
        words.push_back(digits[static_cast<std::size_t>(
            (plane * layer_.geometry.out_channels + channel) * fan_in_ + row)]);
    return words;
  }

  /// (3), (5), (6): the sums that are converted, their codes, and what they add to the outputs.
  void convert_columns(const Tile& tile, const Words& streams, std::int64_t t) {
    std::vector<Words> planes;
    for (std::int64_t i = 0; i < layer_.planes.count(); ++i) planes.push_back(cells(tile, i));
    Words sums;
    Words codes;
    for_each_output([&](std::int64_t place, std::int64_t channel, std::int64_t& output) {
      for (std::size_t i = 0; i < planes.size(); ++i)
        for (std::size_t j = 0; j < layer_.streams.weights.size(); ++j) {
          const std::int64_t* b = planes[i].data() + channel * std::ssize(tile);
          const std::int64_t* x = streams_of(streams, tile, place, group_of(channel), j);
          output += adc_.adc_factor * layer_.planes.sign(static_cast<std::int64_t>(i), channel, t) *
                    layer_.planes.weights[i] * layer_.streams.weights[j] *
                    read(adc_.table(j), b, x, std::ssize(tile), sums, codes);
        }
    });
    emit(sums);
    emit(codes);
  }

  /// (6) What complemented columns of a tile add, which needs no ADC.
  void add_complements(const Tile& tile, std::int64_t t) {
    for_each_output([&](std::int64_t place, std::int64_t channel, std::int64_t& output) {
      const std::int64_t weight =
          adc_.complement_factor * layer_.planes.complement_weight(channel, t);
      for (const std::int64_t row : tile) output += weight * input(place, group_of(channel), row);
    });
  }

  const std::int64_t* streams_of(const Words& streams, const Tile& tile, std::int64_t place,
                                 std::int64_t group, std::size_t stream) const {
    const std::int64_t read =
        (place * groups_ + group) * layer_.streams.count() + static_cast<std::int64_t>(stream);
    return streams.data() + read * std::ssize(tile);
  }

  /// One column in one read; a pair that is subtracted digitally takes two conversions.
  std::int64_t read(const CodeTable& table, const std::int64_t* b, const std::int64_t* x,
                    std::int64_t rows, Words& sums, Words& codes) const {
    std::int64_t positive = 0;
    std::int64_t negative = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      positive += std::max<std::int64_t>(b[row], 0) * x[row];
      negative += std::max<std::int64_t>(-b[row], 0) * x[row];
    }
    if (!layer_.subtract_digitally) return convert(table, positive - negative, sums, codes);
    const std::int64_t value = convert(table, positive, sums, codes);
    return value - convert(table, negative, sums, codes);
  }

  static std::int64_t convert(const CodeTable& table, std::int64_t p, Words& sums, Words& codes) {
    sums.push_back(p);
    codes.push_back(table.code(p));
    return table.values[static_cast<std::size_t>(codes.back())];
  }

  /// The column of ones, once for all columns of a group.
  void convert_references(const Tile& tile, const Words& streams) {
    Words sums;
    Words codes;
    Words totals;  // [place, group]
    for (std::int64_t place = 0; place < places_; ++place)
      for (std::int64_t group = 0; group < groups_; ++group) {
        totals.push_back(0);
        for (std::size_t j = 0; j < layer_.streams.weights.size(); ++j) {
          const std::int64_t* x = streams_of(streams, tile, place, group, j);
          const std::int64_t p = std::accumulate(x, x + std::ssize(tile), std::int64_t{0});
          totals.back() += layer_.streams.weights[j] * convert(adc_.reference, p, sums, codes);
        }
      }
    for_each_output([&](std::int64_t place, std::int64_t channel, std::int64_t& output) {
      const auto total = static_cast<std::size_t>(place * groups_ + group_of(channel));
      output -= adc_.reference_factor * totals[total];
    });
    emit(sums);
    emit(codes);
  }

  const CimLayer& layer_;
  const Tensor digits_;  // of its cells
  const LayerAdc& adc_;
  const Tensor& activations_;
  const GoldenSink& sink_;
  std::int64_t places_;  // images times positions
  std::int64_t fan_in_;
  std::int64_t groups_;
  Words inputs_;
  Words outputs_;
  std::size_t next_array_ = 0;
};

}  // namespace

void compute_golden(const GoldenLayer& golden, const GoldenSink& sink) {
  Computation(golden, sink).run();
}

}  // namespace bitline
