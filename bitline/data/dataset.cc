#include "bitline/data/dataset.h"

#include <algorithm>

#include "bitline/base/error.h"

namespace bitline {

std::span<const std::uint8_t> Dataset::image(std::int64_t i) const {
  if (i < 0 || i >= size()) fail("image {} was asked for, but there are {}", i, size());
  const std::int64_t pixels = images.size() / size();
  return images.data<std::uint8_t>().subspan(static_cast<std::size_t>(i * pixels),
                                             static_cast<std::size_t>(pixels));
}

void check_dataset(const Dataset& dataset, std::string_view where) {
  if (dataset.images.dtype() != DType::kU8 || dataset.images.shape().size() != 4)
    fail("{}: images have to be U8 [n, channels, height, width], found {} {}", where,
         name_of(dataset.images.dtype()), to_string(dataset.images.shape()));
  if (static_cast<std::int64_t>(dataset.labels.size()) != dataset.size())
    fail("{}: {} labels for {} images", where, dataset.labels.size(), dataset.size());
  if (!dataset.class_names.empty() &&
      dataset.class_names.size() != static_cast<std::size_t>(std::max(dataset.classes, 0)))
    fail("{}: {} class names for {} classes", where, dataset.class_names.size(), dataset.classes);
  for (std::size_t i = 0; i < dataset.labels.size(); ++i)
    if (dataset.labels[i] < 0 || dataset.labels[i] >= dataset.classes)
      fail("{}: label {} of image {} is outside 0 to {}; the file is damaged or of another dataset",
           where, dataset.labels[i], i, dataset.classes - 1);
}

Dataset subset(const Dataset& dataset, std::span<const std::int64_t> indices) {
  Shape shape = dataset.images.shape();
  shape.at(0) = static_cast<std::int64_t>(indices.size());
  Dataset part{Tensor(DType::kU8, shape), {}, dataset.classes, dataset.class_names};
  auto destination = part.images.data<std::uint8_t>().begin();
  for (const std::int64_t i : indices) {
    const std::span<const std::uint8_t> image = dataset.image(i);
    destination = std::copy(image.begin(), image.end(), destination);
    part.labels.push_back(dataset.labels.at(static_cast<std::size_t>(i)));
  }
  return part;
}

}  // namespace bitline
