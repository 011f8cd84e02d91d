#include "bitline/data/dataset.h"

#include <algorithm>
#include <cmath>

#include "bitline/base/fail.h"

namespace bitline {

namespace {

bool is_pixel_type(DType dtype) { return dtype == DType::kU8 || dtype == DType::kF32; }

void check_finite(const Tensor& images, std::string_view where) {
  const auto pixels = images.data<float>();
  const auto bad = std::ranges::find_if_not(pixels, [](float x) { return std::isfinite(x); });
  if (bad == pixels.end()) return;
  const std::int64_t image = (bad - pixels.begin()) / (images.size() / images.dim(0));
  fail("{}: image {} holds {}; every pixel has to be a finite number", where, image, *bad);
}

}  // namespace

void Dataset::check_index(std::int64_t i) const {
  if (i < 0 || i >= size()) fail("image {} was asked for, but there are {}", i, size());
}

void check_dataset(const Dataset& dataset, std::string_view where) {
  if (!is_pixel_type(dataset.images.dtype()) || dataset.images.shape().size() < 2)
    fail(
        "{}: images have to be U8 or F32 [n, …], [n, channels, height, width] for example; found "
        "{} {}",
        where, name_of(dataset.images.dtype()), to_string(dataset.images.shape()));
  if (static_cast<std::int64_t>(dataset.labels.size()) != dataset.size())
    fail("{}: {} labels for {} images", where, dataset.labels.size(), dataset.size());
  if (!dataset.class_names.empty() &&
      dataset.class_names.size() != static_cast<std::size_t>(std::max(dataset.classes, 0)))
    fail("{}: {} class names for {} classes", where, dataset.class_names.size(), dataset.classes);
  for (std::size_t i = 0; i < dataset.labels.size(); ++i)
    if (dataset.labels[i] < 0 || dataset.labels[i] >= dataset.classes)
      fail("{}: label {} of image {} is outside 0 to {}; the file is damaged or of another dataset",
           where, dataset.labels[i], i, dataset.classes - 1);
  if (dataset.images.dtype() == DType::kF32) check_finite(dataset.images, where);
}

Dataset subset(const Dataset& dataset, std::span<const std::int64_t> indices) {
  Shape shape = dataset.images.shape();
  shape.at(0) = static_cast<std::int64_t>(indices.size());
  Dataset part{Tensor(dataset.images.dtype(), shape),
               {},
               dataset.classes,
               dataset.class_names,
               dataset.source};
  auto destination = part.images.bytes().begin();
  for (const std::int64_t i : indices) {
    if (i < 0 || i >= dataset.size())
      fail("image {} was asked for, but there are {}", i, dataset.size());
    const Tensor image = dataset.images.slice(i, i + 1);
    destination = std::ranges::copy(image.bytes(), destination).out;
    part.labels.push_back(dataset.labels.at(static_cast<std::size_t>(i)));
  }
  return part;
}

}  // namespace bitline
