#include "bitline/train/straight_through.h"

#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "bitline/train/torch_windows.h"

namespace bitline {
namespace {

using Gradients = std::pair<at::Tensor, at::Tensor>;  // of the input, of the weight

Gradients linear_gradients(const at::Tensor& input, const at::Tensor& weight,
                           const at::Tensor& above) {
  const at::Tensor rows = above.reshape({-1, weight.size(0)});
  return {at::matmul(above, weight), at::matmul(rows.t(), input.reshape({-1, weight.size(1)}))};
}

Gradients ordinary_gradients(const Node& node, const at::Tensor& input, const at::Tensor& weight,
                             const at::Tensor& above) {
  if (const auto* conv = std::get_if<Conv>(&node.op))
    return conv_gradients_in_torch(*conv, input, weight, above);
  return linear_gradients(input, weight, above);
}

/// What the backward pass needs besides tensors that take part in the graph.
struct Route : torch::CustomClassHolder {
  Route(const Node& of, std::vector<TileShare> let_through)
      : node(of), shares(std::move(let_through)) {}
  Node node;
  std::vector<TileShare> shares;
};

class StraightThroughFunction : public torch::autograd::Function<StraightThroughFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input,
                            const at::Tensor& weight, const at::Tensor& value,
                            const c10::intrusive_ptr<Route>& route) {
    context->save_for_backward({input, weight});
    context->saved_data["route"] = at::IValue::make_capsule(route);
    return value.view_as(value);
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& input = saved[0];
    const at::Tensor& weight = saved[1];
    const auto capsule = context->saved_data["route"].toCapsule();
    const auto& route = static_cast<const Route&>(*capsule);
    Gradients sum;
    if (route.shares.empty()) sum = ordinary_gradients(route.node, input, weight, gradients[0]);
    for (const TileShare& tile : route.shares) {
      const auto [of_input, of_weight] =
          ordinary_gradients(route.node, input, weight * tile.mask, gradients[0] * tile.share);
      const at::Tensor own = of_weight * tile.mask;
      sum = sum.first.defined() ? Gradients(sum.first + of_input, sum.second + own)
                                : Gradients(of_input, own);
    }
    return {sum.first, sum.second, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor pass_straight_through(const Node& node, const at::Tensor& input,
                                 const at::Tensor& weight, const at::Tensor& value,
                                 std::vector<TileShare> shares) {
  return StraightThroughFunction::apply(input, weight, value,
                                        c10::make_intrusive<Route>(node, std::move(shares)));
}

}  // namespace bitline
