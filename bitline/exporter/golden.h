// Golden vectors for a test bench of the hardware. golden_layer.h computes them, hex_words.h writes
// them as text.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/exporter/golden_layer.h"

namespace bitline {

/// The most bytes that write_golden writes.
inline constexpr std::int64_t kMostGoldenBytes = std::int64_t{1} << 30;

/// Where vectors come from; manifest.json says it.
struct GoldenOrigin {
  std::string network;               ///< its name
  std::string network_hash;          ///< content_hash()
  std::string plan_hash;             ///< content_hash(); empty where every ADC is lossless
  std::uint64_t seed = 0;            ///< of the search sample
  std::vector<std::int64_t> images;  ///< their positions in the training set
};

/// Makes `folder`, in it a folder of hex files per layer, and at the end manifest.json, which says
/// what is in them; docs/export.md describes both. What an earlier export wrote there is deleted
/// first. Throws Error (kUsage) for a folder whose manifest.json is of another kind, and, before
/// anything is computed, when the files would be larger than kMostGoldenBytes.
void write_golden(const std::filesystem::path& folder, const GoldenOrigin& origin,
                  std::span<const GoldenLayer> layers, const Job& job);

}  // namespace bitline
