// Image sizes that a file leaves open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/onnx_models.h"

namespace bitline {
namespace {

using test::ModelBuilder;
using test::refusal;
using testing::AllOf;
using testing::HasSubstr;

/// x [batch, 3, height, width], its sizes open, through a Relu.
ModelBuilder with_open_sizes(const std::vector<std::string>& names, const Shape& stated) {
  ModelBuilder model({0});
  auto* shape = model.model()
                    .mutable_graph()
                    ->mutable_input(0)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape();
  for (std::size_t i = 0; i < stated.size(); ++i) {
    auto* extent = shape->add_dim();
    if (stated[i] > 0)
      extent->set_dim_value(stated[i]);
    else if (!names[i].empty())
      extent->set_dim_param(names[i]);
  }
  model.node("Relu", {"x"}, {"y"});
  return model;
}

TEST(OpenSizes, AreThoseThatAreGiven) {
  const ModelBuilder model = with_open_sizes({"", "height", "width"}, {3, 0, 0});
  const Network network = model.import({.has_batch = true, .input = {3, 48, 192}});
  EXPECT_EQ(std::get<Input>(network.nodes[0].op).shape, (Shape{3, 48, 192}));
  const ModelBuilder last = with_open_sizes({"h", "w", ""}, {0, 0, 3});
  EXPECT_EQ(
      std::get<Input>(last.import({.has_batch = true, .input = {3, 48, 192}}).nodes[0].op).shape,
      (Shape{48, 192, 3}));
}

TEST(OpenSizes, OfASignalHaveItsRank) {
  const ModelBuilder model = with_open_sizes({"", "length"}, {16, 0});
  EXPECT_EQ(std::get<Input>(model.import({.has_batch = true, .input = {16, 96}}).nodes[0].op).shape,
            (Shape{16, 96}));
  EXPECT_THAT(refusal(model),
              AllOf(HasSubstr("[batch, 16, length]"), HasSubstr("model.input = […], 2 numbers,")));
}

TEST(OpenSizes, AreRefusedByTheirNames) {
  const ModelBuilder model = with_open_sizes({"", "height", ""}, {3, 0, 0});
  EXPECT_THAT(refusal(model),
              AllOf(HasSubstr("[batch, 3, height, ?]"), HasSubstr("model.input = ")));
  EXPECT_THAT(
      refusal(model, {.has_batch = true, .input = {1, 48, 192}}),
      HasSubstr("model.input = [1, 48, 192] does not fit the input 'x' of the file, [batch, "
                "3, height, ?]"));
  EXPECT_THAT(refusal(model, {.has_batch = true, .input = {48, 192}}), HasSubstr("does not fit"));
}

}  // namespace
}  // namespace bitline
