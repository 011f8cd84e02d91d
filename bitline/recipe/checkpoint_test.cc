#include "bitline/recipe/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/graph/network_file.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::tensor_of;
using ::testing::ElementsAre;

Network one_layer() {
  Network network = test::network_with_input({2});
  test::append(network, "layer", Linear{}, {"input"}, {{"weight", tensor_of({1, 2}, {1, -2})}});
  return network;
}

class CheckpointTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "training.safetensors"; }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(CheckpointTest, IsReadAsItWasWritten) {
  Checkpoint written;
  written.network = one_layer();
  written.momentum["layer.weight"] = tensor_of({1, 2}, {0.5F, 0.25F});
  written.deltas["layer"] = tensor_of({1}, {7});
  written.state = {1, 2, 3.5, 4, 5.5, 6, 7, 8, 9, 0.125};
  written.plan.layers["layer"] = {AdcSpec{}, {-128, 128}};
  written.recipe_hash = "recipe";
  written.version = "another";
  write_checkpoint(file(), written);
  const Checkpoint read = read_checkpoint(file());
  EXPECT_THAT(read.network.tensors.at("layer.weight").data<float>(), ElementsAre(1, -2));
  EXPECT_THAT(read.momentum.at("layer.weight").data<float>(), ElementsAre(0.5F, 0.25F));
  EXPECT_EQ(read.deltas.at("layer").data<float>()[0], 7);
  EXPECT_EQ(to_json(read.plan), to_json(written.plan));
  EXPECT_EQ(read.recipe_hash, "recipe");
  EXPECT_EQ(read.version, "another");
  const TrainingState& state = read.state;
  EXPECT_EQ(state.epoch, 1);
  EXPECT_EQ(state.images, 2);
  EXPECT_EQ(state.loss_sum, 3.5);
  EXPECT_EQ(state.correct, 4);
  EXPECT_EQ(state.seconds, 5.5);
  EXPECT_EQ(state.best_epoch, 6);
  EXPECT_EQ(state.best_correct, 7);
  EXPECT_EQ(state.searched_epoch, 8);
  EXPECT_EQ(state.start_correct, 9);
  EXPECT_EQ(state.learning_rate, 0.125);
}

TEST_F(CheckpointTest, IsANetworkFileToo) {
  write_checkpoint(file(), {one_layer(), {}, {}, {}, {}, ""});
  EXPECT_THAT(read_network(file()).tensors.at("layer.weight").data<float>(), ElementsAre(1, -2));
}

}  // namespace
}  // namespace bitline
