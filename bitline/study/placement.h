// Where each node of a network is computed, and why: what `bitline inspect` explains.
#pragma once

#include <string>
#include <vector>

#include "bitline/mapping/array_spec.h"
#include "bitline/quantize/quantizers.h"
#include "bitline/runtime/executor.h"

namespace bitline {

/// array: on the crossbar. integers: a layer that multiplies integers digitally. real: a layer in
/// floating point, outside the promise of the same bits on every machine, and so is what follows
/// it. digital: everything that is no layer.
enum class Place { kArray, kIntegers, kReal, kDigital };

struct Placement {
  std::string node;
  std::string_view op;  ///< operator
  Shape shape;          ///< of its value
  Place place = Place::kDigital;
  std::string reason;  ///< why it is not on the array; empty where nobody would expect it there
};

/// One for each node behind the input, in the order in which `executor` computes them, what it
/// folds behind a layer right after that: layers stand as cim_layers() has them. It is in analog
/// mode.
std::vector<Placement> placements_of(const Executor& executor, const ArraySpec& array);

/// The default array; with bipolar cells where weights are odd integers, which others do not hold.
ArraySpec default_array(const Network& network);

/// A float network on the grids of `options`, all values' steps 1: good for looking at its layout,
/// not for running it. A network with grids is returned as it is.
Network with_trial_grids(Network network, const QuantizeOptions& options);

}  // namespace bitline
