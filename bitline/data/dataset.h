// Labelled images in memory, or vectors, signals and whatever else a network takes; and the ways to
// take a part of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/tensor.h"

namespace bitline {

/// Images with one label each.
struct Dataset {
  /// [n, channels, height, width], or [n, …] of any other rank: U8, or F32 with values as a
  /// network's normalization takes them
  Tensor images{DType::kU8, {0, 0, 0, 0}};
  std::vector<std::int32_t> labels;      ///< n labels in [0, classes)
  std::int32_t classes = 0;              ///< number of classes
  std::vector<std::string> class_names;  ///< one for each class, or empty
  std::string source = {};               ///< the file of the images, for messages, or empty

  /// n, the number of images.
  std::int64_t size() const { return images.dim(0); }
  /// The values of image i. Throws Error for an image outside the set, and when
  /// Pixel is not the images' element type.
  template <typename Pixel = std::uint8_t>
  std::span<const Pixel> image(std::int64_t i) const {
    check_index(i);
    const auto pixels = static_cast<std::size_t>(images.size() / size());
    return images.data<Pixel>().subspan(static_cast<std::size_t>(i) * pixels, pixels);
  }

 private:
  void check_index(std::int64_t i) const;
};

/// Which half of a published dataset.
enum class Split { kTrain, kTest };

/// Throws Error unless images are U8 or F32, of two axes or more, and finite, there are n labels
/// within [0, classes), and as many class names as classes (or none). `where` begins the message.
void check_dataset(const Dataset& dataset, std::string_view where);

/// A copy of the images at `indices`, in that order. Throws Error for an index outside the set.
Dataset subset(const Dataset& dataset, std::span<const std::int64_t> indices);

}  // namespace bitline
