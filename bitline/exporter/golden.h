// Golden vectors for a test bench of the hardware. golden_layer.h computes them, hex_words.h writes
// them as text.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "bitline/base/progress.h"
#include "bitline/exporter/golden_layer.h"

namespace bitline {

/// The most bytes that write_golden writes.
inline constexpr std::int64_t kMostGoldenBytes = std::int64_t{1} << 30;

/// Makes `folder`, in it a folder of hex files per layer, and at the end manifest.json, which says
/// what is in them; docs/export.md describes both. Throws Error, before anything is computed, when
/// the files would be larger than kMostGoldenBytes.
void write_golden(const std::filesystem::path& folder, const std::string& network,
                  std::span<const GoldenLayer> layers, const Job& job);

}  // namespace bitline
