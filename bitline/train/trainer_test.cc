#include "bitline/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "bitline/base/random.h"
#include "bitline/graph/network_file.h"
#include "bitline/models/models.h"
#include "bitline/quantize/grid.h"
#include "bitline/recipe/learning_rate.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/progress.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::message_of;
using test::StopAfter;
using test::TemporaryFolder;

/// 24 images of 8 × 8: class 0 is dark, class 1 is bright, with noise.
Dataset two_classes() {
  Dataset data;
  data.images = Tensor(DType::kU8, {24, 3, 8, 8});
  data.classes = 2;
  Random random(3);
  const auto pixels = data.images.data<std::uint8_t>();
  for (std::size_t i = 0; i < 24; ++i) {
    data.labels.push_back(static_cast<std::int32_t>(i % 2));
    for (std::size_t p = 0; p < 192; ++p)
      pixels[i * 192 + p] = static_cast<std::uint8_t>(random.below(100) + (i % 2) * 120);
  }
  return data;
}

const Normalization kNormalization{{0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F}};

Network small_resnet() {
  ModelOptions options;
  options.width = 0.25;
  options.classes = 2;
  options.input = {3, 8, 8};
  return resnet20(options);
}

TrainOptions short_training() {
  TrainOptions options;
  options.epochs = 3;
  options.batch_size = 8;
  options.learning_rate = 0.05;
  return options;
}

std::string bytes_of(const Network& network) {
  const std::vector<std::byte> bytes = serialize_safetensors(to_safetensors(network));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class TrainerTest : public ::testing::Test {
 protected:
  Trainer trainer(Network network, TrainingQuantizer quantizer = TrainingQuantizer::kLsq) {
    return {TrainableNetwork(std::move(network), quantizer, at::kCPU), short_training(), batches_,
            &holdout_};
  }
  Network quantized(TrainingQuantizer quantizer) {
    Network network = small_resnet();
    QuantizeOptions options;
    options.quantizer = quantizer;
    attach_quantizers(network, options);
    return network;
  }

  Dataset data_ = two_classes();
  BatchSource batches_{data_, kNormalization, 1, true, true};
  BatchSource holdout_{data_, kNormalization, 1, false, false};
  SilentProgress silent_;
};

TEST_F(TrainerTest, LearnsToTellTwoClassesApart) {
  for (const TrainingQuantizer quantizer : {TrainingQuantizer::kLsq, TrainingQuantizer::kQnn}) {
    Trainer t = trainer(quantized(quantizer), quantizer);
    std::vector<EpochReport> reports;
    t.run({silent_, {}}, [&reports](const EpochReport& r) { reports.push_back(r); });
    ASSERT_EQ(reports.size(), 3U);
    EXPECT_LT(reports.back().loss, reports.front().loss);
    EXPECT_TRUE(t.finished());
    infer_shapes(t.network().network());  // every step is calibrated and positive
  }
}

// Its 1×1 convolutions have few channels and a stride (torch/onednn.h).
TEST_F(TrainerTest, TheSameTrainingAgainGivesTheSameBits) {
  for (const Network& start : {small_resnet(), quantized(TrainingQuantizer::kLsq)}) {
    const auto trained = [&] {
      Trainer t = trainer(start);
      t.run({silent_, {}}, [](const EpochReport&) {});
      return bytes_of(t.network().network());
    };
    const std::string once = trained();
    EXPECT_NE(once, bytes_of(start));
    for (int again = 0; again < 3; ++again) EXPECT_TRUE(trained() == once) << again;
  }
}

TEST_F(TrainerTest, AStoppedTrainingContinuesToTheSameBits) {
  Trainer whole = trainer(quantized(TrainingQuantizer::kLsq));
  whole.run({silent_, {}}, [](const EpochReport&) {});
  const std::string expected = bytes_of(whole.network().network());
  // Within an epoch, at its end, among the held-out images, at their end, within the next.
  for (const int updates : {1, 3, 4, 6, 7}) {
    Cancellation cancellation;
    StopAfter stop(cancellation, updates);
    Trainer first = trainer(quantized(TrainingQuantizer::kLsq));
    first.run({stop, cancellation}, [](const EpochReport&) {});
    ASSERT_FALSE(first.finished());
    const TemporaryFolder folder;
    const auto path = folder.path() / "checkpoint.safetensors";
    write_checkpoint(path, first.checkpoint());
    Trainer second = trainer(quantized(TrainingQuantizer::kLsq));
    second.restore(read_checkpoint(path));
    second.run({silent_, {}}, [](const EpochReport&) {});
    EXPECT_EQ(bytes_of(second.network().network()), expected) << updates;
  }
}

// Of three steps the last one's is the third that counts.
TEST_F(TrainerTest, FindsTheRateThatGoesDownFurthest) {
  const Network start = small_resnet();
  const auto constant = [&](double rate) {
    TrainOptions options = short_training();
    options.schedule = Schedule::kStep;
    options.learning_rate = rate;
    options.epochs = 1;
    return Trainer(TrainableNetwork(start, TrainingQuantizer::kLsq, at::kCPU), options, batches_,
                   nullptr);
  };
  const auto loss_of_third_step = [&](double rate) {
    Trainer two = constant(rate);
    Cancellation cancellation;
    StopAfter stop(cancellation, 2);
    two.run({stop, cancellation}, [](const EpochReport&) {});
    double three = 0;
    constant(rate).run({silent_, {}}, [&three](const EpochReport& r) { three = 24 * r.loss; });
    return (three - two.checkpoint().state.loss_sum) / 8;
  };
  std::vector<double> losses;
  for (const double rate : kTestedRates) losses.push_back(loss_of_third_step(rate));
  const double expected =
      kTestedRates[static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin())];

  Trainer found = trainer(start);
  EXPECT_EQ(found.find_learning_rate({silent_, {}}), expected);
  TrainOptions stated = short_training();
  stated.learning_rate = expected;
  Trainer given(TrainableNetwork(start, TrainingQuantizer::kLsq, at::kCPU), stated, batches_,
                &holdout_);
  found.run({silent_, {}}, [](const EpochReport&) {});
  given.run({silent_, {}}, [](const EpochReport&) {});
  EXPECT_TRUE(bytes_of(found.network().network()) == bytes_of(given.network().network()));
}

TEST_F(TrainerTest, WhereNoRateKeepsTheLossANumberItSaysSo) {
  Network network = small_resnet();
  network.tensors.at("conv1.weight").data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  Trainer t = trainer(network);
  EXPECT_THAT(message_of([&] {
                t.find_learning_rate({silent_, {}});
              }),
              ::testing::HasSubstr("no learning_rate of 0.3, 0.1, 0.03"));
}

TEST_F(TrainerTest, HeldOutImagesAreCountedWithProgress) {
  test::NotedProgress notes;
  Trainer t = trainer(quantized(TrainingQuantizer::kLsq));
  t.run({notes, {}}, [](const EpochReport&) {});
  const auto told = notes.tasks("held-out images");
  ASSERT_EQ(told.size(), 3U);  // epochs
  EXPECT_THAT(told[0].done, ::testing::ElementsAre(8, 16, 24));
}

TEST_F(TrainerTest, ACheckpointOfAnotherNetworkIsRefused) {
  const Checkpoint checkpoint = trainer(small_resnet()).checkpoint();
  Trainer other = trainer(quantized(TrainingQuantizer::kLsq));
  EXPECT_THROW(other.restore(checkpoint), Error);
}

TEST_F(TrainerTest, ALossThatIsNotANumberStopsWithTheRemedy) {
  Network network = small_resnet();
  network.tensors.at("conv1.weight").data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  Trainer t = trainer(network);
  EXPECT_THAT(message_of([&] {
                t.run({silent_, {}}, [](const EpochReport&) {});
              }),
              ::testing::HasSubstr("learning_rate"));
}

TEST_F(TrainerTest, ANetworkFileIsNoCheckpoint) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "network.safetensors";
  write_network(path, small_resnet());
  EXPECT_THROW(read_checkpoint(path), Error);
}

TEST(BatchSource, AnEpochShowsEveryImageOnceInAnOrderOfItsOwn) {
  const Dataset data = two_classes();
  BatchSource source(data, kNormalization, 1, true, false);
  const auto first_pixels = [&source](std::int64_t epoch) {
    source.begin_epoch(epoch);
    const at::Tensor images = source.batch(0, 24).images;
    std::vector<float> pixels;
    for (std::int64_t i = 0; i < 24; ++i) pixels.push_back(images[i].sum().item<float>());
    return pixels;
  };
  std::vector<float> a = first_pixels(0);
  std::vector<float> b = first_pixels(1);
  EXPECT_NE(a, b);
  std::ranges::sort(a);
  std::ranges::sort(b);
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace bitline
