// A part of a dataset in one file of our own, small enough to ship.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bitline/data/dataset.h"

namespace bitline {

/// A part of a dataset, and where it comes from.
struct Samples {
  Dataset data;                       ///< images and labels
  std::string dataset;                ///< for example "CIFAR-10"
  std::string origin;                 ///< which part and how it was chosen, in words
  std::vector<std::int64_t> indices;  ///< positions in the whole dataset, or empty
};

/// A safetensors file with "images" U8 or F32 [n, …], "labels" I32 or U8 [n], perhaps
/// "indices" I64 [n], and the metadata bitline.samples (version 1), dataset, origin, classes and
/// class_names (a JSON list). Throws Error that names the file and what does not fit.
Samples load_samples(const std::filesystem::path& path);
/// Writes atomically. Labels are stored as U8 where they fit.
void save_samples(const std::filesystem::path& path, const Samples& samples);

}  // namespace bitline
