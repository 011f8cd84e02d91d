// Instruction sets that one machine does not have together are held against each other through
// signatures.txt: each has to compute there what it, and every other one, computed elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <sstream>

#include "bitline/base/file.h"
#include "bitline/base/hash.h"
#include "bitline/kernels/fused_layer.h"
#include "bitline/testing/fused_engine.h"

namespace bitline {
namespace {

using test::Draw;
using test::MappingCase;

/// By name; lines are "name signature where it last ran".
std::map<std::string, std::string> kept_signatures() {
  std::map<std::string, std::string> signatures;
  std::istringstream lines(read_text_file(BITLINE_SIGNATURES));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    std::string name;
    words >> name >> signatures[name];
  }
  return signatures;
}

/// A 3 × 3 convolution to more channels than a block of columns has. Rows above 255 have sums that
/// no byte holds.
CimLayer draw_convolution(const MappingCase& mapping, const Draw& draw) {
  IntegerLayer layer;
  layer.geometry = {32, 2, 5, 70, 3, 3, 1, 1, 1};
  layer.weight_odd = mapping.weight_odd;
  layer.weights = Tensor(DType::kI32, {70, layer.geometry.fan_in()});
  for (std::int32_t& weight : layer.weights.data<std::int32_t>())
    weight = static_cast<std::int32_t>(test::draw_weight(layer, draw));
  return map_layer(layer, mapping.array);
}

/// Every encoding with digits of one, two and four bits.
std::vector<CimLayer> fixed_layers(const Draw& draw) {
  std::vector<CimLayer> layers;
  for (MappingCase mapping : test::every_encoding())
    for (const auto& [bits, rows] : {std::pair{1, 128}, {1, 288}, {2, 288}, {4, 128}}) {
      mapping.array.cell_bits = mapping.array.encoding->is_binary ? 1 : bits;
      mapping.array.dac_bits = bits;
      mapping.array.rows = rows;
      layers.push_back(draw_convolution(mapping, draw));
    }
  return layers;
}

/// Thresholds that are compared, looked up and counted, and none at all.
std::vector<LayerAdc> fixed_adcs(const CimLayer& layer) {
  std::vector<LayerAdc> adcs{test::lossless(layer)};
  for (const std::int64_t levels : {4, 40}) {
    AdcSpec spec;
    spec.levels = levels;
    spec.delta = layer.sums.magnitude() / 4;
    adcs.push_back(make_layer_adc(layer, make_code_table(spec, layer.sums)));
  }
  return adcs;
}

/// reference_accumulate() or one like it.
using Accumulate =
    std::function<void(const CimLayer&, const LayerAdc&, std::int64_t images,
                       std::span<const std::int32_t>, std::span<std::int64_t>, LayerHistogram*)>;

/// SHA-256 of all outputs and of all counts of sums. Inputs come from a seed.
std::string signature_of(const Accumulate& accumulate) {
  Random random(21);
  const Draw draw = test::draw_from(random);
  std::vector<std::int64_t> numbers;
  for (const CimLayer& layer : fixed_layers(draw)) {
    const auto activations = test::draw_activations(layer, 1, draw);
    std::vector<std::int64_t> outputs(static_cast<std::size_t>(layer.geometry.out_size()));
    for (const LayerAdc& adc : fixed_adcs(layer)) {
      LayerHistogram counts(layer, true);
      accumulate(layer, adc, 1, activations, outputs, &counts);
      numbers.insert(numbers.end(), outputs.begin(), outputs.end());
      const Histogram total = counts.total();
      numbers.insert(numbers.end(), total.counts().begin(), total.counts().end());
    }
  }
  return sha256(std::as_bytes(std::span(numbers)));
}

std::string fused_signature() {
  return signature_of([](const CimLayer& layer, const LayerAdc& adc, std::int64_t images,
                         std::span<const std::int32_t> activations, std::span<std::int64_t> outputs,
                         LayerHistogram* counts) {
    FusedLayer(layer).accumulate(adc, images, activations, outputs, counts);
  });
}

/// Letters and digits, as names of tests need: avx512bitalg.
std::string test_name(std::string name) {
  std::erase(name, '-');
  return name;
}

class Signature : public test::FusedLayerTest,
                  public testing::WithParamInterface<std::pair<const std::string, std::string>> {};

TEST_P(Signature, IsThatOfTheInstructionSet) {
  const auto& [name, kept] = GetParam();
  const std::vector<std::string_view> offered = instruction_sets();
  if (std::ranges::find(offered, name) == offered.end())
    GTEST_SKIP() << "this processor has no " << name;
  force_instruction_set(name);
  EXPECT_EQ(fused_signature(), kept) << name;
}

INSTANTIATE_TEST_SUITE_P(Kept, Signature, testing::ValuesIn(kept_signatures()),
                         [](const auto& set) { return test_name(set.param.first); });

// Whichever instruction set a line is of, it is the definition that says what is computed.
TEST(Signatures, AreThoseOfTheReference) {
  const std::string expected = signature_of(reference_accumulate);
  for (const auto& [name, kept] : kept_signatures()) EXPECT_EQ(kept, expected) << name;
}

TEST(Signatures, AreKeptOfEveryInstructionSet) {
  const std::map<std::string, std::string> kept = kept_signatures();
  for (const std::string_view name : instruction_sets())
    EXPECT_TRUE(kept.contains(std::string(name))) << name;
}

}  // namespace
}  // namespace bitline
