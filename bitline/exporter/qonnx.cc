// Integer grids as nodes of QONNX.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "bitline/base/fail.h"
#include "bitline/exporter/export_onnx.h"
#include "bitline/exporter/grid_writer.h"
#include "bitline/exporter/network_writer.h"

namespace bitline {
namespace {

constexpr std::string_view kDomain = "qonnx.custom_op.general";

/// Scales along an axis of a constant of `rank` axes, as they are broadcast to it.
Tensor broadcast_scales(const QuantSpec& spec, std::size_t rank) {
  if (spec.scale.size() == 1) return scales_of(spec);
  Shape shape(rank, 1);
  shape[static_cast<std::size_t>(spec.axis)] = spec.scale.size();
  return spec.scale.reshaped(shape);
}

/// The ordinary grid that holds the odd integers of `spec`.
QuantSpec around_odd(const QuantSpec& spec) {
  QuantSpec wide = spec;
  wide.odd = false;
  wide.is_signed = true;
  wide.narrow = true;
  wide.bits = spec.bits + 1;
  return wide;
}

/// As QONNX spells it: HALF_UP for half-up; ROUND, which older readers know, for half-even.
std::string rounding_mode(Rounding rounding) {
  if (rounding == Rounding::kHalfEven) return "ROUND";
  std::string mode(name_of(rounding));
  std::ranges::transform(mode, mode.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return mode;
}

void add_quant(OnnxGraph& graph, const std::string& real, const QuantSpec& spec,
               const Tensor& scales, const std::string& name, const std::string& output) {
  const std::string scale = graph.add_floats(name + "/scale", scales);
  const bool by_sign = spec.odd && spec.bits == 1;
  if (by_sign) {
    graph.add_node("BipolarQuant", name, {real, scale}, output, kDomain);
    return;
  }
  const std::vector<std::string> inputs{
      real, scale, graph.add_number(name + "/zero_point", static_cast<float>(spec.zero_point)),
      graph.add_number(name + "/bits", static_cast<float>(spec.bits))};
  onnx::NodeProto& node = graph.add_node("Quant", name, inputs, output, kDomain);
  set_attribute(node, "signed", std::int64_t{spec.is_signed});
  set_attribute(node, "narrow", std::int64_t{spec.narrow});
  set_attribute(node, "rounding_mode", rounding_mode(spec.rounding));
}

class QonnxWriter : public GridWriter {
 public:
  void write_value(OnnxGraph& graph, const std::string& real, const QuantSpec& spec,
                   const std::string& node, const std::string& output) const override {
    if (spec.odd && spec.bits > 1)
      fail(
          "its value is on a grid of odd integers of {} bits, for which ONNX has no node; only "
          "weights can be exported on such grids",
          spec.bits);
    add_quant(graph, real, spec, scales_of(spec), node, output);
  }

  // Real numbers that lie on the grid, so that no reader has a choice how to round them.
  std::string write_parameter(OnnxGraph& graph, const std::string& name,
                              const ParameterOnGrid& parameter) const override {
    const QuantSpec& spec = parameter.spec;
    const std::string constant = graph.add_floats(name, parameter.real);
    std::string output = graph.unused_name(name + "/grid");
    const bool is_wide_odd = spec.odd && spec.bits > 1;
    if (is_wide_odd) state_grid(graph, constant, spec);
    add_quant(graph, constant, is_wide_odd ? around_odd(spec) : spec,
              broadcast_scales(spec, parameter.real.shape().size()), output, output);
    return output;
  }

  void write_thresholds(OnnxGraph& graph, const Node& node, std::size_t rank,
                        const std::vector<std::string>& value_and_constant,
                        const std::string& output) const override {
    const auto& op = std::get<MultiThreshold>(node.op);
    if (op.axis != 0 || (rank != 2 && rank != 4))
      fail("QONNX has thresholds for vectors and for the channels of images alone");
    onnx::NodeProto& proto =
        graph.add_node("MultiThreshold", node.name, value_and_constant, output, kDomain);
    set_attribute(proto, "out_dtype", std::string("FLOAT32"));
    set_attribute(proto, "out_scale", static_cast<float>(op.scale));
    set_attribute(proto, "out_bias", static_cast<float>(op.bias));
    set_attribute(proto, "data_layout", std::string(rank == 2 ? "NC" : "NCHW"));
  }

  void write_truncation(OnnxGraph& graph, const Node& node, const std::string& input,
                        const QuantSpec* spec) const override {
    const auto& truncate = std::get<Unary>(node.op);
    const auto scale = static_cast<float>(truncate.alpha);
    const double bits_lost = std::log2(truncate.beta);
    if (spec == nullptr || spec->narrow || spec->odd || spec->zero_point != 0 ||
        spec->scale.size() != 1 || spec->scale.data<float>()[0] != scale ||
        static_cast<double>(scale) != truncate.alpha || bits_lost != std::floor(bits_lost))
      fail(
          "QONNX's Trunc cuts whole bits off integers and keeps their scale; this one has "
          "alpha {} and beta {}",
          truncate.alpha, truncate.beta);
    const auto number = [&](const char* what, double value) {
      return graph.add_number(node.name + what, static_cast<float>(value));
    };
    const std::vector<std::string> inputs{
        input, number("/scale", truncate.alpha), number("/zero_point", 0),
        number("/in_bits", spec->bits + bits_lost), number("/out_bits", spec->bits)};
    constexpr std::string_view kSuffix = "/truncate";  // which import_onnx() puts behind the name
    std::string name = node.name;
    if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
    onnx::NodeProto& proto = graph.add_node("Trunc", name, inputs, node.name, kDomain);
    set_attribute(proto, "rounding_mode", std::string("FLOOR"));
  }
};

}  // namespace

std::string export_qonnx(const Network& network, const std::optional<AdcPlan>& plan) {
  OnnxGraph graph(network);
  graph.use_domain(kDomain);
  write_network(graph, network, QonnxWriter{}, plan);
  return graph.serialize();
}

}  // namespace bitline
