// Networks of operators on integers, ONNX Runtime's operator form, run as they were imported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "bitline/quantize/integer_layer.h"
#include "bitline/runtime/executor.h"
#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::attribute;
using test::list_attribute;
using test::ModelBuilder;

constexpr const char* kOnnxRuntime = "com.microsoft";
constexpr float kInputScale = 0.5F;
constexpr std::int64_t kInputZero = 3;

/// A · M to the nearest integer, the even one of two, by whole numbers alone: M is m · 2^−shift.
std::int64_t times_multiplier(std::int64_t a, float multiplier) {
  int exponent = 0;
  const auto m = static_cast<std::int64_t>(std::ldexp(std::frexp(multiplier, &exponent), 24));
  const int shift = 24 - exponent;
  if (shift <= 0 || shift > 62) throw std::logic_error("multiplier");
  const std::int64_t product = a * m;
  const std::int64_t below = product >> shift;
  const std::int64_t rest = product - (below << shift);
  const std::int64_t half = std::int64_t{1} << (shift - 1);
  return below + (rest > half || (rest == half && below % 2 != 0) ? 1 : 0);
}

/// `count` numbers of [low, high], the same ones each time.
std::vector<int> draw(std::size_t count, int low, int high, std::uint32_t seed) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 1664525U + 1013904223U;
    numbers.push_back(low + static_cast<int>((seed >> 8) % static_cast<unsigned>(high - low + 1)));
  }
  return numbers;
}

/// Real numbers of UINT8 integers on the grid of the input.
Tensor images_of(const Shape& shape, const std::vector<int>& integers) {
  Tensor images(DType::kF32, shape);
  for (std::size_t i = 0; i < integers.size(); ++i)
    images.data<float>()[i] = static_cast<float>(integers[i] - kInputZero) * kInputScale;
  return images;
}

/// x → QuantizeLinear → "xi", with the grid of the input as "sx" and "zx".
ModelBuilder quantized_input(const Shape& shape) {
  ModelBuilder model(shape);
  model.floats("sx", {}, {kInputScale});
  model.small("zx", TensorProto::UINT8, {}, {static_cast<int>(kInputZero)});
  model.node("QuantizeLinear", {"x", "sx", "zx"}, {"xi"});
  return model;
}

/// "yi" → DequantizeLinear → Flatten → y, on UINT8 with scale `scale` and zero point 100.
constexpr std::int64_t kZero = 100;
void finish(ModelBuilder& model, float scale) {
  model.floats("sy", {}, {scale});
  model.small("zy", TensorProto::UINT8, {}, {static_cast<int>(kZero)});
  model.node("DequantizeLinear", {"yi", "sy", "zy"}, {"real"});
  model.node("Flatten", {"real"}, {"y"});
}

/// The integers that the network's logits are.
std::vector<std::int64_t> integers_of(const ModelBuilder& model, const Tensor& images,
                                      float scale) {
  const Network network = model.import();
  const MacMode mode = has_integer_layer(network) ? MacMode::kLossless : MacMode::kFloat;
  const Tensor logits = Executor(network, mode).logits(images);
  std::vector<std::int64_t> integers;
  for (const float y : logits.data<float>())
    integers.push_back(static_cast<std::int64_t>(std::nearbyint(y / scale)) + kZero);
  return integers;
}

std::int64_t saturated(std::int64_t y) { return std::clamp<std::int64_t>(y, 0, 255); }

/// M as ONNX Runtime's operators have it.
float multiplier(float weight_scale, float scale) {
  return static_cast<float>(static_cast<double>(kInputScale) * static_cast<double>(weight_scale) /
                            static_cast<double>(scale));
}

// With 0.25 and 1 the multipliers are 1/2 and 1/8: half and an eighth of all results are ties.
TEST(IntegerOperators, AConvolutionIsExact) {
  const std::vector<int> integers = draw(2 * 2 * 4 * 4, 0, 255, 1);
  const std::vector<int> weights = draw(3 * 2 * 3 * 3, -128, 127, 2);
  const std::vector<int> bias = draw(3, -4000, 4000, 3);
  for (const float scale : {64.0F, 77.7F}) {
    const std::vector<float> weight_scales{64, 0.7F, 16};
    ModelBuilder model = quantized_input({0, 2, 4, 4});
    model.small("w", TensorProto::INT8, {3, 2, 3, 3}, weights);
    model.floats("sw", {3}, weight_scales);
    model.small("zw", TensorProto::INT8, {3}, {0, 0, 0});
    model.small("b", TensorProto::INT32, {3}, bias);
    finish(model, scale);
    model.node("QLinearConv", {"xi", "sx", "zx", "w", "sw", "zw", "sy", "zy", "b"}, {"yi"},
               {list_attribute("pads", {1, 1, 1, 1})});
    const auto found = integers_of(model, images_of({2, 2, 4, 4}, integers), scale);
    ASSERT_EQ(found.size(), 96U);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::size_t image = i / 48;
      const std::size_t o = i / 16 % 3;
      std::int64_t sum = bias[o];
      for (std::size_t c = 0; c < 2; ++c)
        for (std::size_t ky = 0; ky < 3; ++ky)
          for (std::size_t kx = 0; kx < 3; ++kx) {
            const std::size_t y = i / 4 % 4 + ky;  // of the padded image
            const std::size_t x = i % 4 + kx;
            if (y < 1 || y > 4 || x < 1 || x > 4) continue;
            sum += weights[((o * 2 + c) * 3 + ky) * 3 + kx] *
                   (integers[((image * 2 + c) * 4 + y - 1) * 4 + x - 1] - kInputZero);
          }
      const float m = multiplier(weight_scales[o], scale);
      EXPECT_EQ(found[i], saturated(times_multiplier(sum, m) + kZero)) << scale << " " << i;
    }
  }
}

/// What a fully connected layer of 8 inputs and 3 outputs gives.
std::vector<std::int64_t> product(const std::vector<int>& integers, const std::vector<int>& weights,
                                  const std::vector<int>& bias, std::size_t image) {
  std::vector<std::int64_t> sums(bias.begin(), bias.end());
  for (std::size_t k = 0; k < 8; ++k)
    for (std::size_t o = 0; o < 3; ++o)
      sums[o] += weights[k * 3 + o] * (integers[image * 8 + k] - kInputZero);
  return sums;
}

TEST(IntegerOperators, ProductsAreExact) {
  const std::vector<int> integers = draw(std::size_t{64} * 8, 0, 255, 4);
  const std::vector<int> weights = draw(std::size_t{8} * 3, -8, 7, 5);
  const std::vector<float> weight_scales{0.5F, 0.3F, 2};
  for (const std::string type : {"QLinearMatMul", "QGemm"}) {
    const bool has_bias = type == "QGemm";
    const std::vector<int> bias = has_bias ? draw(3, -50, 50, 6) : std::vector<int>{0, 0, 0};
    ModelBuilder model = quantized_input({0, 8});
    model.small("w", TensorProto::INT8, {8, 3}, weights);
    model.floats("sw", {3}, weight_scales);
    model.small("zw", TensorProto::INT8, {3}, {0, 0, 0});
    model.small("b", TensorProto::INT32, {3}, bias);
    finish(model, 4);
    std::vector<std::string> inputs{"xi", "sx", "zx", "w", "sw", "zw", "sy", "zy"};
    if (has_bias) inputs.insert(inputs.begin() + 6, "b");
    model.node(type, inputs, {"yi"}, {}, has_bias ? kOnnxRuntime : "");
    const auto found = integers_of(model, images_of({64, 8}, integers), 4);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::int64_t sum = product(integers, weights, bias, i / 3)[i % 3];
      const float m = multiplier(weight_scales[i % 3], 4);
      EXPECT_EQ(found[i], saturated(times_multiplier(sum, m) + kZero)) << type << " " << i;
    }
  }
}

// (ΣW(A − z)) · c, and then a bias; c is 0.25 and 0.125 and 3.
TEST(IntegerOperators, SumsOfIntegersGetTheirScaleBehindTheCast) {
  const std::vector<int> integers = draw(std::size_t{4} * 8, 0, 255, 7);
  const std::vector<int> weights = draw(std::size_t{8} * 3, 0, 255, 8);
  const std::vector<int> centred = [&] {
    std::vector<int> result = weights;
    for (int& w : result) w -= 128;
    return result;
  }();
  ModelBuilder model = quantized_input({0, 8});
  model.small("w", TensorProto::UINT8, {8, 3}, weights);
  model.small("zw", TensorProto::UINT8, {}, {128});
  model.node("MatMulInteger", {"xi", "w", "zx", "zw"}, {"sums"}).set_name("layer");
  model.node("Cast", {"sums"}, {"real"}, {attribute("to", std::int64_t{TensorProto::FLOAT})});
  model.floats("c", {3}, {0.25F, 0.125F, 3});
  model.node("Mul", {"real", "c"}, {"scaled"});
  model.floats("bias", {3}, {1, 2, 3});
  model.node("Add", {"scaled", "bias"}, {"y"});
  const Network network = model.import();
  EXPECT_EQ(network.nodes.size(), 2U);  // one layer with a bias
  EXPECT_EQ(network.quant.at("layer.weight").bits, 8);
  const Tensor logits = Executor(network, MacMode::kLossless).logits(images_of({4, 8}, integers));
  const std::vector<float> c{0.25F, 0.125F, 3};
  for (std::size_t i = 0; i < 12; ++i) {
    const std::int64_t sum = product(integers, centred, {0, 0, 0}, i / 3)[i % 3];
    EXPECT_EQ(logits.data<float>()[i],
              static_cast<float>(sum) * c[i % 3] + static_cast<float>(i % 3 + 1))
        << i;
  }
}

TEST(IntegerOperators, AConvolutionOfIntegersToo) {
  const std::vector<int> integers = draw(std::size_t{2} * 4 * 5, 0, 255, 9);
  const std::vector<int> weights = draw(std::size_t{4} * 2 * 3, -128, 127, 10);
  ModelBuilder model = quantized_input({0, 4, 5});  // 1-D, two groups
  model.small("w", TensorProto::INT8, {4, 2, 3}, weights);
  model.node("ConvInteger", {"xi", "w", "zx"}, {"sums"}, {attribute("group", std::int64_t{2})});
  model.node("Cast", {"sums"}, {"real"}, {attribute("to", std::int64_t{TensorProto::FLOAT})});
  model.floats("c", {1, 4, 1}, {0.25F, -0.5F, 0, 2});
  model.node("Mul", {"c", "real"}, {"scaled"});
  model.node("Flatten", {"scaled"}, {"y"});
  const Tensor logits =
      Executor(model.import(), MacMode::kLossless).logits(images_of({2, 4, 5}, integers));
  const std::vector<float> c{0.25F, -0.5F, 0, 2};
  ASSERT_EQ(logits.size(), 24);
  for (std::size_t i = 0; i < 24; ++i) {
    const std::size_t o = i / 3 % 4;
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t t = 0; t < 3; ++t)
        sum += weights[(o * 2 + k) * 3 + t] *
               (integers[(i / 12 * 4 + o / 2 * 2 + k) * 5 + i % 3 + t] - kInputZero);
    EXPECT_EQ(logits.data<float>()[i], static_cast<float>(sum) * c[o]) << i;
  }
}

/// What `compute` gives for the real numbers of one image, on the grid of the result; of numbers
/// that are no ties.
void expect_like(const ModelBuilder& model, const Tensor& images, float scale,
                 const std::function<std::vector<double>(std::span<const float>)>& compute) {
  const auto found = integers_of(model, images, scale);
  const auto size = static_cast<std::size_t>(images.size() / images.dim(0));
  std::size_t i = 0;
  for (std::size_t image = 0; image < static_cast<std::size_t>(images.dim(0)); ++image)
    for (const double real : compute(images.data<float>().subspan(image * size, size))) {
      const double steps = real / static_cast<double>(scale);
      ASSERT_GT(std::abs(steps - std::floor(steps) - 0.5), 1e-6) << "a tie: choose other numbers";
      EXPECT_EQ(found.at(i), saturated(static_cast<std::int64_t>(std::nearbyint(steps)) + kZero))
          << i;
      ++i;
    }
  EXPECT_EQ(i, found.size());
}

// A scale of the result that no sum of halves and quarters meets in the middle.
constexpr float kScale = 1.3F;

TEST(IntegerOperators, SumsAndProductsOfTwoValues) {
  constexpr float kOwnScale = 1.37F;  // nor a product
  const Tensor images = images_of({3, 1, 2, 2}, draw(12, 0, 40, 11));
  for (const std::string type : {"QLinearAdd", "QLinearMul"}) {
    ModelBuilder model = quantized_input({0, 1, 2, 2});
    model.floats("sb", {}, {0.25F});
    model.small("zb", TensorProto::UINT8, {}, {9});
    model.small("b", TensorProto::UINT8, {1, 1, 1}, {20});  // (20 − 9) · 0.25 is 2.75
    finish(model, kOwnScale);
    model.node(type, {"xi", "sx", "zx", "b", "sb", "zb", "sy", "zy"}, {"yi"}, {}, kOnnxRuntime);
    expect_like(model, images, kOwnScale, [&type](std::span<const float> x) {
      std::vector<double> y;
      for (const float v : x) y.push_back(type == "QLinearAdd" ? v + 2.75 : v * 2.75);
      return y;
    });
  }
}

TEST(IntegerOperators, Functions) {
  const Tensor images = images_of({2, 4}, draw(8, 0, 40, 12));
  ModelBuilder sigmoid = quantized_input({0, 4});
  finish(sigmoid, 0.01F);
  sigmoid.node("QLinearSigmoid", {"xi", "sx", "zx", "sy", "zy"}, {"yi"}, {}, kOnnxRuntime);
  expect_like(sigmoid, images, 0.01F, [](std::span<const float> x) {
    std::vector<double> y;
    for (const float v : x) y.push_back(1 / (1 + std::exp(-static_cast<double>(v))));
    return y;
  });
  ModelBuilder leaky = quantized_input({0, 4});
  finish(leaky, kScale);
  leaky.node("QLinearLeakyRelu", {"xi", "sx", "zx", "sy", "zy"}, {"yi"}, {attribute("alpha", 0.3F)},
             kOnnxRuntime);
  expect_like(leaky, images, kScale, [](std::span<const float> x) {
    std::vector<double> y;
    for (const float v : x) y.push_back(v < 0 ? 0.3 * v : v);
    return y;
  });
}

TEST(IntegerOperators, Means) {
  const Tensor images = images_of({2, 1, 2, 4}, draw(16, 0, 200, 13));
  ModelBuilder windows = quantized_input({0, 1, 2, 4});
  finish(windows, kScale);
  windows.node("QLinearAveragePool", {"xi", "sx", "zx", "sy", "zy"}, {"yi"},
               {list_attribute("kernel_shape", {2, 2}), list_attribute("strides", {2, 2})},
               kOnnxRuntime);
  expect_like(windows, images, kScale, [](std::span<const float> x) {
    return std::vector<double>{(x[0] + x[1] + x[4] + x[5]) / 4.0,
                               (x[2] + x[3] + x[6] + x[7]) / 4.0};
  });
  ModelBuilder whole = quantized_input({0, 1, 2, 4});
  finish(whole, kScale);
  whole.node("QLinearGlobalAveragePool", {"xi", "sx", "zx", "sy", "zy"}, {"yi"},
             {attribute("channels_last", std::int64_t{0})}, kOnnxRuntime);
  expect_like(whole, images, kScale, [](std::span<const float> x) {
    double sum = 0;
    for (const float v : x) sum += v;
    return std::vector<double>{sum / 8};
  });
}

// The second part stands on the grid of a Sigmoid, and goes to that of the result.
TEST(IntegerOperators, PartsOfDifferentGrids) {
  const Tensor images = images_of({2, 2}, draw(4, 0, 20, 14));
  ModelBuilder model = quantized_input({0, 2});
  model.floats("ss", {}, {0.125F});
  model.small("zs", TensorProto::UINT8, {}, {0});
  model.node("QLinearSigmoid", {"xi", "sx", "zx", "ss", "zs"}, {"s"}, {}, kOnnxRuntime);
  finish(model, kScale);
  model.node("QLinearConcat", {"sy", "zy", "xi", "sx", "zx", "s", "ss", "zs"}, {"yi"},
             {attribute("axis", std::int64_t{1})}, kOnnxRuntime);
  expect_like(model, images, kScale, [](std::span<const float> x) {
    std::vector<double> y{x.begin(), x.end()};
    for (const float v : x)
      y.push_back(0.125 * std::nearbyint(8 / (1 + std::exp(-static_cast<double>(v)))));
    return y;
  });
}

}  // namespace
}  // namespace bitline
