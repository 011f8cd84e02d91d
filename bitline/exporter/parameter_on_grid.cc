#include "bitline/exporter/parameter_on_grid.h"

#include "bitline/quantize/grid.h"

namespace bitline {
namespace {

template <typename T>
Tensor transpose_of(const Tensor& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.dim(0));
  const auto columns = static_cast<std::size_t>(matrix.dim(1));
  Tensor result(matrix.dtype(), {matrix.dim(1), matrix.dim(0)});
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column)
      result.data<T>()[column * rows + row] = matrix.data<T>()[row * columns + column];
  return result;
}

}  // namespace

ParameterOnGrid parameter_on_grid(const Network& network, const Node& node, std::string_view role) {
  const Tensor& stored = network.parameter(node, role);
  ParameterOnGrid result{Tensor(DType::kI32, stored.shape()), Tensor(DType::kF32, stored.shape()),
                         network.quant.at(node.parameters.at(std::string(role)))};
  const auto scales = result.spec.scale.data<float>();
  auto part = static_cast<std::size_t>(stored.size());  // neighbours that share a scale
  for (int axis = 0; axis <= result.spec.axis; ++axis)
    part /= static_cast<std::size_t>(stored.dim(static_cast<std::size_t>(axis)));
  for (std::size_t i = 0; i < stored.data<float>().size(); ++i) {
    const float scale = scales[i / part % scales.size()];
    const Grid grid(result.spec, scale);
    result.integers.data<std::int32_t>()[i] = grid.to_integer(stored.data<float>()[i]);
    result.real.data<float>()[i] = scale * grid.to_level(stored.data<float>()[i]);
  }
  return result;
}

ParameterOnGrid transposed(const ParameterOnGrid& matrix) {
  ParameterOnGrid result{transpose_of<std::int32_t>(matrix.integers), transposed(matrix.real),
                         matrix.spec};
  if (result.spec.axis >= 0) result.spec.axis = 1 - result.spec.axis;
  return result;
}

Tensor transposed(const Tensor& matrix) { return transpose_of<float>(matrix); }

}  // namespace bitline
