// The images that a configuration names: the sample that searches look at, the one that judges what
// they find, and whole sets.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/options/run_config.h"

namespace bitline {

/// The whole training or test set of [data].
Dataset load_split(const DataConfig& data, Split split, const Job& job);

/// A class-balanced part of a set, and its positions in the whole.
struct BalancedPart {
  Dataset data;
  std::vector<std::int64_t> indices;
};
/// `per_class` images of each class, drawn by `seed` (class_balanced_sample). Of a folder of
/// pictures, no others are decoded.
BalancedPart load_balanced_part(const DataConfig& data, Split split, std::int64_t per_class,
                                std::uint64_t seed, const Job& job);

/// What [data] calls the test set: all of it, or data.test_per_class of each class. Throws Error
/// (kUsage) that names the key where a class has fewer.
Dataset load_test_images(const DataConfig& data, std::uint64_t seed, const Job& job);

/// The class-balanced sample of the training set that profile, search and recalibrate look at.
Dataset load_search_sample(const DataConfig& data, std::uint64_t seed, const Job& job);

/// Training images that none of these has seen, to judge their plans on:
/// data.validation_per_class of each class, drawn behind the search sample; or as many as are left,
/// and nothing where none are.
std::optional<Dataset> load_validation_sample(const DataConfig& data, std::uint64_t seed,
                                              const Job& job);

}  // namespace bitline
