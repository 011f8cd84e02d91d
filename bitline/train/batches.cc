#include "bitline/train/batches.h"

#include <algorithm>
#include <numeric>
#include <span>

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

Batch BatchSource::batch(std::int64_t first, std::int64_t count) const {
  const Shape& all = dataset_.images.shape();
  const ImageShape shape{all[1], all[2], all[3]};
  count = std::min(count, size() - first);
  Batch batch{at::empty({count, shape.channels, shape.height, shape.width}),
              at::empty({count}, at::kLong)};
  float* pixels = batch.images.data_ptr<float>();
  auto* labels = batch.labels.data_ptr<std::int64_t>();
  constexpr std::int64_t kGrain = 16;
  parallel_for(0, count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::uint8_t> moved(static_cast<std::size_t>(shape.size()));
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t index = order_[static_cast<std::size_t>(first + i)];
      std::span<const std::uint8_t> image = dataset_.image(index);
      if (augmented_) {
        Random random = Random::stream(seed_, "augmentation",
                                       static_cast<std::uint64_t>(epoch_ * size() + index));
        augment(image, shape, random, moved);
        image = moved;
      }
      normalizer_.apply(image, {pixels + i * shape.size(), static_cast<std::size_t>(shape.size())});
      labels[i] = dataset_.labels[static_cast<std::size_t>(index)];
    }
  });
  return batch;
}

}  // namespace bitline
