// Debian's reference results of ONNX operators, libonnx-testdata: every model whose operators are
// supported gives the stated outputs, but for the exceptions below.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/importer/onnx_tensor.h"
#include "bitline/runtime/executor.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

constexpr const char* kFolder = "/usr/share/libonnx-testdata/data/node";

/// Parts of names, and why such a model is refused.
const std::map<std::string, std::string> kExceptions = {
    {"_3d_default", "three dimensions"},
    {"convtranspose_3d", "three dimensions"},
    {"training", "training"},
    {"zero_size", "values without elements"},
    {"reshape_allowzero", "values without elements"},
    {"maxpool_2d_uint8", "integers instead of real numbers"},
    {"qlinear", "integers instead of real numbers"},
    {"convinteger", "integers instead of real numbers"},
    {"matmulinteger", "integers instead of real numbers"},
    {"logsoftmax", "not the last step over classes"},
    {"pow_types_float/", "powers of integers"},
    {"pow_types_int32", "powers of integers"},
    {"pow_types_int64", "powers of integers"},
    {"STRING", "text"},
    {"to_FLOAT16", "half precision"},
    {"BFLOAT16", "half precision"},
    {"identity_opt", "values that are no tensors"},
    {"identity_sequence", "values that are no tensors"},
    {"_cubic", "interpolation other than the nearest"},
    {"_linear", "interpolation other than the nearest"},
    {"tf_crop_and_resize", "interpolation other than the nearest"},
    {"convtranspose_autopad_same", "sizes of the output instead of pads"},
    {"convtranspose_output_shape", "sizes of the output instead of pads"},
    {"convtranspose_kernel_shape", "sizes of the output instead of pads"},
    {"convtranspose_with_kernel", "sizes of the output instead of pads"},
    // in ONNX 1.17's, not yet in 1.12's
    {"FLOAT8", "numbers of 8 bits with an exponent"},
    {"linear_e4m3fn", "numbers of 8 bits with an exponent"},
    {"linear_e5m2", "numbers of 8 bits with an exponent"},
    {"linear_blocked", "blocks with scales of their own"},
    {"pool_3d_dilations", "three dimensions"},
    {"FLOAT_to_INT4", "casts that saturate"},
    {"FLOAT16_to_INT4", "casts that saturate"},
    {"to_UINT4", "casts that saturate"},
    {"nearest_axes", "Resize of named axes"},
    {"nearest_not_larger", "Resize that keeps proportions"},
    {"nearest_not_smaller", "Resize that keeps proportions"},
    {"wrap_pad", "padding that wraps"},
    {"ceil_output_size_reduce_by_one", "windows of padding alone"},
    {"equal_string", "text"},
};

const std::set<std::string> kOverImages = {"Conv",
                                           "ConvTranspose",
                                           "MaxPool",
                                           "AveragePool",
                                           "Resize",
                                           "GlobalAveragePool",
                                           "BatchNormalization",
                                           "InstanceNormalization",
                                           "GroupNormalization",
                                           "DepthToSpace",
                                           "SpaceToDepth"};

template <typename Proto>
Proto read_proto(const std::filesystem::path& path) {
  Proto proto;
  std::ifstream file(path, std::ios::binary);
  if (!proto.ParseFromIstream(&file)) fail("{} cannot be parsed", path.string());
  return proto;
}

Tensor as_reals(const Tensor& tensor) {
  if (tensor.dtype() == DType::kF32) return tensor;
  Tensor reals(DType::kF32, tensor.shape());
  std::ranges::transform(tensor.data<std::int64_t>(), reals.data<float>().begin(),
                         [](std::int64_t v) { return static_cast<float>(v); });
  return reals;
}

/// One model of the folder with its inputs and outputs.
class NodeCase {
 public:
  explicit NodeCase(const std::filesystem::path& folder)
      : folder_(folder / "test_data_set_0"),
        model_(read_proto<onnx::ModelProto>(folder / "model.onnx")) {
    // Models older than what is supported are of operators that have not changed since.
    for (auto& version : *model_.mutable_opset_import())
      version.set_version(std::max<std::int64_t>(version.version(), 7));
  }

  bool is_supported() const {
    const std::vector<std::string> known = supported_onnx_operators();
    return std::ranges::all_of(model_.graph().node(), [&known](const onnx::NodeProto& node) {
      return node.domain().empty() && std::ranges::binary_search(known, node.op_type());
    });
  }

  /// Compares the output, all parts of a Split. Other second outputs (indices, masks, deviations)
  /// are not supported. Throws Error when the model is refused or a result differs.
  void run() {
    const bool all = model_.graph().node(0).op_type() == "Split";
    for (int i = 0; i < (all ? model_.graph().output_size() : 1); ++i) {
      const Tensor expected =
          tensor_of(read_proto<onnx::TensorProto>(folder_ / fmt::format("output_{}.pb", i)), "");
      compare(result_of(i), as_reals(expected));
    }
  }

 private:
  static std::string file(int i) { return fmt::format("input_{}.pb", i); }

  /// The model with all inputs from `first` on as constants and one output.
  onnx::ModelProto with_constants(int first, int output) const {
    onnx::ModelProto model = model_;
    auto* graph = model.mutable_graph();
    for (int i = first; i < model_.graph().input_size(); ++i) {
      auto* tensor = graph->add_initializer();
      *tensor = read_proto<onnx::TensorProto>(folder_ / file(i));
      tensor->set_name(model_.graph().input(i).name());
    }
    graph->clear_output();
    *graph->add_output() = model_.graph().output(output);
    return model;
  }

  Tensor result_of(int output) const {
    if (!std::filesystem::exists(folder_ / file(0)) || is_folded()) return folded(output);
    const bool has_batch = std::ranges::any_of(
        model_.graph().node(),
        [](const onnx::NodeProto& node) { return kOverImages.contains(node.op_type()); });
    const Tensor x = tensor_of(read_proto<onnx::TensorProto>(folder_ / file(0)), "");
    return run_model(with_constants(1, output), x, has_batch);
  }

  /// Whether the result is a constant: shape arithmetic.
  bool is_folded() const {
    const std::set<std::string> folded{"Shape", "ConstantOfShape", "Constant", "Cast",
                                       "QuantizeLinear"};
    return folded.contains(model_.graph().node(0).op_type()) ||
           model_.graph().input(0).type().tensor_type().elem_type() != onnx::TensorProto::FLOAT;
  }

  /// The constant result times an image of one pixel, 1.
  Tensor folded(int output) const {
    onnx::ModelProto model = with_constants(0, output);
    auto* graph = model.mutable_graph();
    const std::string name = graph->output(0).name();
    auto* one = graph->add_input();
    one->set_name("one");
    one->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
    one->mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(1);
    auto* cast = graph->add_node();
    cast->set_op_type("Cast");
    cast->add_input(name);
    cast->add_output("reals");
    auto* to = cast->add_attribute();
    to->set_name("to");
    to->set_type(onnx::AttributeProto::INT);
    to->set_i(onnx::TensorProto::FLOAT);
    auto* product = graph->add_node();
    product->set_op_type("Mul");
    product->add_input("one");
    product->add_input("reals");
    product->add_output("times_one");
    graph->mutable_output(0)->set_name("times_one");
    return run_model(model, Tensor::of<float>({1}, std::vector<float>{1}), false);
  }

  static Tensor run_model(const onnx::ModelProto& model, const Tensor& x, bool has_batch) {
    const std::string bytes = model.SerializeAsString();
    OnnxOptions options;
    options.has_batch = has_batch;
    const Executor executor(import_onnx(std::as_bytes(std::span(bytes)), "", options),
                            MacMode::kFloat);
    if (has_batch) return executor.logits(x);
    Shape shape = x.shape();
    shape.insert(shape.begin(), 1);
    const Tensor y = executor.logits(as_reals(x).reshaped(shape));
    return y.reshaped({y.shape().begin() + 1, y.shape().end()});
  }

  static void compare(const Tensor& result, const Tensor& expected) {
    const bool one =
        result.size() == 1 && expected.size() == 1;  // times [1], a scalar gains an axis
    if (result.shape() != expected.shape() && !one)
      fail("shape {} instead of {}", to_string(result.shape()), to_string(expected.shape()));
    for (std::size_t i = 0; i < expected.data<float>().size(); ++i) {
      const float a = result.data<float>()[i];
      const float b = expected.data<float>()[i];
      if (!(std::abs(a - b) <= 1e-6F + 1e-5F * std::abs(b)) && a != b)
        fail("element {} is {} instead of {}", i, a, b);
    }
  }

  std::filesystem::path folder_;
  onnx::ModelProto model_;
};

const std::string* exception_for(const std::string& name) {
  for (const auto& [part, reason] : kExceptions)
    if (name.find(part) != std::string::npos) return &reason;
  return nullptr;
}

std::string outcome_of(NodeCase& node_case) {
  try {
    node_case.run();
    return "passed";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(OnnxNodes, GiveTheReferenceResults) {
  if (!std::filesystem::exists(kFolder)) GTEST_SKIP() << "package libonnx-testdata is missing";
  int passed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = entry.path().filename().string() + "/";
    NodeCase node_case(entry.path());
    if (!node_case.is_supported()) continue;
    const std::string outcome = outcome_of(node_case);
    if (exception_for(name) != nullptr)
      EXPECT_NE(outcome, "passed") << name << " is no exception any more";
    else
      EXPECT_EQ(outcome, "passed") << name;
    passed += outcome == "passed" ? 1 : 0;
  }
  RecordProperty("passed", passed);
  EXPECT_GT(passed, 150);
}

// Of operator set 20, for which Debian has no reference results.
TEST(OnnxNodes, GeluIsWhatItsDefinitionSays) {
  const std::vector<float> numbers{-8, -1.5F, -0.1F, 0, 0.7F, 3};
  const Tensor x = Tensor::of<float>({1, 6}, numbers);
  for (const std::string approximation : {"none", "tanh"}) {
    test::ModelBuilder model({0, 6}, 20);
    model.node("Gelu", {"x"}, {"y"}, {test::attribute("approximate", approximation)});
    const Tensor y = Executor(model.import(), MacMode::kFloat).logits(x);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const double v = double{numbers[i]};
      const double curve =
          approximation == "none"
              ? std::erf(v / std::sqrt(2.0))
              : std::tanh(std::sqrt(2 / std::acos(-1.0)) * (v + 0.044715 * v * v * v));
      EXPECT_NEAR(y.data<float>()[i], 0.5 * v * (1 + curve), 1e-6) << approximation << " of " << v;
    }
  }
}

// Of operator sets 18 and 24; the formulas of the specification, in double.
TEST(OnnxNodes, MishAndSwishAreWhatTheirDefinitionsSay) {
  const std::vector<float> numbers{-30, -1.5F, -0.1F, 0, 0.7F, 30};
  const Tensor x = Tensor::of<float>({1, 6}, numbers);
  const auto result = [&x](const char* type, const std::vector<onnx::AttributeProto>& attributes) {
    test::ModelBuilder model({0, 6}, 24);
    model.node(type, {"x"}, {"y"}, attributes);
    const Tensor y = Executor(model.import(), MacMode::kFloat).logits(x);
    return std::vector<float>(y.data<float>().begin(), y.data<float>().end());
  };
  const std::vector<float> mish = result("Mish", {});
  const std::vector<float> swish = result("Swish", {});
  const std::vector<float> steep = result("Swish", {test::attribute("alpha", 1.5F)});
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double v = double{numbers[i]};
    EXPECT_NEAR(mish[i], v * std::tanh(std::log(1 + std::exp(v))), 1e-6) << v;
    EXPECT_NEAR(swish[i], v / (1 + std::exp(-v)), 1e-6) << v;
    EXPECT_NEAR(steep[i], v / (1 + std::exp(-1.5 * v)), 1e-6) << v;
  }
}

/// What the function body of GroupNormalization gives, in double, with a scale and a bias per
/// channel: x [2, 4, 3] in groups of `channels`.
std::vector<double> normalized(const std::vector<float>& x, std::size_t channels, double epsilon,
                               const std::vector<double>& scale, const std::vector<double>& bias) {
  const std::size_t size = channels * 3;
  std::vector<double> y;
  for (std::size_t group = 0; group < x.size() / size; ++group) {
    double mean = 0;
    double square = 0;
    for (std::size_t i = group * size; i < (group + 1) * size; ++i) {
      mean += double{x[i]} / static_cast<double>(size);
      square += double{x[i]} * double{x[i]} / static_cast<double>(size);
    }
    for (std::size_t i = group * size; i < (group + 1) * size; ++i) {
      const std::size_t channel = i / 3 % 4;
      y.push_back((double{x[i]} - mean) / std::sqrt(square - mean * mean + epsilon) *
                      scale[channel] +
                  bias[channel]);
    }
  }
  return y;
}

// Of operator sets 18, with a scale per group, and 21, with a scale per channel.
TEST(OnnxNodes, GroupNormalizationIsWhatItsFunctionBodySays) {
  std::vector<float> numbers;
  for (int i = 0; i < 24; ++i) numbers.push_back(static_cast<float>(i * i % 23) / 4 - 2);
  const auto expect = [&](std::int64_t operators, const std::vector<float>& scale,
                          const std::vector<double>& expected) {
    test::ModelBuilder model({0, 4, 3}, operators);
    model.floats("scale", {std::ssize(scale)}, scale);
    model.floats("bias", {std::ssize(scale)}, scale);
    model.node("GroupNormalization", {"x", "scale", "bias"}, {"y"},
               {test::attribute("num_groups", std::int64_t{2}), test::attribute("epsilon", 0.5F)});
    const Tensor y =
        Executor(model.import(), MacMode::kFloat).logits(Tensor::of<float>({2, 4, 3}, numbers));
    for (std::size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(y.data<float>()[i], expected[i], 1e-5) << operators << ": " << i;
  };
  const std::vector<double> per_group{2, 2, 0.5, 0.5};
  expect(18, {2, 0.5F}, normalized(numbers, 2, 0.5, per_group, per_group));
  const std::vector<double> per_channel{1, -2, 3, 0.5};
  expect(21, {1, -2, 3, 0.5F}, normalized(numbers, 2, 0.5, per_channel, per_channel));
}

}  // namespace
}  // namespace bitline
