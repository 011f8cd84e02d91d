// The arrays of a network: one kind for all layers, and other ones for single layers.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "bitline/mapping/array_spec.h"

namespace bitline {

/// One layer's own array.
struct LayerArray {
  ArraySpec array;  ///< whole, not only what differs
  /// Whether the layer stays digital, in integers; empty: as first_layer and last_layer say.
  std::optional<bool> digital = {};
};

/// What layers lie on. An ArraySpec alone is the array of them all.
struct NetworkArrays {
  ArraySpec common;                          ///< of layers that have no other
  std::map<std::string, LayerArray> layers;  ///< by name of the layer

  /// One kind of array for all layers.
  NetworkArrays(const ArraySpec& array = {}) : common(array) {}  // NOLINT(*-explicit-*)

  /// The array of a layer of that name.
  const ArraySpec& of(const std::string& layer) const;
  /// The most levels that an ADC of any layer can have; empty where there is no limit.
  std::optional<std::int64_t> most_adc_levels() const;
};

}  // namespace bitline
