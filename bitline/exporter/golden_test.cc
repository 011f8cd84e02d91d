// The files against the definition: what a test bench reads there gives the engine's outputs.
#include "bitline/exporter/golden.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bitline/adc/stream_tables.h"
#include "bitline/base/file.h"
#include "bitline/base/version.h"
#include "bitline/kernels/reference.h"
#include "bitline/mapping/map.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/layers.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using Json = nlohmann::json;
using test::Draw;
using test::FolderTest;
using test::MappingCase;
using test::message_of;

/// golden_ is written by write() alone.
class GoldenTest : public FolderTest {
 protected:
  void write(std::span<const GoldenLayer> layers) const {
    SilentProgress silent;
    write_golden(golden_, {"drawn", "abc", "def", 7, {3, 5}}, layers, {silent, {}});
  }
  Json manifest() const { return Json::parse(read_text_file(golden_ / "manifest.json")); }

  /// The words of a file of the first layer, as the manifest says that they are read.
  std::vector<std::int64_t> words(const std::string& file) const {
    const Json layer = manifest().at("layers").at(0);
    for (const Json& entry : layer.at("files"))
      if (entry.at("file") == file + ".hex") {
        const std::string folder = layer.at("folder");
        std::istringstream text(read_text_file(golden_ / folder / (file + ".hex")));
        return parse(text, entry);
      }
    ADD_FAILURE() << file;
    return {};
  }

  static std::vector<std::int64_t> parse(std::istream& text, const Json& entry) {
    const int width = entry.at("width");
    std::vector<std::int64_t> result;
    for (std::string line; std::getline(text, line);) {
      EXPECT_EQ(line.size(), static_cast<std::size_t>((width + 3) / 4));
      std::uint64_t bits = std::stoull(line, nullptr, 16);
      const bool is_negative = entry.at("signed") && (bits >> (width - 1) & 1) != 0;
      if (is_negative && width < 64) bits |= ~std::uint64_t{0} << width;
      result.push_back(static_cast<std::int64_t>(bits));
    }
    EXPECT_EQ(std::ssize(result), element_count(entry.at("shape").get<Shape>()));
    return result;
  }

  const std::filesystem::path golden_ = folder_ / "golden";
};

/// ADCs that lose something, where the layer has sums enough.
LayerAdc coarse_adc(const CimLayer& layer) {
  AdcSpec spec;
  spec.levels = 3;
  spec.delta = std::max<std::int64_t>(1, layer.sums.magnitude() / 3);
  return make_layer_adc(layer, make_code_table(spec, layer.sums));
}

/// The same, with half of the range for the last of several input streams.
LayerAdc stream_adc(const CimLayer& layer) {
  AdcSpec spec;
  spec.levels = 3;
  spec.delta = std::max<std::int64_t>(1, layer.sums.magnitude() / 3);
  spec.stream_shifts.assign(static_cast<std::size_t>(layer.streams.count()), 0);
  if (layer.streams.count() > 1) spec.stream_shifts.back() = 1;
  return make_layer_adc(layer, make_stream_tables(spec, layer.sums));
}

GoldenLayer draw_golden(const CimLayer& layer, std::int64_t images, const Draw& draw) {
  const ConvGeometry& g = layer.geometry;
  const auto activations = test::draw_activations(layer, images, draw);
  return {&layer, coarse_adc(layer),
          Tensor::of<std::int32_t>({images, g.in_channels, g.in_height, g.in_width}, activations)};
}

/// Outputs of the engine, [image, y, x, channel].
std::vector<std::int64_t> engine_outputs(const GoldenLayer& golden) {
  const ConvGeometry& g = golden.layer->geometry;
  const std::int64_t images = golden.activations.dim(0);
  std::vector<std::int64_t> outputs(static_cast<std::size_t>(images * g.out_size()));
  reference_accumulate(*golden.layer, golden.adc, images, golden.activations.data<std::int32_t>(),
                       outputs);
  std::vector<std::int64_t> moved;
  for (std::int64_t n = 0; n < images; ++n)
    for (std::int64_t position = 0; position < g.out_positions(); ++position)
      for (std::int64_t channel = 0; channel < g.out_channels; ++channel)
        moved.push_back(outputs[static_cast<std::size_t>(
            (n * g.out_channels + channel) * g.out_positions() + position)]);
  return moved;
}

bool fits(std::int64_t word, const WordFormat& format) {
  const int free_bits = 64 - format.width;
  const auto bits = static_cast<std::uint64_t>(word) << free_bits;
  return format.is_signed ? static_cast<std::int64_t>(bits) >> free_bits == word
                          : static_cast<std::int64_t>(bits >> free_bits) == word;
}

/// The last array; every word of every array fits its format.
std::vector<std::int64_t> computed_outputs(const GoldenLayer& golden) {
  const std::vector<GoldenArray> arrays = golden_arrays(golden);
  std::vector<std::int64_t> last;
  std::size_t count = 0;
  compute_golden(golden, [&](std::size_t array, const std::vector<std::int64_t>& words) {
    EXPECT_EQ(array, count++);
    const auto does_not_fit = [&](std::int64_t word) { return !fits(word, arrays[array].format); };
    EXPECT_EQ(std::ssize(words), element_count(arrays[array].shape)) << arrays[array].file;
    EXPECT_TRUE(std::ranges::none_of(words, does_not_fit)) << arrays[array].file;
    last = words;
  });
  EXPECT_EQ(count, arrays.size());
  return last;
}

TEST(GoldenLayers, OutputsAreTheEnginesUnderEveryMapping) {
  Random random(5);
  const Draw draw = test::draw_from(random);
  for (MappingCase mapping : test::every_mapping()) {
    const IntegerLayer layer = test::draw_layer(mapping, draw);
    test::draw_rows(mapping, layer, draw);
    const CimLayer mapped = map_layer(layer, mapping.array);
    GoldenLayer golden = draw_golden(mapped, 1, draw);
    for (const LayerAdc& adc : {coarse_adc(mapped), stream_adc(mapped)}) {
      golden.adc = adc;
      ASSERT_EQ(computed_outputs(golden), engine_outputs(golden)) << test::describe(mapping);
    }
  }
}

TEST_F(GoldenTest, FilesOfADrawnLayerHoldTheEnginesOutputs) {
  Random random(6);
  const Draw draw = test::draw_from(random);
  MappingCase mapping{
      {.cell_bits = 2, .subtract = Subtract::kDigital}, false, test::InputKind::kTwosComplement};
  const IntegerLayer layer = test::draw_layer(mapping, draw);
  test::draw_rows(mapping, layer, draw);
  const CimLayer mapped = map_layer(layer, mapping.array);
  const GoldenLayer golden = draw_golden(mapped, 2, draw);
  write({&golden, 1});
  EXPECT_EQ(words("outputs"), engine_outputs(golden));
}

/// Two outputs of three inputs in tiles of two rows, weights of 3 bits, inputs of 2 bits.
CimLayer small_layer() {
  ArraySpec array;
  array.rows = 2;
  return map_layer(test::linear_layer(2, {1, -2, 3, 0, 1, -1}, 3, 2), array);
}

GoldenLayer small_golden(const CimLayer& layer) {
  const std::vector<std::int32_t> activations{3, 1, 2};
  return {&layer, coarse_adc(layer), Tensor::of<std::int32_t>({1, 3, 1, 1}, activations)};
}

TEST_F(GoldenTest, FilesHoldWhatTheirNamesSay) {
  const CimLayer layer = small_layer();
  const GoldenLayer golden = small_golden(layer);
  write({&golden, 1});
  using ::testing::ElementsAre;
  EXPECT_THAT(words("inputs"), ElementsAre(3, 1, 2));
  // 3 and 1 have the low bits 1, 1 and the high bits 1, 0; 2 has 0 and 1.
  EXPECT_THAT(words("tile0.input_streams"), ElementsAre(1, 1, 1, 0));
  EXPECT_THAT(words("tile1.input_streams"), ElementsAre(0, 1));
  // Magnitudes 1, 2 and 0, 1 in binary, each with its sign.
  EXPECT_THAT(words("tile0.weights.plane0"), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(words("tile0.weights.plane1"), ElementsAre(0, -1, 0, 0));
  EXPECT_THAT(words("tile1.weights.plane0"), ElementsAre(1, -1));
  // Output 0: plane 0 sums row 0, plane 1 takes off row 1. Output 1: plane 0 sums row 1.
  EXPECT_THAT(words("tile0.partial_sums"), ElementsAre(1, 1, -1, 0, 1, 0, 0, 0));
}

TEST_F(GoldenTest, CodesRecombineToTheOutputs) {
  const CimLayer layer = small_layer();
  const GoldenLayer golden = small_golden(layer);
  write({&golden, 1});
  const Json json = manifest().at("layers").at(0);
  const auto values = json.at("adc").at("values").get<std::vector<std::int64_t>>();
  const Json& recombination = json.at("recombination");
  const auto planes = recombination.at("plane_weights").get<std::vector<std::int64_t>>();
  const auto streams = recombination.at("stream_weights").get<std::vector<std::int64_t>>();
  std::vector<std::int64_t> outputs(2);
  for (const char* tile : {"tile0", "tile1"}) {
    const std::vector<std::int64_t> codes = words(fmt::format("{}.adc_codes", tile));
    for (std::size_t i = 0; i < codes.size(); ++i)
      outputs[i / 4] += recombination.at("adc_factor").get<std::int64_t>() * planes[i / 2 % 2] *
                        streams[i % 2] * values[static_cast<std::size_t>(codes[i])];
  }
  EXPECT_EQ(words("outputs"), outputs);
  EXPECT_EQ(outputs, engine_outputs(golden));
}

// 3, −1, 1 in two's complement: planes 1, 1, 1 and 1, 1, 0 are flipped, the signs 0, 1, 0 are not.
TEST_F(GoldenTest, FlippedColumnsAreWrittenAsTheyAreStored) {
  ArraySpec array;
  array.encoding = encodings::kTwosComplement;
  array.column_flip = ColumnFlip::kComplement;
  const CimLayer layer = map_layer(test::linear_layer(1, {3, -1, 1}, 3, 2), array);
  const std::vector<std::int32_t> activations{1, 2, 3};
  const GoldenLayer golden{&layer, make_layer_adc(layer, lossless_table({0, 1})),
                           Tensor::of<std::int32_t>({1, 3, 1, 1}, activations)};
  write({&golden, 1});
  using ::testing::ElementsAre;
  EXPECT_THAT(words("tile0.weights.plane0"), ElementsAre(0, 0, 0));
  EXPECT_THAT(words("tile0.weights.plane1"), ElementsAre(0, 0, 1));
  EXPECT_THAT(words("tile0.weights.plane2"), ElementsAre(0, 1, 0));
  // The streams of 1, 2, 3 are 1, 0, 1 and 0, 1, 1.
  EXPECT_THAT(words("tile0.partial_sums"), ElementsAre(0, 0, 1, 1, 0, 1));
  EXPECT_THAT(words("outputs"), ElementsAre(3 * 1 - 1 * 2 + 1 * 3));
  const Json json = manifest().at("layers").at(0);
  EXPECT_EQ(json.at("column_flip"), "complement");
  const Json& recombination = json.at("recombination");
  EXPECT_EQ(recombination.at("column_signs"), Json::parse("[[[-1]], [[-1]], [[1]]]"));
  EXPECT_EQ(recombination.at("flip_totals"), Json::parse("[1, 1, 1]"));
  EXPECT_EQ(recombination.at("complement_factor"), 1);
}

TEST_F(GoldenTest, NamesOfLayersBecomeFolders) {
  CimLayer first = small_layer();
  CimLayer second = small_layer();
  first.name = "/block/conv";
  second.name = "_block_conv";
  const std::vector<GoldenLayer> both{small_golden(first), small_golden(second)};
  write(both);
  EXPECT_EQ(manifest().at("layers").at(0).at("folder"), "_block_conv");
  EXPECT_EQ(manifest().at("layers").at(1).at("folder"), "_block_conv_2");
  EXPECT_TRUE(std::filesystem::exists(golden_ / "_block_conv_2" / "outputs.hex"));
}

TEST_F(GoldenTest, TooMuchIsRefusedBeforeAnythingIsWritten) {
  const CimLayer layer = small_layer();
  GoldenLayer golden = small_golden(layer);
  golden.activations = Tensor(DType::kI32, {20'000'000, 3, 1, 1});
  EXPECT_THAT(message_of([&] {
                write({&golden, 1});
              }),
              ::testing::HasSubstr("more than 1024 MiB; choose fewer"));
  EXPECT_FALSE(std::filesystem::exists(golden_));
}

TEST_F(GoldenTest, TheManifestSaysWhereTheVectorsComeFrom) {
  const CimLayer layer = small_layer();
  const GoldenLayer golden = small_golden(layer);
  write({&golden, 1});
  const Json found = manifest();
  EXPECT_EQ(found.at("network"), "drawn");
  EXPECT_EQ(found.at("network_hash"), "abc");
  EXPECT_EQ(found.at("plan_hash"), "def");
  EXPECT_EQ(found.at("seed"), 7);
  EXPECT_EQ(found.at("images"), Json({3, 5}));
  EXPECT_EQ(found.at("program"), version());
  EXPECT_EQ(found.at("revision"), git_revision());
  // Every factor of a layer's recombination stands in the formula.
  const std::string formula = found.at("formula").dump();
  for (const auto& [name, value] : found.at("layers").at(0).at("recombination").items())
    EXPECT_TRUE(name == "subtract_digitally" || formula.find(name) != std::string::npos) << name;
}

// Another file of the user's own stays.
TEST_F(GoldenTest, ASecondExportLeavesNothingOfTheFirst) {
  CimLayer first = small_layer();
  CimLayer second = small_layer();
  first.name = "first";
  second.name = "second";
  const GoldenLayer of_first = small_golden(first);
  const GoldenLayer of_second = small_golden(second);
  const auto folder = [this](const char* name) { return golden_ / name; };
  write({&of_first, 1});
  write_file_atomically(folder("notes.txt"), "mine");
  // As an export leaves it that was stopped.
  std::filesystem::rename(folder("manifest.json"), folder("manifest.unfinished.json"));
  write({&of_second, 1});
  EXPECT_FALSE(std::filesystem::exists(folder("first")));
  EXPECT_TRUE(std::filesystem::exists(folder("second")));
  write({&of_first, 1});
  EXPECT_FALSE(std::filesystem::exists(folder("second")));
  EXPECT_FALSE(std::filesystem::exists(folder("manifest.unfinished.json")));
  EXPECT_TRUE(std::filesystem::exists(folder("notes.txt")));
}

TEST_F(GoldenTest, AManifestOfAnotherKindStays) {
  const CimLayer layer = small_layer();
  const GoldenLayer golden = small_golden(layer);
  const auto refusal = [&](const std::string& text) {
    write_file_atomically(golden_ / "manifest.json", text);
    const std::string message = message_of([&] { write({&golden, 1}); });
    EXPECT_EQ(read_text_file(golden_ / "manifest.json"), text);
    return message;
  };
  make_folder(golden_);
  EXPECT_THAT(refusal(R"({"bitline_run": 1})"), ::testing::HasSubstr("name another folder"));
  EXPECT_THAT(refusal("no JSON"), ::testing::HasSubstr("name another folder"));
  EXPECT_THAT(refusal(R"({"layers": [{"folder": "..", "files": []}]})"),
              ::testing::HasSubstr("'..' is no name of a file"));
}

}  // namespace
}  // namespace bitline
