#include "bitline/importer/load_weights.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/graphs.h"
#include "bitline/testing/testdata.h"

namespace bitline {
namespace {

using test::message_of;
using test::testdata;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::map<std::string, std::string> kRules{
    {"conv", "first"}, {"bn", "norm"}, {"fc", "classifier"}};

// The network of testdata/state_dict.pt under names of our own, all parameters 0 but variance.
Network small_network() {
  using test::append;
  using test::filled;
  Network network = test::network_with_input({1, 2, 2});
  append(network, "first", Conv{}, {"input"}, {{"weight", filled({2, 1, 1, 1}, 0)}});
  append(network, "norm", BatchNorm{}, {"first"}, test::identity_norm(2));
  append(network, "pool", GlobalAveragePool{}, {"norm"});
  append(network, "classifier", Linear{}, {"pool"},
         {{"weight", filled({2, 2}, 0)}, {"bias", filled({2}, 0)}});
  return network;
}

StateDict small_state() { return read_state_dict(testdata("state_dict.pt")); }

WeightOptions renamed(std::map<std::string, std::string> rules = kRules) {
  return {WeightMatch::kName, std::move(rules)};
}

std::string refusal(const StateDict& state, const WeightOptions& options = renamed()) {
  return message_of([&] { load_weights(small_network(), state, options); });
}

NamedTensor& entry(StateDict& state, std::string_view name) {
  return *std::ranges::find(state.tensors, name, &NamedTensor::name);
}

void expect_loaded(const Network& network) {
  const auto values = [&network](const char* key) { return network.tensors.at(key).data<float>(); };
  EXPECT_THAT(values("first.weight"), ElementsAre(0.5F, -2.0F));
  EXPECT_THAT(values("norm.scale"), ElementsAre(1.0F, 1.5F));
  EXPECT_THAT(values("norm.shift"), ElementsAre(0.0F, -0.25F));
  EXPECT_THAT(values("norm.mean"), ElementsAre(0.125F, 3.0F));
  EXPECT_THAT(values("norm.variance"), ElementsAre(1.0F, 4.0F));
  EXPECT_THAT(values("classifier.weight"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(values("classifier.bias"), ElementsAre(-1, 1));
}

TEST(LoadWeights, GoWhereTheirNamesSay) {
  expect_loaded(load_weights(small_network(), small_state(), renamed()));
}

TEST(LoadWeights, GoInOrderWhereThatIsAskedFor) {
  expect_loaded(load_weights(small_network(), small_state(), {WeightMatch::kOrder, {}}));
}

TEST(LoadWeights, BatchNormMayUseItsOwnWords) {
  Network source = load_weights(small_network(), small_state(), renamed());
  StateDict state;
  for (const auto& [key, tensor] : source.tensors) state.tensors.push_back({key, tensor});
  expect_loaded(load_weights(small_network(), state, {}));
}

TEST(LoadWeights, DoublesBecomeFloats) {
  StateDict state = small_state();
  const std::vector<double> bias{0.1, 2};
  entry(state, "fc.bias").tensor = Tensor::of<double>({2}, bias);
  const Network network = load_weights(small_network(), state, renamed());
  EXPECT_THAT(network.tensors.at("classifier.bias").data<float>(), ElementsAre(0.1F, 2.0F));
}

TEST(LoadWeights, TheFileAndTheNetworkShareNoMemory) {
  StateDict state = small_state();
  const Network network = load_weights(small_network(), state, renamed());
  entry(state, "fc.bias").tensor.data<float>()[0] = 7;
  EXPECT_EQ(network.tensors.at("classifier.bias").data<float>()[0], -1.0F);
}

TEST(LoadWeightsRefuses, NamesThatDoNotFit) {
  StateDict state = small_state();
  std::erase_if(state.tensors, [](const NamedTensor& tensor) {
    return tensor.name == "bn.running_mean" || tensor.name == "fc.weight";
  });
  state.tensors.push_back({"conv.bias", Tensor(DType::kF32, {2})});
  EXPECT_EQ(refusal(state),
            "the names do not fit network 'small'; 2 missing: norm.running_mean, "
            "classifier.weight; 1 unexpected: first.bias; tell with rename which is which, "
            "or take the order of the file with match = \"order\"");
}

TEST(LoadWeightsRefuses, TwentyNamesAtMostAreListed) {
  StateDict state = small_state();
  for (int i = 10; i < 33; ++i)
    state.tensors.push_back({fmt::format("more{}", i), Tensor(DType::kF32, {1})});
  EXPECT_THAT(refusal(state), AllOf(HasSubstr("23 unexpected: more10, "),
                                    HasSubstr("more29 and 3 more;"), Not(HasSubstr("more30"))));
}

TEST(LoadWeightsRefuses, OtherShapesAndNamesThemAll) {
  StateDict state = small_state();
  entry(state, "fc.weight").tensor = Tensor(DType::kF32, {2, 3});
  entry(state, "fc.bias").tensor = Tensor(DType::kF32, {2, 1});
  for (const WeightOptions& options : {renamed(), WeightOptions{WeightMatch::kOrder, {}}})
    EXPECT_THAT(refusal(state, options),
                AllOf(HasSubstr("2 differ: 'fc.weight' is [2, 3] in the file and [2, 2] in the "
                                "network, 'fc.bias' is [2, 1] in the file and [2] in the network"),
                      HasSubstr("check width")));
}

TEST(LoadWeightsRefuses, AnOrderOfOtherRoles) {
  StateDict state = small_state();
  std::swap(entry(state, "bn.weight"), entry(state, "bn.bias"));
  EXPECT_THAT(refusal(state, {WeightMatch::kOrder, {}}),
              HasSubstr("tensor 2 of the file is 'bn.bias', but parameter 2 of network 'small' is "
                        "'norm.weight'"));
}

TEST(LoadWeightsRefuses, AnOrderOfAnotherLength) {
  StateDict state = small_state();
  state.tensors.pop_back();
  EXPECT_THAT(refusal(state, {WeightMatch::kOrder, {}}),
              HasSubstr("the file has 6 tensors, but network 'small' has 7 parameters"));
}

TEST(LoadWeightsRefuses, AnOrderThatTheFileHasForgotten) {
  StateDict state = small_state();
  state.is_ordered = false;
  EXPECT_THAT(refusal(state, {WeightMatch::kOrder, {}}), HasSubstr("keeps no order"));
}

TEST(LoadWeightsRefuses, IntegersAndValuesThatAreNotFinite) {
  StateDict state = small_state();
  entry(state, "fc.bias").tensor = Tensor(DType::kI64, {2});
  EXPECT_THAT(refusal(state), HasSubstr("'fc.bias' holds I64"));
  state = small_state();
  entry(state, "fc.bias").tensor.data<float>()[1] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(refusal(state), HasSubstr("classifier"));
}

TEST(LoadWeightsRefuses, RulesThatGiveTwoTensorsOneName) {
  std::map<std::string, std::string> rules = kRules;
  rules["fc"] = "first";
  EXPECT_THAT(refusal(small_state(), renamed(rules)), HasSubstr("gives two tensors the name"));
}

TEST(LoadWeightsRefuses, RulesThatNoNameNeeds) {
  std::map<std::string, std::string> rules = kRules;
  rules["bn2"] = "norm2";
  EXPECT_EQ(refusal(small_state(), renamed(rules)),
            "rename: no name in the file has 'bn2'; correct or remove it");
}

}  // namespace
}  // namespace bitline
