// What graphs become, and which are refused.
#include "bitline/importer/import_onnx.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "bitline/base/file.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/onnx_models.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::attribute;
using test::FolderTest;
using test::list_attribute;
using test::message_of;
using test::ModelBuilder;
using test::operators_of;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

/// A 3 × 3 convolution of 2 channels to 1.
ModelBuilder one_conv(const std::vector<onnx::AttributeProto>& attributes,
                      const Shape& input = {0, 2, 5, 5}) {
  ModelBuilder model(input);
  model.floats("w", {1, 2, 3, 3}, std::vector<float>(18, 1));
  model.node("Conv", {"x", "w"}, {"y"}, attributes).set_name("first");
  return model;
}

Conv conv_of(const ModelBuilder& model) { return std::get<Conv>(model.import().node("first").op); }

TEST(ImportOnnx, ConvolutionsKeepTheirAttributes) {
  const Conv conv = conv_of(
      one_conv({list_attribute("strides", {2, 1}), list_attribute("dilations", {1, 2}),
                list_attribute("pads", {1, 2, 3, 4}), list_attribute("kernel_shape", {3, 3})}));
  EXPECT_EQ(conv.stride, Extents(2, 1));
  EXPECT_EQ(conv.dilation, Extents(1, 2));
  EXPECT_EQ(conv.padding, Padding(1, 2, 3, 4));  // top, left, bottom, right
}

// 5 / 2 gives 3 outputs, which see (3 − 1) · 2 + 3 = 7 rows: 2 more than there are. 6 / 2 gives 3
// outputs, and 1 more: it goes behind for SAME_UPPER, in front for SAME_LOWER.
TEST(ImportOnnx, AutomaticPaddingFollowsTheInput) {
  const auto padding = [](const std::string& rule) {
    return conv_of(one_conv({list_attribute("strides", {2, 2}), attribute("auto_pad", rule)},
                            {0, 2, 5, 6}))
        .padding;
  };
  EXPECT_EQ(padding("SAME_UPPER"), Padding(1, 0, 1, 1));
  EXPECT_EQ(padding("SAME_LOWER"), Padding(1, 1, 1, 0));
  EXPECT_EQ(padding("VALID"), Padding(0));
}

TEST(ImportOnnx, SignalsAreImagesOfOneRow) {
  ModelBuilder model({0, 2, 7});
  model.floats("w", {3, 2, 4}, std::vector<float>(24, 1));
  model.node("Conv", {"x", "w"}, {"y"}, {list_attribute("pads", {1, 2})});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), ElementsAre("input", "reshape", "conv", "reshape"));
  EXPECT_EQ(std::get<Conv>(network.nodes[2].op).padding, Padding(0, 1, 0, 2));
  EXPECT_EQ(infer_shapes(network).at(network.nodes.back().name), (Shape{3, 7}));  // 7 + 3 − 4 + 1
}

TEST(ImportOnnx, ShapeArithmeticIsFolded) {
  ModelBuilder model({0, 2, 3, 4});
  model.integers("zero", {}, {0}).clear_dims();
  model.integers("rest", {1}, {-1});
  model.integers("axis", {1}, {0});
  model.node("Shape", {"x"}, {"shape"});
  model.node("Gather", {"shape", "zero"}, {"batch"});
  model.node("Unsqueeze", {"batch", "axis"}, {"batch1"});
  model.node("Concat", {"batch1", "rest"}, {"wanted"}, {attribute("axis", std::int64_t{0})});
  model.node("Reshape", {"x", "wanted"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), ElementsAre("input", "reshape"));
  EXPECT_EQ(std::get<Reshape>(network.nodes[1].op).shape, (Shape{24}));
}

// A shape is made longer: [0] keeps the images, and -1 behind it takes the rest.
TEST(ImportOnnx, IntegerConstantsArePadded) {
  ModelBuilder model({0, 2, 3, 4});
  model.integers("keep", {1}, {0});
  model.integers("one_behind", {2}, {0, 1});
  model.integers("rest", {}, {-1});
  model.node("Pad", {"keep", "one_behind", "rest"}, {"wanted"});
  model.node("Reshape", {"x", "wanted"}, {"y"});
  EXPECT_EQ(std::get<Reshape>(model.import().nodes.back().op).shape, (Shape{24}));
}

TEST(ImportOnnx, AFixedBatchIsABatch) {
  for (const std::int64_t batch : {0, 1, 8}) {
    ModelBuilder model({batch, 2, 3, 4});
    model.integers("wanted", {2}, {batch == 0 ? -1 : batch, 24});
    model.node("Reshape", {"x", "wanted"}, {"y"});
    EXPECT_EQ(std::get<Reshape>(model.import().nodes[1].op).shape, (Shape{24})) << batch;
  }
}

TEST(ImportOnnx, RefusesToMixImages) {
  ModelBuilder reshape({0, 2, 3});
  reshape.integers("wanted", {2}, {-1, 3});
  reshape.node("Reshape", {"x", "wanted"}, {"y"});
  EXPECT_THAT(refusal(reshape), HasSubstr("images would be mixed"));
  ModelBuilder transpose({0, 2, 3});
  transpose.node("Transpose", {"x"}, {"y"}, {list_attribute("perm", {1, 0, 2})});
  EXPECT_THAT(refusal(transpose), HasSubstr("images lie along axis 1 of the output 'y'"));
  ModelBuilder product({0, 2});
  product.floats("b", {3, 1}, {1, 2, 3});
  product.node("Transpose", {"x"}, {"t"}, {list_attribute("perm", {1, 0})});
  product.node("MatMul", {"t", "b"}, {"y"});
  EXPECT_THAT(refusal(product), HasSubstr("images lie along the last axis"));
  ModelBuilder softmax({0, 2});
  softmax.node("Softmax", {"x"}, {"y"}, {attribute("axis", std::int64_t{0})});
  EXPECT_THAT(refusal(softmax), HasSubstr("across images"));
}

TEST(ImportOnnx, ProductsWithConstantMatricesAreLayers) {
  ModelBuilder model({0, 2});
  model.floats("b", {2, 3}, {1, 2, 3, 4, 5, 6});
  model.floats("c", {3}, {7, 8, 9});
  model.node("MatMul", {"x", "b"}, {"product"}).set_name("layer");
  model.node("Add", {"c", "product"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), ElementsAre("input", "linear"));
  EXPECT_THAT(network.tensors.at("layer.weight").data<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(network.tensors.at("layer.bias").data<float>(), ElementsAre(7, 8, 9));
}

// Whether its shape is that of one output or has axes of 1 in front.
TEST(ImportOnnx, TheBiasOfOneOutputIsFolded) {
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{1}, {1, 1}}) {
    ModelBuilder model({0, 2});
    model.floats("b", {2, 1}, {1, 2});
    model.floats("c", shape, {7});
    model.node("MatMul", {"x", "b"}, {"product"}).set_name("layer");
    model.node("Add", {"product", "c"}, {"y"});
    const Network network = model.import();
    EXPECT_THAT(operators_of(network), ElementsAre("input", "linear"));
    EXPECT_THAT(network.tensors.at("layer.bias").data<float>(), ElementsAre(7));
  }
}

TEST(ImportOnnx, GemmScalesItsOperands) {
  ModelBuilder model({0, 2});
  model.floats("b", {2, 2}, {1, 2, 3, 4});
  model.floats("c", {}, {3}).clear_dims();
  model
      .node(
          "Gemm", {"x", "b", "c"}, {"y"},
          {attribute("alpha", 2.0F), attribute("beta", 0.5F), attribute("transB", std::int64_t{1})})
      .set_name("layer");
  const Network network = model.import();
  EXPECT_THAT(network.tensors.at("layer.weight").data<float>(), ElementsAre(2, 4, 6, 8));
  EXPECT_THAT(network.tensors.at("layer.bias").data<float>(), ElementsAre(1.5F, 1.5F));
}

TEST(ImportOnnx, WhatTheOutputDoesNotNeedIsLeftOut) {
  ModelBuilder model({0, 2});
  model.floats("unused", {1}, {1});
  model.node("Add", {"x", "unused"}, {"nowhere"});
  model.node("Identity", {"x"}, {"same"});
  model.node("Relu", {"same"}, {"y"});
  const Network network = model.import();
  EXPECT_THAT(operators_of(network), ElementsAre("input", "relu"));
  EXPECT_TRUE(network.tensors.empty());
}

TEST(ImportOnnx, NamesThatAreTakenGetANumber) {
  ModelBuilder model({0, 2});
  model.node("Relu", {"x"}, {"a"}).set_name("same");
  model.node("Sigmoid", {"a"}, {"y"}).set_name("same");
  EXPECT_EQ(model.import().nodes[2].name, "same_2");
}

TEST(ImportOnnx, ReshapesInARowBecomeOne) {
  ModelBuilder model({0, 6});
  model.integers("matrix", {3}, {0, 2, 3});
  model.integers("other", {3}, {0, 3, 2});
  model.integers("flat", {2}, {0, 6});
  model.node("Reshape", {"x", "matrix"}, {"m"});
  model.node("Reshape", {"m", "other"}, {"o"});
  model.node("Reshape", {"o", "flat"}, {"f"});
  model.node("Relu", {"f"}, {"y"});
  const Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 2U);
  EXPECT_EQ(network.nodes[1].inputs[0], "x");
}

TEST(ImportOnnxRefuses, AnUnknownOperator) {
  ModelBuilder model({0, 2, 3});
  model.node("LSTM", {"x"}, {"y"}).set_name("memory");
  const std::string message = refusal(model);
  EXPECT_THAT(message, HasSubstr("node 'memory' (LSTM, inputs [2, 3]): operator LSTM is not "
                                 "supported; unroll the recurrence"));
}

TEST(ImportOnnxRefuses, AnUnknownAttribute) {
  EXPECT_THAT(refusal(one_conv({attribute("sparsity", std::int64_t{1})})),
              HasSubstr("attribute 'sparsity' is not supported; supported are: auto_pad"));
}

TEST(ImportOnnxRefuses, AnAttributeOfAnotherKind) {
  EXPECT_THAT(refusal(one_conv({attribute("strides", std::int64_t{1})})),
              HasSubstr("attribute 'strides' is of another kind"));
}

TEST(ImportOnnxRefuses, AWrongRank) {
  EXPECT_THAT(
      refusal(one_conv({}, {0, 2, 5})),
      HasSubstr("node 'first' (Conv, inputs [2, 5], [1, 2, 3, 3]): a kernel of 2 dimensions "
                "on a value of shape [2, 5]"));
}

TEST(ImportOnnxRefuses, AMissingInitializer) {
  ModelBuilder model({0, 2, 5, 5});
  model.node("Conv", {"x", "w"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("value 'w' is neither an input, an initializer"));
}

TEST(ImportOnnxRefuses, ACycle) {
  ModelBuilder model({0, 2});
  model.node("Add", {"x", "b"}, {"a"}).set_name("front");
  model.node("Relu", {"a"}, {"b"});
  model.node("Relu", {"b"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("node 'front' (Add, inputs x, b) reads its own result"));
}

TEST(ImportOnnxRefuses, OtherOperatorSets) {
  for (const std::int64_t version : {6, 27}) {
    ModelBuilder model({0, 2}, version);
    model.node("Relu", {"x"}, {"y"});
    EXPECT_EQ(refusal(model), fmt::format("operator set {} is not supported; export with operator "
                                          "set 7 to 26",
                                          version));
  }
}

TEST(ImportOnnxRefuses, TensorsOfAnotherSizeThanTheirShape) {
  ModelBuilder model({0, 2});
  model.floats("c", {3}, {1, 2});
  model.node("Add", {"x", "c"}, {"y"});
  EXPECT_EQ(refusal(model), "initializer 'c': 2 elements where shape [3] needs 3");
  ModelBuilder huge({0, 2});
  huge.floats("c", {std::int64_t{1} << 40, 1 << 20}, {1}).set_raw_data("1234");
  huge.node("Add", {"x", "c"}, {"y"});
  EXPECT_THAT(refusal(huge), HasSubstr("initializer 'c'"));
}

// Wherever a file is cut off: an Error, or a network where nothing is missing.
TEST(ImportOnnxRefuses, FilesThatAreCutOff) {
  const std::string file = one_conv({list_attribute("pads", {1, 1, 1, 1})}).bytes();
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::string part = file.substr(0, size);
    try {
      import_onnx(std::as_bytes(std::span(part)), ".");
      FAIL() << "the first " << size << " of " << file.size() << " bytes are no model";
    } catch (const Error&) {
    }
  }
}

TEST(ImportOnnx, ConstantsThatNobodyReadsMayBeAnything) {
  ModelBuilder model({0, 2});
  model.small("text", TensorProto::STRING, {1}, {});
  model.node("Relu", {"x"}, {"y"});
  EXPECT_EQ(model.import().nodes.size(), 2U);
}

TEST(ImportOnnx, NamesLoseTheirControlCharacters) {
  ModelBuilder model({0, 2});
  model.node("Relu", {"x"}, {"y"}).set_name("red\x1b[31m\n");
  EXPECT_EQ(model.import().nodes.back().name, "red_[31m_");
}

TEST(ImportOnnx, ExponentsMayBeIntegers) {
  ModelBuilder model({0, 2});
  model.integers("two", {}, {2}).clear_dims();
  model.node("Pow", {"x", "two"}, {"y"});
  const Network network = model.import();
  EXPECT_EQ(network.tensors.begin()->second.data<float>()[0], 2);
}

TEST(ImportOnnx, OneChannelLastThatIsReshapedToTheFrontIsThere) {
  ModelBuilder model({0, 3, 4, 1});
  model.integers("shape", {4}, {-1, 1, 3, 4});
  model.node("Reshape", {"x", "shape"}, {"y"});
  EXPECT_EQ(std::get<Input>(model.import().nodes[0].op).shape, (Shape{1, 3, 4}));
}

// [3, 4, 1] may be 3 channels of 4 values, and Flatten keeps their order whatever they are.
TEST(ImportOnnx, FlattenSaysNothingAboutChannels) {
  ModelBuilder model({0, 3, 4, 1});
  model.node("Flatten", {"x"}, {"y"});
  EXPECT_EQ(std::get<Input>(model.import().nodes[0].op).shape, (Shape{3, 4, 1}));
}

// [2, 3, 4] images transposed otherwise, or read by two nodes, stay what they are.
TEST(ImportOnnx, OtherInputsKeepTheirOrder) {
  ModelBuilder swapped({0, 2, 3, 4});
  swapped.node("Transpose", {"x"}, {"y"}, {list_attribute("perm", {0, 3, 2, 1})});
  EXPECT_EQ(std::get<Input>(swapped.import().nodes[0].op).shape, (Shape{2, 3, 4}));
  ModelBuilder twice({0, 2, 3, 4});
  twice.node("Transpose", {"x"}, {"first"}, {list_attribute("perm", {0, 3, 1, 2})});
  twice.node("Relu", {"x"}, {"same"});
  twice.node("Transpose", {"same"}, {"second"}, {list_attribute("perm", {0, 3, 1, 2})});
  twice.node("Add", {"first", "second"}, {"y"});
  EXPECT_EQ(std::get<Input>(twice.import().nodes[0].op).shape, (Shape{2, 3, 4}));
}

TEST(ImportOnnx, ABatchOfOneMayBeReshapedAwayAndABatchOfMoreNot) {
  const auto flattened = [](std::int64_t batch) {
    ModelBuilder model({batch, 6});
    model.integers("flat", {1}, {6 * batch});
    model.integers("back", {2}, {batch, 6});
    model.node("Reshape", {"x", "flat"}, {"z"});
    model.node("Relu", {"z"}, {"positive"});
    model.node("Reshape", {"positive", "back"}, {"y"});
    return model;
  };
  EXPECT_THAT(operators_of(flattened(1).import()), ElementsAre("input", "relu"));
  EXPECT_THAT(refusal(flattened(2)), HasSubstr("images would be mixed"));
}

// [2, 3] and [2, 1, 3] give [2, 2, 3] in the file; without its axis of images one could not tell.
TEST(ImportOnnx, ValuesWithAndWithoutTheirBatchDoNotMeet) {
  ModelBuilder model({1, 2, 3});
  model.integers("without", {2}, {2, 3});
  model.integers("second", {3}, {2, 1, 3});
  model.node("Reshape", {"x", "without"}, {"a"});
  model.node("Reshape", {"x", "second"}, {"b"});
  model.node("Add", {"a", "b"}, {"y"});
  EXPECT_THAT(refusal(model), HasSubstr("images lie along"));
}

class ExternalDataTest : public FolderTest {
 protected:
  ExternalDataTest() { make_folder(model_folder_); }

  /// What becomes of a constant of two numbers that stand in a file of 12 bytes.
  std::string import(const std::string& location, const std::string& offset) {
    const std::vector<float> numbers{1, 2, 3};
    write_file_atomically(model_folder_ / "data.bin", std::as_bytes(std::span(numbers)));
    ModelBuilder model({0, 2});
    TensorProto& tensor = model.floats("c", {2}, {});
    tensor.set_data_location(TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair("location", location), std::pair("offset", offset)}) {
      auto* entry = tensor.add_external_data();
      entry->set_key(key);
      entry->set_value(value);
    }
    model.node("Mul", {"x", "c"}, {"y"});
    write_file_atomically(model_folder_ / "model.onnx", model.bytes());
    std::string values;
    const std::string message = message_of([&] {
      const Network network = import_onnx(model_folder_ / "model.onnx");
      values = fmt::format("{}", fmt::join(network.tensors.begin()->second.data<float>(), " "));
    });
    return values.empty() ? message : values;
  }

  const std::filesystem::path model_folder_ = folder_ / "model";
};

TEST_F(ExternalDataTest, IsReadFromTheModelsFolder) { EXPECT_EQ(import("data.bin", "4"), "2 3"); }

TEST_F(ExternalDataTest, MayNotFollowALinkOutOfTheFolder) {
  const std::filesystem::path outside = folder_ / "outside.bin";
  write_file_atomically(outside, std::string(12, 'x'));
  std::filesystem::create_symlink(outside, model_folder_ / "link.bin");
  EXPECT_THAT(import("link.bin", "0"), HasSubstr("a link out of the model's folder"));
  std::filesystem::create_symlink("data.bin", model_folder_ / "inside.bin");
  EXPECT_EQ(import("inside.bin", "4"), "2 3");
}

TEST_F(ExternalDataTest, MayNotLeaveTheFolderOrBeTooShort) {
  EXPECT_THAT(import("../data.bin", "0"), HasSubstr("leave the model's folder"));
  EXPECT_THAT(import("/etc/passwd", "0"), HasSubstr("name a file in the model's folder"));
  EXPECT_THAT(import("data.bin", "8"), HasSubstr("which has 12; 8 are needed"));
  EXPECT_THAT(import("data.bin", "99999999999999999999999"), HasSubstr("not a number of bytes"));
  EXPECT_THAT(import("absent.bin", "0"), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace bitline
