#include "bitline/kernels/exact_layer.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>

#include "bitline/base/fail.h"
#include "bitline/base/parallel.h"
#include "bitline/base/rational.h"

namespace bitline {
namespace {

std::int64_t largest_magnitude(const Tensor& weights) {
  std::int64_t largest = 0;
  for (const std::int32_t weight : weights.data<std::int32_t>())
    largest = std::max<std::int64_t>(largest, std::abs(weight));
  return largest;
}

std::int64_t rounded_up(std::int64_t value, std::int64_t multiple) {
  return ceil_div(value, multiple) * multiple;
}

/// Memory on lines of the cache that nobody clears: it is written before it is read, but for lanes
/// whose sums nobody reads.
class Scratch {
 public:
  explicit Scratch(std::int64_t bytes)
      : lines_(std::make_unique_for_overwrite<Line[]>(
            static_cast<std::size_t>(ceil_div(bytes, static_cast<std::int64_t>(sizeof(Line)))))) {}
  template <typename T>
  T* data() {
    return reinterpret_cast<T*>(lines_.get());
  }

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };
  std::unique_ptr<Line[]> lines_;
};

/// Neighbouring output positions of one image that a strip has.
struct Part {
  std::int64_t image;
  std::int64_t first;
  std::int64_t count;
  std::int64_t lane;  ///< of the first
};

/// Of the positions first … last − 1 of a whole batch.
std::vector<Part> parts_of(std::int64_t first, std::int64_t last, std::int64_t per_image) {
  std::vector<Part> parts;
  for (std::int64_t at = first; at < last; at += parts.back().count)
    parts.push_back({at / per_image, at % per_image,
                     std::min(per_image - at % per_image, last - at), at - first});
  return parts;
}

}  // namespace

bool ExactLayer::pays(const IntegerLayer& layer) {
  constexpr std::int64_t kFewestChannels = 4;
  return has_dense_products() && ByteUnfolder::fits(layer) &&
         layer.geometry.out_channels / layer.geometry.groups >= kFewestChannels &&
         std::ranges::all_of(layer.weights.data<std::int32_t>(),
                             [](std::int32_t weight) { return weight >= -128 && weight <= 127; });
}

ExactLayer::ExactLayer(const IntegerLayer& layer)
    : geometry_(layer.geometry),
      unfolder_(layer),
      largest_weight_(largest_magnitude(layer.weights)),
      digits_(dense_digits(unfolder_.bits(), largest_weight_)),
      row_groups_(ceil_div(geometry_.fan_in(), kRowsPerGroup)),
      padded_channels_(rounded_up(group_channels(), kDenseChannels)),
      weights_(DType::kI8, {geometry_.groups, padded_channels_, row_groups_, kRowsPerGroup}),
      start_(DType::kI32, {geometry_.groups, padded_channels_}) {
  pack_weights(layer);
}

void ExactLayer::pack_weights(const IntegerLayer& layer) {
  const std::int64_t fan_in = geometry_.fan_in();
  const std::int32_t* source = layer.weights.data<std::int32_t>().data();
  for (std::int64_t channel = 0; channel < geometry_.out_channels; ++channel, source += fan_in) {
    const std::int64_t column =
        channel / group_channels() * padded_channels_ + channel % group_channels();
    std::int8_t* target =
        weights_.data<std::int8_t>().data() +
        (column / kDenseChannels * row_groups_ * kDenseChannels + column % kDenseChannels) *
            kRowsPerGroup;
    std::int64_t sum = 0;
    for (std::int64_t row = 0; row < fan_in; ++row) {
      target[row / kRowsPerGroup * kDenseChannels * kRowsPerGroup + row % kRowsPerGroup] =
          static_cast<std::int8_t>(source[row]);
      sum += source[row];
    }
    start_.data<std::int32_t>()[static_cast<std::size_t>(column)] =
        static_cast<std::int32_t>(unfolder_.smallest() * sum);
  }
}

/// What one thread needs.
template <typename Number>
class ExactLayer::Worker {
 public:
  Worker(const ExactLayer& layer, std::span<const std::int32_t> activations,
         std::span<Number> outputs, std::int64_t positions)
      : layer_(layer),
        activations_(activations),
        outputs_(outputs),
        lanes_(rounded_up(positions, kDenseLaneMultiple)),
        encoded_(static_cast<std::size_t>(positions / layer.geometry_.out_positions() + 2)),
        rows_(DType::kU8, {kRowsPerGroup, lanes_ + ByteUnfolder::kBehind}),
        inputs_(layer.digits_.streams * layer.row_groups_ * lanes_ * kRowsPerGroup),
        sums_(layer.padded_channels_ * lanes_ * static_cast<std::int64_t>(sizeof(std::int32_t))) {}

  /// Of the positions first … last − 1 of the batch.
  void run(std::int64_t first, std::int64_t last) {
    const std::vector<Part> parts = parts_of(first, last, layer_.geometry_.out_positions());
    encode(parts);
    for (std::int64_t group = 0; group < layer_.geometry_.groups; ++group) {
      pack(parts, group);
      sum(group);
      for (const Part& part : parts) write(part, group);
    }
  }

 private:
  struct Encoded {
    std::int64_t image = -1;
    ByteUnfolder::Codes codes;
  };
  Encoded& encoded_of(const Part& part) {
    return encoded_[static_cast<std::size_t>(part.image) % encoded_.size()];
  }

  /// Unless the strip before had the image too.
  void encode(const std::vector<Part>& parts) {
    const auto size = static_cast<std::size_t>(layer_.geometry_.in_size());
    for (const Part& part : parts) {
      Encoded& encoded = encoded_of(part);
      if (encoded.image == part.image) continue;
      encoded.image = part.image;
      layer_.unfolder_.encode(
          activations_.subspan(static_cast<std::size_t>(part.image) * size, size), encoded.codes);
    }
  }

  DenseInputs inputs() {
    return {inputs_.data<std::uint8_t>(), layer_.row_groups_, lanes_, layer_.digits_};
  }

  void pack(const std::vector<Part>& parts, std::int64_t group) {
    const std::int64_t fan_in = layer_.geometry_.fan_in();
    if (layer_.reads_whole_images()) {
      for (const Part& part : parts)
        pack_dense_lane(encoded_of(part).codes.padded.data() + group * fan_in, part.lane, inputs());
    } else if (layer_.unfolder_.run() % kDenseRun == 0) {
      find_places(parts);
      for (std::int64_t row = 0; row < fan_in; row += kRowsPerGroup) {
        DenseRows rows{places_, {}};
        // Rows behind the last one meet weights of 0.
        for (std::int64_t i = 0; i < kRowsPerGroup; ++i)
          rows.offsets[i] = layer_.unfolder_.row_offset(group, std::min(row + i, fan_in - 1));
        pack_dense_rows(rows, row / kRowsPerGroup, inputs());
      }
    } else {
      pack_unfolded(parts, group);
    }
  }

  /// Of runs that 8 lanes divide. Lanes behind the last repeat the first ones.
  void find_places(const std::vector<Part>& parts) {
    places_.clear();
    for (const Part& part : parts)
      for (std::int64_t i = 0; i < part.count; i += kDenseRun)
        places_.push_back(layer_.unfolder_.at(encoded_of(part).codes, part.first + i));
    places_.resize(static_cast<std::size_t>(lanes_ / kDenseRun), places_.front());
  }

  /// Runs of any length, by way of rows_.
  void pack_unfolded(const std::vector<Part>& parts, std::int64_t group) {
    const std::int64_t fan_in = layer_.geometry_.fan_in();
    std::uint8_t* lanes = rows_.data<std::uint8_t>().data();
    places_.clear();
    for (std::int64_t lane = 0; lane < lanes_; lane += kDenseRun) places_.push_back(lanes + lane);
    DenseRows rows{places_, {}};
    for (std::int64_t i = 0; i < kRowsPerGroup; ++i) rows.offsets[i] = i * rows_.dim(1);
    for (std::int64_t row = 0; row < fan_in; row += kRowsPerGroup) {
      for (std::int64_t i = 0; i < std::min(kRowsPerGroup, fan_in - row); ++i)
        for (const Part& part : parts)
          layer_.unfolder_.unfold(encoded_of(part).codes, group, row + i, part.first, part.count,
                                  lanes + rows.offsets[i] + part.lane);
      pack_dense_rows(rows, row / kRowsPerGroup, inputs());
    }
  }

  void sum(std::int64_t group) {
    const std::int64_t first = group * layer_.padded_channels_;
    sum_dense(
        {inputs(),
         layer_.weights_.data<std::int8_t>().data() + first * layer_.row_groups_ * kRowsPerGroup,
         layer_.start_.data<std::int32_t>().data() + first, layer_.padded_channels_,
         layer_.largest_weight_, sums_.data<std::int32_t>()});
  }

  void write(const Part& part, std::int64_t group) {
    const std::int64_t channels = layer_.group_channels();
    const std::int64_t positions = layer_.geometry_.out_positions();
    Number* output = outputs_.data() + part.image * layer_.geometry_.out_size() +
                     group * channels * positions + part.first;
    const std::int32_t* sums = sums_.data<std::int32_t>() + part.lane;
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      for (std::int64_t i = 0; i < part.count; ++i) output[i] = static_cast<Number>(sums[i]);
      output += positions;
      sums += lanes_;
    }
  }

  const ExactLayer& layer_;
  std::span<const std::int32_t> activations_;
  std::span<Number> outputs_;
  std::int64_t lanes_;
  std::vector<Encoded> encoded_;             // more than a strip has images of
  std::vector<const std::uint8_t*> places_;  // as DenseRows has them
  Tensor rows_;                              // U8 [4, lanes]: codes of one row group
  Scratch inputs_;                           // as DenseInputs has them
  Scratch sums_;                             // I32 [padded channels, lanes]
};

std::int64_t ExactLayer::positions_at_once(std::int64_t positions) const {
  // A strip's inputs and sums stay in the second cache, beside weights.
  constexpr std::int64_t kBytes = 1 << 18;
  constexpr std::int64_t kMostPositions = 1024;
  const std::int64_t per_lane = digits_.streams * row_groups_ * kRowsPerGroup +
                                padded_channels_ * static_cast<std::int64_t>(sizeof(std::int32_t));
  const std::int64_t most = std::clamp(kBytes / per_lane, kDenseLaneMultiple, kMostPositions);
  return std::min(positions, most / kDenseLaneMultiple * kDenseLaneMultiple);
}

template <typename Number>
void ExactLayer::sum(std::int64_t images, std::span<const std::int32_t> activations,
                     std::span<Number> outputs) const {
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(activations.size()), images * geometry_.in_size());
  BITLINE_CHECK_EQ(static_cast<std::int64_t>(outputs.size()), images * geometry_.out_size());
  // Below this many products, waking another thread takes longer than multiplying.
  constexpr std::int64_t kProducts = 1 << 20;
  const std::int64_t positions = images * geometry_.out_positions();
  if (positions == 0) return;
  const std::int64_t at_once = positions_at_once(positions);
  const std::int64_t products = at_once * geometry_.out_channels * geometry_.fan_in();
  parallel_for(0, ceil_div(positions, at_once), ceil_div(kProducts, products),
               [&](std::int64_t begin, std::int64_t end) {
                 Worker<Number> worker(*this, activations, outputs, at_once);
                 for (std::int64_t strip = begin; strip < end; ++strip)
                   worker.run(strip * at_once, std::min((strip + 1) * at_once, positions));
               });
}

template void ExactLayer::sum(std::int64_t, std::span<const std::int32_t>, std::span<float>) const;
template void ExactLayer::sum(std::int64_t, std::span<const std::int32_t>, std::span<double>) const;

}  // namespace bitline
