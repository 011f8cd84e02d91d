// `bitline data get`, and configurations that read what networks are usually trained on.
#include "bitline/base/zip_writer.h"
#include "bitline/testing/npy.h"
#include "bitline/testing/program_study.h"
#include "bitline/testing/server.h"

namespace bitline::cli {
namespace {

using test::kStudy;
using test::make_images;
using test::make_network;
using test::npy_of;
using test::Outcome;
using test::replaced;
using test::ServedFiles;
using test::StudyTest;
using test::TestServer;

constexpr int kUsage = 2;
constexpr int kFailure = 1;

class DataGetTest : public StudyTest {};

TEST_F(DataGetTest, AnotherContentThanThePublishedIsRefused) {
  const TestServer server(ServedFiles{{"/mirror/cifar-100-binary.tar.gz", "something else"}});
  const std::string url = server.url() + "/mirror";
  expect_refusal({"data", "get", "cifar100", "--to", "sets", "--url", url}, kFailure,
                 {url + "/cifar-100-binary.tar.gz: MD5 ",
                  "is not the published 03b5dce01913d631647c71ecec9e9cb8"});
}

TEST_F(DataGetTest, AServerWithoutTheSetIsNamed) {
  const TestServer server(ServedFiles{});
  expect_refusal({"data", "get", "mnist", "--to", "sets", "--url", server.url()}, kFailure,
                 {server.url() + "/train-images-idx3-ubyte.gz: ", "404"});
}

TEST_F(DataGetTest, AnUnknownSetIsAMistakeInTheCommandLine) {
  expect_refusal({"data", "get", "imagenet", "--to", "sets"}, kUsage, {"imagenet", "cifar100"});
  expect_refusal({"data", "get", "cifar10"}, kUsage, {"--to is required"});
}

/// The study on NumPy arrays instead of sample files.
class NumpyStudyTest : public StudyTest {
 protected:
  NumpyStudyTest() {
    write("study.toml", replaced(replaced(replaced(kStudy, "\"samples\"", "\"numpy\""),
                                          "search.safetensors", "search.npz"),
                                 "test.safetensors", "test.npz"));
    write_npz("search.npz", load_samples(folder() / "search.safetensors").data);
    write_npz("test.npz", load_samples(folder() / "test.safetensors").data);
  }

  void write_npz(const std::string& file, const Dataset& data) const {
    const auto pixels = data.images.data<std::uint8_t>();
    const std::vector<ZipMember> members{
        {"images.npy",
         npy_of("|u1", "(20, 3, 8, 8)", std::vector<std::uint8_t>(pixels.begin(), pixels.end()))},
        {"labels.npy", npy_of("<i4", "(20,)", data.labels)}};
    write_file_atomically(folder() / file, zip_archive(members));
  }
};

TEST_F(NumpyStudyTest, GivesTheAnswersOfTheSameImagesInASampleFile) {
  const std::string arrays = run({"evaluate", "study.toml"}).output;
  write("study.toml", kStudy);
  EXPECT_EQ(run({"evaluate", "study.toml"}).output, arrays);
  EXPECT_THAT(arrays, testing::HasSubstr("of 20 images"));
  EXPECT_THAT(arrays, testing::Not(testing::HasSubstr("top-5")));
}

TEST_F(NumpyStudyTest, ImagesWithoutLabelsAreAMistakeInTheConfiguration) {
  expect_refusal({"evaluate", "study.toml", "--set", "data.test_file=x.npy"}, kUsage,
                 {"data.test_file = x.npy is no .npz", "data.test_labels"});
  expect_refusal({"evaluate", "study.toml", "--set", "data.search_labels=y.npy"}, kUsage,
                 {"holds the labels itself", "remove data.search_labels"});
}

TEST_F(StudyTest, ACropLargerThanThePictureIsAMistakeInTheConfiguration) {
  expect_refusal({"evaluate", "study.toml", "--set", "data.crop=300"}, kUsage,
                 {"data.crop = 300 is more than data.resize = 256"});
}

TEST_F(StudyTest, ChecksumsThatNobodyPublishesCannotBeVerified) {
  expect_refusal({"evaluate", "study.toml", "--set", "data.verify=true"}, kUsage,
                 {"data.verify", "\"samples\"", "remove it"});
}

/// The study with images that are labelled 0 to 11 in turn, and a network of twelve classes.
class ManyClassesTest : public StudyTest {
 protected:
  ManyClassesTest() {
    for (const char* file : {"search.safetensors", "test.safetensors"}) {
      Samples samples = make_images(24, 8, 1);
      samples.data.classes = 12;
      for (std::int32_t i = 0; i < 24; ++i)
        samples.data.labels.at(static_cast<std::size_t>(i)) = i % 12;
      save_samples(folder() / file, samples);
    }
    write_network(folder() / "network.safetensors", make_network({}, 12));
    write("study.toml", replaced(kStudy, "images_per_class = 10", "images_per_class = 2"));
  }
};

TEST_F(ManyClassesTest, EvaluateSaysTopFiveToo) {
  EXPECT_THAT(run({"evaluate", "study.toml"}).output,
              testing::ContainsRegex("top-1 .* of 24 images\\), top-5 .* of 24 images\\), cross"));
}

TEST_F(ManyClassesTest, ARunHasAColumnOfTopFive) {
  const Outcome outcome = run({"run", "study.toml", "--out", "out"});
  ASSERT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, testing::HasSubstr("top-5  loss on test"));
  EXPECT_THAT(read("out/results.csv"), testing::HasSubstr(",test_top5_accuracy,"));
  EXPECT_THAT(read("out/evaluations/lossless-test.json"), testing::HasSubstr("\"top_five\": "));
}

}  // namespace
}  // namespace bitline::cli
