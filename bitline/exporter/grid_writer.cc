#include "bitline/exporter/grid_writer.h"

#include <fmt/format.h>

namespace bitline {

void state_grid(OnnxGraph& graph, const std::string& constant, const QuantSpec& spec) {
  const std::string_view kind = spec.odd ? "odd" : spec.is_signed ? "signed" : "unsigned";
  graph.add_metadata("bitline.grid." + constant,
                     fmt::format("{} {}{}", kind, spec.bits, spec.narrow ? " narrow" : ""));
}

Tensor scales_of(const QuantSpec& spec) {
  return spec.scale.size() == 1 ? spec.scale.reshaped({}) : spec.scale;
}

}  // namespace bitline
