// How a batch is divided among threads: strips of output rows, packed one at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "bitline/base/rational.h"
#include "bitline/kernels/packed_inputs.h"

namespace bitline {

/// Some output rows of one image.
struct Strip {
  std::int64_t image = 0;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
};

/// The strips of a batch, image by image.
class Strips {
 public:
  Strips(const ConvGeometry& geometry, std::int64_t images, std::int64_t rows_at_once)
      : images_(images),
        rows_(rows_at_once),
        height_(geometry.out_height()),
        per_image_(ceil_div(height_, rows_)) {}

  std::int64_t count() const { return images_ * per_image_; }
  Strip operator[](std::int64_t index) const {
    const std::int64_t row = index % per_image_ * rows_;
    return {index / per_image_, row, std::min(rows_, height_ - row)};
  }
  /// The fewest strips that are worth a thread, where one output row takes that many conversions.
  std::int64_t grain(std::int64_t conversions_per_row) const {
    // Below this many conversions, waking another thread takes longer than converting.
    constexpr std::int64_t kConversions = 1 << 15;
    return ceil_div(kConversions, rows_ * conversions_per_row);
  }

 private:
  std::int64_t images_, rows_, height_, per_image_;
};

/// Packs the strips of a batch for one thread; an image whose strips follow each other is encoded
/// once.
class StripPacker {
 public:
  /// activations: [images, in_channels, in_height, in_width].
  StripPacker(const InputPacker& packer, const ConvGeometry& geometry,
              std::span<const std::int32_t> activations, InputForm form, bool reads_idle)
      : packer_(packer),
        image_size_(static_cast<std::size_t>(geometry.in_size())),
        activations_(activations),
        inputs_(packer.make_inputs(form, reads_idle)) {}

  void pack(const Strip& strip, std::int64_t group) {
    if (strip.image != encoded_)
      packer_.encode(
          activations_.subspan(static_cast<std::size_t>(strip.image) * image_size_, image_size_),
          codes_);
    encoded_ = strip.image;
    packer_.pack(codes_, group, strip.first_row, strip.rows, inputs_);
  }
  /// Of the strip that was packed last.
  const PackedInputs& inputs() const { return inputs_; }

 private:
  const InputPacker& packer_;
  std::size_t image_size_;
  std::span<const std::int32_t> activations_;
  std::int64_t encoded_ = -1;
  InputCodes codes_;
  PackedInputs inputs_;
};

}  // namespace bitline
