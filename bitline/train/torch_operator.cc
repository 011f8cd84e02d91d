#include "bitline/train/torch_operator.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/train/torch_windows.h"

namespace bitline {
namespace {

constexpr double kBatchNormMomentum = 0.1;

/// Axes of the network count from behind the batch.
std::vector<std::int64_t> behind_batch(std::vector<std::int64_t> axes) {
  for (std::int64_t& axis : axes) ++axis;
  return axes;
}

/// The value with `rank` axes: new ones of extent 1 stand behind the batch.
at::Tensor with_rank(const at::Tensor& x, std::int64_t rank) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.insert(shape.begin() + 1, static_cast<std::size_t>(rank - x.dim()), 1);
  return x.reshape(shape);
}

/// `rounded` forward, the gradient of x backward.
at::Tensor straight_through(const at::Tensor& x, const at::Tensor& rounded) {
  return x + (rounded - x).detach();
}

/// One rule per operator.
struct TorchOperator {
  const Node& node;
  const std::vector<at::Tensor>& inputs;
  const std::map<std::string, at::Tensor>& parameters;
  bool training;

  const at::Tensor& x() const { return inputs[0]; }
  /// One of several that are broadcast to one shape.
  at::Tensor operand(std::size_t i) const {
    std::int64_t rank = 0;
    for (const at::Tensor& input : inputs) rank = std::max(rank, input.dim());
    return with_rank(inputs[i], rank);
  }
  /// Undefined where the node has none.
  at::Tensor parameter(const char* role) const {
    const auto found = parameters.find(role);
    return found == parameters.end() ? at::Tensor() : found->second;
  }

  template <typename Source>
  at::Tensor operator()(const Source&) const {
    fail("node '{}': operator {} reads no value", node.name, name_of(node.op));
  }

  at::Tensor operator()(const Conv& conv) const {
    return conv_in_torch(conv, x(), parameter("weight"), parameter("bias"));
  }
  at::Tensor operator()(const ConvTranspose& conv) const {
    return conv_transpose_in_torch(conv, x(), parameter("weight"), parameter("bias"));
  }
  at::Tensor operator()(const Linear&) const {
    return at::linear(x(), parameter("weight"), parameter("bias"));
  }
  at::Tensor operator()(const BatchNorm& norm) const {
    // One value of a channel has no variance by n − 1: it leaves the stored ones alone.
    const bool updates = !training || x().numel() > x().size(1);
    return at::batch_norm(x(), parameter("scale"), parameter("shift"),
                          updates ? parameter("mean") : at::Tensor(),
                          updates ? parameter("variance") : at::Tensor(), training,
                          kBatchNormMomentum, norm.epsilon, true);
  }
  at::Tensor operator()(const LayerNorm& norm) const {
    const at::Tensor scale = parameter("scale");
    return at::layer_norm(x(), scale.sizes(), scale, parameter("shift"), norm.epsilon);
  }

  at::Tensor operator()(const GroupNorm& norm) const {
    return at::group_norm(x(), norm.groups, parameter("scale"), parameter("shift"), norm.epsilon);
  }

  at::Tensor operator()(const MultiThreshold&) const {
    fail(
        "node '{}': thresholds have no gradient; train the network that they were made from, with "
        "its grids",
        node.name);
  }
  at::Tensor operator()(const Relu&) const { return at::relu(x()); }
  at::Tensor operator()(const ResidualAdd&) const { return x() + inputs[1]; }
  at::Tensor operator()(const Unary& unary) const;
  at::Tensor operator()(const Binary& binary) const;
  at::Tensor operator()(const MatMul&) const { return at::matmul(operand(0), operand(1)); }
  at::Tensor operator()(const Where&) const {
    return at::where(operand(0) != 0, operand(1), operand(2));
  }
  at::Tensor operator()(const Softmax& softmax) const { return at::softmax(x(), softmax.axis + 1); }

  at::Tensor operator()(const MaxPool& pool) const { return max_pool_in_torch(pool.windows, x()); }
  at::Tensor operator()(const AveragePool& pool) const { return average_pool_in_torch(pool, x()); }
  at::Tensor operator()(const GlobalAveragePool&) const { return x().mean({2, 3}); }
  at::Tensor operator()(const ReduceMean& mean) const {
    if (mean.axes.empty()) return x();  // which LibTorch takes for all of them
    return x().mean(behind_batch(mean.axes), mean.keep_axes);
  }

  at::Tensor operator()(const Flatten&) const { return at::flatten(x(), 1); }
  at::Tensor operator()(const Identity&) const { return x(); }
  at::Tensor operator()(const Concat& concat) const { return at::cat(inputs, concat.axis + 1); }
  at::Tensor operator()(const Gather& gather) const {
    const at::Tensor indices =
        at::tensor(gather.indices, at::TensorOptions(at::kLong).device(x().device()));
    return at::index_select(x(), gather.axis + 1, indices);
  }
  at::Tensor operator()(const Reshape& reshape) const {
    std::vector<std::int64_t> shape = reshape.shape;
    shape.insert(shape.begin(), x().size(0));
    return x().reshape(shape);
  }
  at::Tensor operator()(const Transpose& transpose) const {
    std::vector<std::int64_t> order = behind_batch(transpose.order);
    order.insert(order.begin(), 0);
    return x().permute(order);
  }
  at::Tensor operator()(const Pad& pad) const {
    std::vector<std::int64_t> pads;  // the last axis first
    for (std::size_t axis = pad.before.size(); axis-- > 0;)
      pads.insert(pads.end(), {pad.before[axis], pad.behind[axis]});
    return at::constant_pad_nd(x(), pads, pad.value);
  }
};

at::Tensor TorchOperator::operator()(const Unary& unary) const {
  const double alpha = unary.alpha;
  switch (unary.function) {
    case UnaryFunction::kClip:
      return at::clamp(x(), alpha, unary.beta);
    case UnaryFunction::kLeakyRelu:
      return at::where(x() < 0, x() * alpha, x());
    case UnaryFunction::kSigmoid:
      return at::sigmoid(x());
    case UnaryFunction::kHardSigmoid:
      return at::clamp(x() * alpha + unary.beta, 0, 1);
    case UnaryFunction::kHardSwish:
      return x() * at::clamp(x() / 6 + 0.5, 0, 1);
    case UnaryFunction::kTanh:
      return at::tanh(x());
    case UnaryFunction::kErf:
      return at::erf(x());
    case UnaryFunction::kSqrt:
      return at::sqrt(x());
    case UnaryFunction::kAbs:
      return at::abs(x());
    case UnaryFunction::kNeg:
      return -x();
    case UnaryFunction::kExp:
      return at::exp(x());
    case UnaryFunction::kLog:
      return at::log(x());
    case UnaryFunction::kElu:
      return at::elu(x(), alpha);
    case UnaryFunction::kCelu:
      return at::celu(x(), alpha);
    case UnaryFunction::kSelu:
      return at::elu(x(), alpha, unary.beta);
    case UnaryFunction::kSoftplus:
      return at::softplus(x());
    case UnaryFunction::kSoftsign:
      return x() / (1 + at::abs(x()));
    case UnaryFunction::kNonZero:
      return at::ne(x(), 0).to(x().dtype());
    case UnaryFunction::kTruncate:
      return straight_through(x() / unary.beta,
                              at::floor(at::round(x() / alpha) / unary.beta) * alpha);
  }
  fail("unary function {} is not known", static_cast<int>(unary.function));
}

at::Tensor TorchOperator::operator()(const Binary& binary) const {
  const at::Tensor a = operand(0);
  const at::Tensor b = operand(1);
  switch (binary.function) {
    case BinaryFunction::kAdd:
      return a + b;
    case BinaryFunction::kSub:
      return a - b;
    case BinaryFunction::kMul:
      return a * b;
    case BinaryFunction::kDiv:
      return a / b;
    case BinaryFunction::kPow:
      return at::pow(a, b);
    case BinaryFunction::kPRelu:
      return at::where(a < 0, a * b, a);
    case BinaryFunction::kMax:
      return at::maximum(a, b);
    case BinaryFunction::kMin:
      return at::minimum(a, b);
    case BinaryFunction::kEqual:
      return at::eq(a, b).to(a.dtype());
    case BinaryFunction::kGreater:
      return at::gt(a, b).to(a.dtype());
    case BinaryFunction::kGreaterOrEqual:
      return at::ge(a, b).to(a.dtype());
    case BinaryFunction::kLess:
      return at::lt(a, b).to(a.dtype());
    case BinaryFunction::kLessOrEqual:
      return at::le(a, b).to(a.dtype());
  }
  fail("binary function {} is not known", static_cast<int>(binary.function));
}

}  // namespace

at::Tensor run_in_torch(const Node& node, const std::vector<at::Tensor>& inputs,
                        const std::map<std::string, at::Tensor>& parameters, bool training) {
  return std::visit(TorchOperator{node, inputs, parameters, training}, node.op);
}

}  // namespace bitline
