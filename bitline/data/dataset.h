// Labelled images in memory, and the ways to take a part of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/tensor.h"

namespace bitline {

/// Images with one label each.
struct Dataset {
  Tensor images{DType::kU8, {0, 0, 0, 0}};  ///< U8 [n, channels, height, width]
  std::vector<std::int32_t> labels;         ///< n labels in [0, classes)
  std::int32_t classes = 0;
  std::vector<std::string> class_names;  ///< one for each class, or empty

  std::int64_t size() const { return images.dim(0); }
  /// Image i as U8 [channels, height, width].
  std::span<const std::uint8_t> image(std::int64_t i) const;
};

/// Which half of a published dataset.
enum class Split { kTrain, kTest };

/// Throws Error unless images are U8 [n, c, h, w], there are n labels within [0, classes), and as
/// many class names as classes (or none). `where` begins the message.
void check_dataset(const Dataset& dataset, std::string_view where);

/// A copy of the images at `indices`, in that order. Throws Error for an index outside the set.
Dataset subset(const Dataset& dataset, std::span<const std::int64_t> indices);

}  // namespace bitline
