#include "bitline/runtime/statistics_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/graphs.h"
#include "bitline/testing/plans.h"
#include "bitline/testing/tensors.h"

namespace bitline {
namespace {

using test::append;
using test::network_with_input;
using test::signed_spec;
using test::tensor_of;
using test::unsigned_spec;
using test::values_of;
using ::testing::ElementsAre;

/// One convolution of one weight, 2, on the array, with a batch-norm of γ = 1, β = 0, ε = 0 behind
/// it: (2 x + bias - mean) / √variance.
Network one_layer() {
  Network network = network_with_input({1, 1, 2});
  append(network, "layer", Conv{}, {"input"},
         {{"weight", tensor_of({1, 1, 1, 1}, {2})}, {"bias", tensor_of({1}, {1})}});
  append(network, "norm", BatchNorm{.epsilon = 0}, {"layer"},
         {{"scale", tensor_of({1}, {1})},
          {"shift", tensor_of({1}, {0})},
          {"mean", tensor_of({1}, {0})},
          {"variance", tensor_of({1}, {1})}});
  network.quant["input"] = unsigned_spec(4);
  network.quant["layer.weight"] = signed_spec(4);
  return network;
}

class StatisticsChange : public ::testing::Test {
 protected:
  static ArraySpec mapped() {
    ArraySpec array;
    array.first_layer = LayerPolicy::kMapped;
    array.last_layer = LayerPolicy::kMapped;
    return array;
  }
  std::vector<float> logits(const PreparedPlan& plan) const {
    return values_of(executor_.logits(tensor_of({1, 1, 1, 2}, {3, 5}), plan));
  }
  float stored(const char* role) const {
    const Network& network = executor_.network();
    return network.parameter(network.node(std::string(role) == "bias" ? "layer" : "norm"), role)
        .data<float>()[0];
  }

  Executor executor_{one_layer(), MacMode::kAnalog, mapped()};
  PreparedPlan plan_ = executor_.prepare(test::plan_for(executor_, test::lossless()));
  const NormStatistics other_{tensor_of({1}, {3}), tensor_of({1}, {4})};
};

TEST_F(StatisticsChange, ABiasIsAddedToTheSums) {
  EXPECT_THAT(logits({}), ElementsAre(7, 11));
  set_bias(executor_, 1, tensor_of({1}, {-6}));
  EXPECT_THAT(logits({}), ElementsAre(0, 4));
  EXPECT_EQ(stored("bias"), -6);
}

TEST_F(StatisticsChange, StatisticsOfTheNetworkHoldWithAndWithoutAdcs) {
  set_statistics(executor_, 1, other_, plan_);
  EXPECT_THAT(logits({}), ElementsAre(2, 4));  // (7 - 3) / 2, (11 - 3) / 2
  EXPECT_THAT(logits(plan_), ElementsAre(2, 4));
  EXPECT_EQ(stored("mean"), 3);
  EXPECT_EQ(stored("variance"), 4);
}

TEST_F(StatisticsChange, StatisticsOfAPlanLeaveTheNetworkAlone) {
  use_statistics(executor_, 1, other_, plan_);
  EXPECT_THAT(logits(plan_), ElementsAre(2, 4));
  EXPECT_THAT(logits({}), ElementsAre(7, 11));
  EXPECT_EQ(stored("mean"), 0);
  EXPECT_EQ(stored("variance"), 1);
}

}  // namespace
}  // namespace bitline
