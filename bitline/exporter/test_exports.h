// What export and import make of a network, for tests.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "bitline/exporter/export_onnx.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/quantize/integer_layer.h"

namespace bitline::testing_exports {

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

inline void expect_same_layer(const IntegerLayer& a, const IntegerLayer& b) {
  SCOPED_TRACE(a.name);
  EXPECT_EQ(b.name, a.name);
  EXPECT_EQ(b.is_linear, a.is_linear);
  EXPECT_EQ(b.vectors, a.vectors);
  const auto weights = [](const IntegerLayer& layer) {
    const auto data = layer.weights.data<std::int32_t>();
    return std::vector<std::int32_t>(data.begin(), data.end());
  };
  EXPECT_EQ(b.weights.shape(), a.weights.shape());
  EXPECT_EQ(weights(b), weights(a));
  EXPECT_EQ(b.weight_bits, a.weight_bits);
  EXPECT_EQ(b.weight_odd, a.weight_odd);
  EXPECT_EQ(b.weight_scale, a.weight_scale);
  EXPECT_EQ(b.input_bits, a.input_bits);
  EXPECT_EQ(b.input_signed, a.input_signed);
  EXPECT_EQ(b.input_narrow, a.input_narrow);
  EXPECT_EQ(b.input_odd, a.input_odd);
  EXPECT_EQ(b.input_scale, a.input_scale);
  EXPECT_EQ(b.input_zero_point, a.input_zero_point);
  EXPECT_EQ(b.pad_value, a.pad_value);
  EXPECT_EQ(b.geometry.in_size(), a.geometry.in_size());
  EXPECT_EQ(b.geometry.out_size(), a.geometry.out_size());
  EXPECT_EQ(b.geometry.padding, a.geometry.padding);
  EXPECT_EQ(b.geometry.stride, a.geometry.stride);
  EXPECT_EQ(b.geometry.dilation, a.geometry.dilation);
  EXPECT_EQ(b.geometry.groups, a.geometry.groups);
}

/// Names and integers of all layers.
inline void expect_same_layers(const Network& a, const Network& b) {
  const std::vector<IntegerLayer> of_a = integer_layers(a);
  const std::vector<IntegerLayer> of_b = integer_layers(b);
  ASSERT_EQ(of_b.size(), of_a.size());
  for (std::size_t i = 0; i < of_a.size(); ++i) expect_same_layer(of_a[i], of_b[i]);
}

}  // namespace bitline::testing_exports
