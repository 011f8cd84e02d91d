#include "bitline/train/batches.h"

#include <algorithm>
#include <numeric>

#include "bitline/base/parallel.h"
#include "bitline/data/augment.h"

namespace bitline {

BatchSource::BatchSource(const Dataset& dataset, const Normalization& normalization,
                         std::uint64_t seed, bool shuffled, bool augmented)
    : dataset_(dataset),
      normalizer_(normalization),
      seed_(seed),
      shuffled_(shuffled),
      augmented_(augmented),
      order_(dataset.labels.size()) {
  begin_epoch(0);
}

void BatchSource::begin_epoch(std::int64_t epoch) {
  epoch_ = epoch;
  std::iota(order_.begin(), order_.end(), 0);
  if (!shuffled_) return;
  Random random = Random::stream(seed_, "order", static_cast<std::uint64_t>(epoch));
  random.shuffle(std::span(order_));
}

template <typename Pixel>
void BatchSource::write_image(std::int64_t index, std::span<float> out) const {
  std::span<const Pixel> image = dataset_.image<Pixel>(index);
  std::vector<Pixel> moved;
  if (augmented_) {
    const Shape& all = dataset_.images.shape();
    Random random =
        Random::stream(seed_, "augmentation", static_cast<std::uint64_t>(epoch_ * size() + index));
    moved.resize(image.size());
    augment<Pixel>(image, {all[1], all[2], all[3]}, random, moved);
    image = moved;
  }
  normalizer_.apply(image, out);
}

Batch BatchSource::batch(std::int64_t first, std::int64_t count) const {
  Shape shape = dataset_.images.shape();
  const std::int64_t values = dataset_.images.size() / size();
  count = std::min(count, size() - first);
  shape[0] = count;
  Batch batch{at::empty(shape), at::empty({count}, at::kLong)};
  float* pixels = batch.images.data_ptr<float>();
  auto* labels = batch.labels.data_ptr<std::int64_t>();
  constexpr std::int64_t kGrain = 16;
  parallel_for(0, count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t index = order_[static_cast<std::size_t>(first + i)];
      const std::span<float> out{pixels + i * values, static_cast<std::size_t>(values)};
      if (dataset_.images.dtype() == DType::kF32)
        write_image<float>(index, out);
      else
        write_image<std::uint8_t>(index, out);
      labels[i] = dataset_.labels[static_cast<std::size_t>(index)];
    }
  });
  return batch;
}

}  // namespace bitline
