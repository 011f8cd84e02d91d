#include "bitline/graph/operators.h"

#include "bitline/base/fail.h"
#include "bitline/base/rational.h"

namespace bitline {
namespace {

template <std::size_t Index = 0>
Operator make_operator(std::string_view name) {
  if constexpr (Index == std::variant_size_v<Operator>)
    fail("operator '{}' is not known", name);
  else
    return std::variant_alternative_t<Index, Operator>::kName == name
               ? Operator{std::in_place_index<Index>}
               : make_operator<Index + 1>(name);
}

}  // namespace

std::string_view name_of(const Operator& op) {
  return std::visit([](const auto& own) { return own.kName; }, op);
}

Operator operator_from_name(std::string_view name) { return make_operator(name); }

InputCount input_count(const Operator& op) {
  if (std::holds_alternative<Input>(op) || std::holds_alternative<Constant>(op)) return {0};
  if (std::holds_alternative<Concat>(op)) return {1, true};
  if (std::holds_alternative<Where>(op)) return {3};
  const bool two = std::holds_alternative<ResidualAdd>(op) || std::holds_alternative<Binary>(op) ||
                   std::holds_alternative<MatMul>(op);
  return {two ? 2U : 1U};
}

std::int64_t window_extent(std::int64_t kernel, std::int64_t dilation) {
  return (kernel - 1) * dilation + 1;
}

std::int64_t window_count(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                          std::int64_t dilation, std::int64_t padding, bool ceil) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (kernel < 1 || stride < 1 || dilation < 1 || padding < 0 || kernel > kMost ||
      dilation > kMost || padding > kMost)
    fail("kernel {}, stride {}, dilation {}, padding {}: all but the padding must be positive",
         kernel, stride, dilation, padding);
  const std::int64_t places = size + padding - window_extent(kernel, dilation);
  if (places < 0)
    fail("kernel {} is larger than its padded input {}", window_extent(kernel, dilation),
         size + padding);
  return (ceil ? ceil_div(places, stride) : places / stride) + 1;
}

std::int64_t transposed_extent(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                               std::int64_t dilation, std::int64_t padding, std::int64_t extra) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  for (const std::int64_t number : {kernel, stride, dilation})
    if (number < 1 || number > kMost)
      fail("kernel {}, stride {}, dilation {}: all must be positive", kernel, stride, dilation);
  if (padding < 0 || extra < 0) fail("padding {} or output padding {} is negative", padding, extra);
  const std::int64_t extent =
      (size - 1) * stride + window_extent(kernel, dilation) - padding + extra;
  if (extent < 1)
    fail("kernel {}, stride {}, dilation {}, padding {} leave no output of {} places", kernel,
         stride, dilation, padding, size);
  return extent;
}

}  // namespace bitline
