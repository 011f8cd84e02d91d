// What single outputs of a layer sum: the inputs under one window, as numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/value.h"

namespace bitline {

/// Windows of a convolution, or vectors of a linear layer, over all images of some chunks.
class LayerPatches {
 public:
  /// `input` is the value of the chunks that the layer reads.
  LayerPatches(const std::vector<Values>& chunks, std::string input, const ConvGeometry& geometry);

  /// Images × positions.
  std::int64_t count() const { return count_; }
  /// The real numbers under window `index` of one group, in (c, y, x) order; 0 where it overhangs.
  void read(std::int64_t index, std::int64_t group, std::span<float> patch) const;

 private:
  float at(const Value& value, std::int64_t element) const;

  const std::vector<Values>& chunks_;
  std::string input_;
  ConvGeometry geometry_;
  std::int64_t image_size_ = 0;  // elements of one image
  std::int64_t windows_per_image_ = 0;
  std::int64_t images_per_chunk_ = 0;  // of all chunks but the last
  std::int64_t count_ = 0;
};

}  // namespace bitline
