// Networks that take vectors and signals: arrays of NumPy through the importer, the array and the
// search. Expected values are plain sums of integers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "bitline/base/file.h"
#include "bitline/study/evaluation.h"
#include "bitline/study/inputs.h"
#include "bitline/study/node_values.h"
#include "bitline/study/search_sample.h"
#include "bitline/study/search_study.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/npy.h"
#include "bitline/testing/onnx_models.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using onnx::TensorProto;
using test::attribute;
using test::list_attribute;
using test::message_of;
using test::ModelBuilder;
using testing::HasSubstr;

constexpr int kImages = 12;
constexpr int kClasses = 3;
/// Between the two layers, a power of two: value / scale is exact in float32.
constexpr int kScale = 64;

/// Small integers without an order that an exchange of axes would keep.
std::vector<int> integers(std::size_t count, int factor, int low, int high) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    const int place = static_cast<int>(i);
    numbers.push_back(low + (place * factor + place / 7 + 3) % (high - low + 1));
  }
  return numbers;
}

/// `name` as integers that were quantized with that scale, read as "`name`_real".
void quantize(ModelBuilder& model, const std::string& name, const std::string& scale,
              const std::string& zero) {
  model.node("QuantizeLinear", {name, scale, zero}, {name + "_integers"});
  model.node("DequantizeLinear", {name + "_integers", scale, zero}, {name + "_real"});
}

/// A layer on the array: integers of −3 … 3 as its weights.
struct Layer {
  Shape shape;
  std::vector<int> weights;
};
Layer layer_of(Shape shape, int factor) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return {std::move(shape), integers(count, factor, -3, 3)};
}

/// x → first (Gemm or Conv) → Relu → integers of 8 bits → Flatten → Gemm → y.
ModelBuilder two_layers(const Shape& input, const Layer& first, const Layer& second,
                        std::int64_t stride = 1) {
  ModelBuilder model(input);
  model.floats("one", {}, {1});
  model.floats("scale", {}, {kScale});
  model.small("zero", TensorProto::INT8, {}, {0});
  model.small("unsigned_zero", TensorProto::UINT8, {}, {0});
  for (const auto& [name, layer] : {std::pair{"w1", first}, std::pair{"w2", second}}) {
    model.small(name, TensorProto::INT8, layer.shape, layer.weights);
    model.node("DequantizeLinear", {name, "one", "zero"}, {std::string(name) + "_real"});
  }
  quantize(model, "x", "one", "zero");
  if (first.shape.size() == 2)
    model.node("Gemm", {"x_real", "w1_real"}, {"sums"}, {attribute("transB", std::int64_t{1})});
  else
    model.node("Conv", {"x_real", "w1_real"}, {"sums"}, {list_attribute("strides", {stride})});
  model.node("Relu", {"sums"}, {"hidden"});
  quantize(model, "hidden", "scale", "unsigned_zero");
  model.node("Flatten", {"hidden_real"}, {"flat"});
  model.node("Gemm", {"flat", "w2_real"}, {"y"}, {attribute("transB", std::int64_t{1})});
  return model;
}

/// ReLU, and the quantization to 0 … 255 that rounds half to even.
int on_grid(int sum) {
  const int low = std::max(sum, 0) / kScale;
  const int rest = std::max(sum, 0) % kScale;
  const bool up = 2 * rest > kScale || (2 * rest == kScale && low % 2 == 1);
  return std::min(low + (up ? 1 : 0), 255);
}

std::vector<float> classified(const std::vector<int>& hidden, const Layer& layer) {
  std::vector<float> logits;
  for (std::size_t c = 0; c < kClasses; ++c)
    logits.push_back(static_cast<float>(
        kScale * std::inner_product(
                     hidden.begin(), hidden.end(),
                     layer.weights.begin() + static_cast<std::ptrdiff_t>(c * hidden.size()), 0)));
  return logits;
}

/// The 1-D convolution of one image as its definition has it, and the classifier.
std::vector<float> convolved(const int* image, std::int64_t length, const Layer& first,
                             const Layer& second, std::int64_t stride) {
  const std::int64_t channels = first.shape[1];
  const std::int64_t kernel = first.shape[2];
  std::vector<int> hidden;
  for (std::int64_t o = 0; o < first.shape[0]; ++o)
    for (std::int64_t at = 0; at + kernel <= length; at += stride) {
      int sum = 0;
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t k = 0; k < kernel; ++k)
          sum += first.weights[static_cast<std::size_t>((o * channels + c) * kernel + k)] *
                 image[c * length + at + k];
      hidden.push_back(on_grid(sum));
    }
  return classified(hidden, second);
}

std::vector<float> multiplied(const int* image, const Layer& first, const Layer& second) {
  const auto inputs = static_cast<std::size_t>(first.shape[1]);
  std::vector<int> hidden;
  for (std::size_t o = 0; o < static_cast<std::size_t>(first.shape[0]); ++o)
    hidden.push_back(on_grid(
        std::inner_product(image, image + inputs,
                           first.weights.begin() + static_cast<std::ptrdiff_t>(o * inputs), 0)));
  return classified(hidden, second);
}

class VectorsAndSignals : public test::FolderTest {
 protected:
  /// Images of int8, stored under `shape`, whose labels are the network's own answers.
  void write_data(const std::vector<int>& images, const std::string& shape,
                  const std::vector<std::vector<float>>& logits) {
    std::vector<std::uint8_t> labels;
    for (const auto& image : logits)
      labels.push_back(static_cast<std::uint8_t>(std::ranges::max_element(image) - image.begin()));
    write_file_atomically(
        folder_ / "x.npy",
        test::npy_of("|i1", shape, std::vector<std::int8_t>(images.begin(), images.end())));
    write_file_atomically(folder_ / "y.npy",
                          test::npy_of("|u1", fmt::format("({},)", kImages), labels));
  }

  RunConfig config(const std::string& data = "") const {
    return read_run_config(Config::from_text(
        fmt::format("[data]\nformat = \"numpy\"\nsearch_file = \"{0}/x.npy\"\ntest_file = "
                    "\"{0}/x.npy\"\nsearch_labels = \"{0}/y.npy\"\ntest_labels = \"{0}/y.npy\"\n"
                    "images_per_class = 1\n{1}\n[model]\nfile = \"{0}/network.onnx\"\n[array]\n"
                    "rows = 128\nfirst_layer = \"mapped\"\nlast_layer = \"mapped\"\n",
                    folder_.string(), data),
        "test.toml"));
  }

  Network network(const ModelBuilder& model) const {
    write_file_atomically(folder_ / "network.onnx", model.bytes());
    return load_network(config().model);
  }

  Tensor logits_of(const Network& network, MacMode mode) const {
    const RunConfig used = config();
    return node_values(network, mode, {}, load_split(used.data, Split::kTest, job()), used,
                       network.nodes.back().name, job());
  }

  void expect_answers(const Network& network, const std::vector<std::vector<float>>& logits) const {
    for (const MacMode mode : {MacMode::kFloat, MacMode::kLossless, MacMode::kAnalog}) {
      const Tensor found = logits_of(network, mode);
      ASSERT_EQ(found.shape(), (Shape{kImages, kClasses}));
      for (std::size_t i = 0; i < kImages; ++i)
        for (std::size_t c = 0; c < kClasses; ++c)
          EXPECT_EQ(found.data<float>()[i * kClasses + c], logits[i][c]) << i << ' ' << c;
    }
    const RunConfig used = config();
    const Evaluation evaluation = evaluate(
        network, MacMode::kAnalog, {}, load_split(used.data, Split::kTest, job()), used, "", job());
    EXPECT_EQ(evaluation.score.correct, kImages);
  }

  Job job() const { return {silent_, nobody_}; }

 private:
  mutable SilentProgress silent_;
  Cancellation nobody_;
};

class Vectors : public VectorsAndSignals {
 protected:
  const Layer first_ = layer_of({16, 600}, 5);
  const Layer second_ = layer_of({kClasses, 16}, 3);
  const std::vector<int> images_ = integers(std::size_t{kImages} * 600, 37, -127, 127);
  std::vector<std::vector<float>> logits() const {
    std::vector<std::vector<float>> all;
    for (int i = 0; i < kImages; ++i)
      all.push_back(multiplied(&images_[static_cast<std::size_t>(i) * 600], first_, second_));
    return all;
  }
  ModelBuilder model() const { return two_layers({0, 600}, first_, second_); }
};

TEST_F(Vectors, GiveThePlainSumsOfIntegers) {
  write_data(images_, "(12, 600)", logits());
  expect_answers(network(model()), logits());
}

TEST_F(Vectors, MayComeAsMatrices) {
  write_data(images_, "(12, 20, 1, 30)", logits());
  expect_answers(network(model()), logits());
}

TEST_F(Vectors, AreSearched) {
  write_data(images_, "(12, 600)", logits());
  const Network on_grids = network(model());
  SearchStudy study(on_grids, config(), job());
  EXPECT_EQ(study.lossless().correct, study.lossless().images);
  const SearchResult found = study.search(8, range_methods::kLayerWise, {}, job());
  EXPECT_EQ(found.plan.layers.size(), 2U);
  EXPECT_EQ(found.score.correct, study.score(study.executor(), found.plan).correct);
}

TEST_F(Vectors, OfAnotherLengthAreRefusedWithFileAndBothShapes) {
  write_data(std::vector<int>(images_.begin(), images_.begin() + std::ptrdiff_t{12} * 599),
             "(12, 599)", logits());
  const std::string file = (folder_ / "x.npy").string();
  EXPECT_EQ(message_of([&] { logits_of(network(model()), MacMode::kFloat); }),
            file +
                ": the images are [599], but network 'test' takes [600]; take images and "
                "network of one dataset");
}

TEST_F(Vectors, HaveOneMeanForEachValueOrForAll) {
  write_data(images_, "(12, 600)", logits());
  const Network on_grids = network(model());
  const RunConfig three = config("mean = [0.0, 1.0, 2.0]\ndeviation = [1.0, 1.0, 1.0]");
  const Dataset data = load_split(three.data, Split::kTest, job());
  EXPECT_THAT(message_of([&] { normalization_of(on_grids, three.data, data); }),
              HasSubstr("a mean for each of 3 channels, but " + (folder_ / "x.npy").string() +
                        ": the images are [600]"));
  const RunConfig one = config("mean = [1.0]\ndeviation = [2.0]");
  const Tensor normalized = normalized_images(on_grids, data, one.data);
  for (std::size_t i = 0; i < images_.size(); ++i)
    ASSERT_EQ(normalized.data<float>()[i], (static_cast<float>(images_[i]) - 1) / 2) << i;
}

/// Channels, length, kernel, stride.
struct SignalCase {
  std::int64_t channels, length, kernel, stride;
};

class Signals : public VectorsAndSignals, public testing::WithParamInterface<SignalCase> {
 protected:
  static constexpr std::int64_t kFilters = 4;
  std::int64_t places() const {
    return (GetParam().length - GetParam().kernel) / GetParam().stride + 1;
  }
  const Layer first_ = layer_of({kFilters, GetParam().channels, GetParam().kernel}, 5);
  const Layer second_ = layer_of({kClasses, kFilters* places()}, 3);
  const std::vector<int> images_ = integers(
      static_cast<std::size_t>(kImages * GetParam().channels * GetParam().length), 37, -127, 127);
  std::vector<std::vector<float>> logits() const {
    std::vector<std::vector<float>> all;
    for (int i = 0; i < kImages; ++i)
      all.push_back(
          convolved(&images_[static_cast<std::size_t>(i * GetParam().channels * GetParam().length)],
                    GetParam().length, first_, second_, GetParam().stride));
    return all;
  }
  ModelBuilder model() const {
    return two_layers({0, GetParam().channels, GetParam().length}, first_, second_,
                      GetParam().stride);
  }
};

TEST_P(Signals, GiveThePlainSumsOfAOneDimensionalConvolution) {
  write_data(images_, fmt::format("(12, {}, {})", GetParam().channels, GetParam().length),
             logits());
  expect_answers(network(model()), logits());
}

TEST_P(Signals, MayComeAsVectorsOrWithAxesOfOne) {
  write_data(images_, fmt::format("(12, {})", GetParam().channels * GetParam().length), logits());
  expect_answers(network(model()), logits());
  write_data(images_, fmt::format("(12, {}, {}, 1)", GetParam().channels, GetParam().length),
             logits());
  expect_answers(network(model()), logits());
}

TEST_P(Signals, AreSearched) {
  write_data(images_, fmt::format("(12, {}, {})", GetParam().channels, GetParam().length),
             logits());
  SearchStudy study(network(model()), config(), job());
  EXPECT_EQ(study.lossless().correct, study.lossless().images);
  EXPECT_EQ(study.search(8, range_methods::kLayerWise, {}, job()).plan.layers.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Signals,
                         testing::Values(SignalCase{16, 96, 5, 3}, SignalCase{1, 640, 16, 8}),
                         [](const auto& instance) {
                           return fmt::format("Of{}Channels", instance.param.channels);
                         });

// [96, 16] would be the same number of values for [16, 96], time in front of the channels.
TEST_F(VectorsAndSignals, WithExchangedAxesAreRefused) {
  const std::vector<int> images(std::size_t{kImages} * 1536, 1);
  write_data(images, "(12, 96, 16)", std::vector<std::vector<float>>(kImages, {1, 0, 0}));
  const Network signals =
      network(two_layers({0, 16, 96}, layer_of({4, 16, 96}, 5), layer_of({kClasses, 4}, 3)));
  EXPECT_THAT(message_of([&] { logits_of(signals, MacMode::kFloat); }),
              HasSubstr("the images are [96, 16], but network 'test' takes [16, 96]; transpose "
                        "them, or reshape them"));
}

// Width 1 and Flatten in front: nothing says that channels come last, and the order stays.
TEST_F(VectorsAndSignals, ChannelsFirstInFrontOfFlattenStayFirst) {
  ModelBuilder model({0, 2, 3, 1});
  model.floats("w", {2, 6}, {1, 10, 100, 1000, 10000, 100000, 0, 0, 0, 0, 0, 1});
  model.node("Flatten", {"x"}, {"flat"});
  model.node("Gemm", {"flat", "w"}, {"y"}, {attribute("transB", std::int64_t{1})});
  const Network flat = model.import();
  EXPECT_EQ(std::get<Input>(flat.nodes[0].op).shape, (Shape{2, 3, 1}));
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const Executor executor(flat, MacMode::kFloat);
  for (const Shape& shape : {Shape{1, 2, 3, 1}, Shape{1, 6}, Shape{1, 2, 3}}) {
    const Tensor logits = executor.logits(Tensor::of<float>(shape, values));
    EXPECT_EQ(logits.data<float>()[0], 654321.0F);
    EXPECT_EQ(logits.data<float>()[1], 6.0F);
  }
}

}  // namespace
}  // namespace bitline
