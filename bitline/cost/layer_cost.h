// Area, energy and time of one mapped layer, from the counts of its mapping.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "bitline/base/enum_names.h"
#include "bitline/cost/adc_cost.h"
#include "bitline/mapping/cim_layer.h"

namespace bitline {

enum class Circuit {
  kArrays,
  kWordLineDrivers,
  kColumnMultiplexers,
  kAdcs,
  kShiftAdd,
  kAccumulators,
  kBuffers
};
template <>
struct EnumNames<Circuit> {
  static constexpr std::string_view kWhat = "circuit";
  static constexpr std::array<std::string_view, 7> kNames{
      "arrays", "word-line drivers", "column multiplexers", "ADCs", "shift-add", "accumulators",
      "buffers"};
};
inline constexpr std::size_t kCircuits = EnumNames<Circuit>::kNames.size();

/// A number for each circuit: µm², or pJ per image.
struct Breakdown {
  std::array<double, kCircuits> parts{};

  double& operator[](Circuit circuit) { return parts[static_cast<std::size_t>(circuit)]; }
  double operator[](Circuit circuit) const { return parts[static_cast<std::size_t>(circuit)]; }
  double total() const;
  Breakdown& operator+=(const Breakdown& other);
};

struct LayerCost {
  std::int64_t levels = 0;  ///< of its ADCs
  Breakdown area;           ///< µm²
  Breakdown energy;         ///< pJ per image
  double time = 0;          ///< ns per image
  /// Two for each multiplication of a cell's digit bit with an input digit bit, per image.
  double one_bit_operations = 0;
  double operations = 0;  ///< two for each multiply-accumulate of the network, per image
};

/// What costs are counted with.
struct CostOptions {
  AdcModel adc = adc_models::kFlash;
  Technology technology;
  /// A column of every array whose cells give the ADCs their reference.
  bool dummy_column = false;
  /// Share of a layer's reads that drive no word line and are not converted, by name; 0 for layers
  /// that are not named.
  std::map<std::string, double> idle_shares;
  /// All energies of ADCs are taken so many times: what cost.adc_share comes to.
  double adc_energy_scale = 1;
};

/// Of a layer whose ADCs have that many levels; equations (24) and (25) of docs/arithmetic.md. The
/// arrays of a layer read at once, what shares an array one after the other, and each ADC converts
/// its columns one after the other. The reference columns of the offset encoding have ADCs of their
/// own, with a level for each possible sum whatever the plan says.
LayerCost layer_cost(const CimLayer& layer, std::int64_t levels, const CostOptions& options);

}  // namespace bitline
