// costs/NAME.json: what a plan costs on the chip, layer by layer and by circuit, and what it saves.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bitline {

struct CostRecord {
  /// A number for each circuit, and their sum.
  struct Breakdown {
    std::vector<std::pair<std::string, double>> circuits;
    double total = 0;

    bool operator==(const Breakdown&) const = default;
  };
  struct Layer {
    std::string name;
    std::int64_t levels = 0;
    Breakdown area;    ///< mm²
    Breakdown energy;  ///< nJ per image
    double time = 0;   ///< µs per image

    bool operator==(const Layer&) const = default;
  };
  /// The network under one choice of ADCs.
  struct Design {
    Breakdown area;           ///< mm², with one ADC design on the chip
    Breakdown area_by_layer;  ///< mm², where each layer has ADCs of its own levels
    Breakdown energy;         ///< nJ per image
    double time = 0;          ///< µs from an image to its answer
    double images_per_second = 0;
    double tops_per_watt = 0;
    double one_bit_tops_per_watt = 0;
    double tops_per_mm2 = 0;
    double one_bit_tops_per_mm2 = 0;
    std::vector<Layer> layers;  ///< on the array, front to back

    bool operator==(const Design&) const = default;
  };

  std::string technology;
  std::string adc;  ///< model of the ADCs
  Design plan;
  bool dummy_column = false;
  /// Share of a layer's reads that are skipped, 0 to 1; none without zero detection.
  std::optional<std::map<std::string, double>> idle_reads;
  std::int64_t baseline_levels = 0;
  Design baseline;  ///< so many levels in every ADC; the layers of `plan`
  /// Shares of the baseline's, 0 to 1, or below 0 where the plan costs more.
  double area_saved = 0;
  double area_saved_by_layer = 0;
  double energy_saved = 0;
  std::vector<std::string> notes;  ///< what the numbers leave out on this array

  bool operator==(const CostRecord&) const = default;
};

std::string to_json(const CostRecord& cost);
/// The inverse. Throws Error that names what is missing or damaged.
CostRecord cost_from_json(std::string_view text);

}  // namespace bitline
