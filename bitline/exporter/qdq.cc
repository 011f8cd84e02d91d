// Integer grids as QuantizeLinear and DequantizeLinear.
#include "bitline/base/fail.h"
#include "bitline/exporter/export_onnx.h"
#include "bitline/exporter/grid_writer.h"
#include "bitline/exporter/network_writer.h"

namespace bitline {
namespace {

constexpr int kBits = 8;  // of the integers of QuantizeLinear

/// Whether the integers are all of those that QuantizeLinear has.
bool is_whole(const QuantSpec& spec) { return spec.bits == kBits && !spec.narrow && !spec.odd; }

/// How integers stand in the file: as INT8, or as UINT8, each of them and the zero point `shift`
/// larger.
struct StoredAs {
  bool is_signed;
  std::int32_t shift = 0;
};

StoredAs stored_as(const QuantSpec& spec) { return {spec.is_signed || spec.odd}; }

/// Processors with AVX2 and without VNNI add pairs of products of u8 and s8 in 16 bits, and ONNX
/// Runtime takes that for QDQ: 2 · 255 · 64 fits, one more does not. It has no such sums of u8.
StoredAs weights_stored_as(const QuantSpec& spec) {
  constexpr std::int64_t kMostThatFits = 64;
  const bool fits = spec.minimum() >= -kMostThatFits && spec.maximum() <= kMostThatFits;
  return fits || !stored_as(spec).is_signed ? stored_as(spec) : StoredAs{false, 1 << (kBits - 1)};
}

std::string add_zero_point(OnnxGraph& graph, const std::string& name, const QuantSpec& spec,
                           const StoredAs& stored) {
  const auto entries = static_cast<std::size_t>(spec.scale.size());
  const std::vector<std::int32_t> zeros(entries,
                                        static_cast<std::int32_t>(spec.zero_point) + stored.shift);
  return graph.add_bytes(name + "/zero_point", scales_of(spec).shape(), zeros, stored.is_signed);
}

std::vector<std::int32_t> shifted(std::span<const std::int32_t> integers, std::int32_t shift) {
  std::vector<std::int32_t> result(integers.begin(), integers.end());
  for (std::int32_t& integer : result) integer += shift;
  return result;
}

/// The real number at an end of the grid; import_onnx() works it out in the same way.
float real_at(const QuantSpec& spec, std::int64_t integer) {
  return spec.scale.data<float>()[0] * static_cast<float>(integer - spec.zero_point);
}

class QdqWriter : public GridWriter {
 public:
  void write_value(OnnxGraph& graph, const std::string& real, const QuantSpec& spec,
                   const std::string& node, const std::string& output) const override {
    if (spec.odd)
      fail(
          "its value is on a grid of odd integers, which QuantizeLinear does not have; export it "
          "as qonnx");
    if (spec.rounding != Rounding::kHalfEven)
      fail("its value is rounded by {}, QuantizeLinear rounds half to even; export it as qonnx",
           name_of(spec.rounding));
    if (spec.bits > kBits)
      fail("its value has {} bits, QuantizeLinear {}; export it as qonnx", spec.bits, kBits);
    std::string clipped = real;
    if (!is_whole(spec))
      clipped = graph.add_helper(
          "Clip", node + "/clip",
          {real, graph.add_number(node + "/minimum", real_at(spec, spec.minimum())),
           graph.add_number(node + "/maximum", real_at(spec, spec.maximum()))});
    const std::string scale = graph.add_floats(node + "/scale", scales_of(spec));
    const std::string zero_point = add_zero_point(graph, node, spec, stored_as(spec));
    const std::string integers = graph.unused_name(node + "/integers");
    graph.add_node("QuantizeLinear", node, {clipped, scale, zero_point}, integers);
    graph.add_node("DequantizeLinear", graph.unused_name(node + "/dequantize"),
                   {integers, scale, zero_point}, output);
  }

  std::string write_parameter(OnnxGraph& graph, const std::string& name,
                              const ParameterOnGrid& parameter) const override {
    const QuantSpec& spec = parameter.spec;
    if (spec.bits > kBits - (spec.odd ? 1 : 0))
      fail(
          "its {}weights have {} bits, more than the integers of DequantizeLinear hold; export "
          "it as qonnx or npz",
          spec.odd ? "odd " : "", spec.bits);
    const StoredAs stored = weights_stored_as(spec);
    const std::string constant = graph.add_bytes(
        name, parameter.integers.shape(),
        shifted(parameter.integers.data<std::int32_t>(), stored.shift), stored.is_signed);
    if (!is_whole(spec)) state_grid(graph, constant, spec);
    std::string output = graph.unused_name(name + "/real");
    onnx::NodeProto& node =
        graph.add_node("DequantizeLinear", output,
                       {constant, graph.add_floats(name + "/scale", scales_of(spec)),
                        add_zero_point(graph, name, spec, stored)},
                       output);
    if (spec.scale.size() > 1) set_attribute(node, "axis", std::int64_t{spec.axis});
    return output;
  }

  void write_thresholds(OnnxGraph&, const Node&, std::size_t, const std::vector<std::string>&,
                        const std::string&) const override {
    fail("ONNX has no node that counts thresholds; export it as qonnx");
  }

  void write_truncation(OnnxGraph&, const Node&, const std::string&,
                        const QuantSpec*) const override {
    fail("ONNX has no node that cuts bits off integers; export it as qonnx");
  }
};

}  // namespace

std::string export_qdq(const Network& network, const std::optional<AdcPlan>& plan) {
  OnnxGraph graph(network);
  write_network(graph, network, QdqWriter{}, plan);
  return graph.serialize();
}

}  // namespace bitline
