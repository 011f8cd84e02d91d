// What export and import make of a network, for tests.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "bitline/exporter/export_onnx.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/quantize/integer_layer.h"

namespace bitline::test {

using Export = std::string (*)(const Network&, const std::optional<AdcPlan>&);

struct Format {
  const char* name;
  Export write;

  friend void PrintTo(const Format& format, std::ostream* stream) { *stream << format.name; }
};

inline const Format kFormats[] = {{"qonnx", export_qonnx}, {"qdq", export_qdq}};

inline Network import_bytes(const std::string& file) {
  return import_onnx(std::as_bytes(std::span(file)), ".");
}

inline Network round_trip(const Network& network, const Format& format) {
  return import_bytes(format.write(network, {}));
}

/// All numbers of the layer as text, so that they are compared at once.
inline std::string describe(const IntegerLayer& layer) {
  const ConvGeometry& g = layer.geometry;
  const Padding& p = g.padding;
  return fmt::format(
      "{} linear {} vectors {} input {} {} {} output {} kernel {} {} stride {} {} padding {} {} {} "
      "{} groups {} dilation {} {}; weights of {} bits odd {} scales {}: {}; inputs of {} bits "
      "signed {} narrow {} odd {} scale {} zero point {} pad value {}",
      layer.name, layer.is_linear, layer.vectors, g.in_channels, g.in_height, g.in_width,
      g.out_channels, g.kernel_height, g.kernel_width, g.stride.height, g.stride.width, p.top,
      p.left, p.bottom, p.right, g.groups, g.dilation.height, g.dilation.width, layer.weight_bits,
      layer.weight_odd, fmt::join(layer.weight_scale, " "),
      fmt::join(layer.weights.data<std::int32_t>(), " "), layer.input_bits, layer.input_signed,
      layer.input_narrow, layer.input_odd, layer.input_scale, layer.input_zero_point,
      layer.pad_value);
}

/// Names and integers of all layers.
inline void expect_same_layers(const Network& a, const Network& b) {
  const std::vector<IntegerLayer> of_a = integer_layers(a);
  const std::vector<IntegerLayer> of_b = integer_layers(b);
  ASSERT_EQ(of_b.size(), of_a.size());
  for (std::size_t i = 0; i < of_a.size(); ++i) EXPECT_EQ(describe(of_b[i]), describe(of_a[i]));
}

}  // namespace bitline::test
