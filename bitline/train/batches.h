// Turns a dataset into batches for LibTorch: order, augmentation, normalisation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bitline/data/dataset.h"
#include "bitline/data/normalizer.h"
#include "bitline/torch/libtorch.h"

namespace bitline {

struct Batch {
  at::Tensor images;  ///< F32 [batch, …], normalised
  at::Tensor labels;  ///< I64 [batch]
};

/// Batches of a dataset. What an epoch contains depends on seed and epoch alone, so a stopped run
/// continues in the middle of one.
class BatchSource {
 public:
  /// `shuffled`: a new order every epoch; `augmented`: random crop and flip, a new one every epoch,
  /// for images [channels, height, width] alone.
  BatchSource(const Dataset& dataset, const Normalization& normalization, std::uint64_t seed,
              bool shuffled, bool augmented);

  std::int64_t size() const { return static_cast<std::int64_t>(dataset_.labels.size()); }
  /// Fixes the order and the random numbers of an epoch.
  void begin_epoch(std::int64_t epoch);
  /// Images [first, first + count) of the epoch's order, cut at its end.
  Batch batch(std::int64_t first, std::int64_t count) const;

 private:
  /// Image `index` of the dataset, augmented and normalised. Pixel is its element type.
  template <typename Pixel>
  void write_image(std::int64_t index, std::span<float> out) const;

  const Dataset& dataset_;
  Normalizer normalizer_;
  std::uint64_t seed_;
  bool shuffled_;
  bool augmented_;
  std::int64_t epoch_ = 0;
  std::vector<std::int64_t> order_;
};

}  // namespace bitline
