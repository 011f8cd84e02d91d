#include "bitline/data/sample_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/safetensors.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::FolderTest;
using test::message_of;
using testing::AllOf;
using testing::HasSubstr;

Samples two_images() {
  const std::vector<std::uint8_t> pixels{1, 2, 3, 4};
  return {{Tensor::of<std::uint8_t>({2, 1, 2, 1}, pixels), {1, 0}, 2, {"no", "\"yes\""}},
          "toy",
          "by hand",
          {40, 17}};
}

class SamplesFile : public FolderTest {
 protected:
  const std::filesystem::path path_ = folder_ / "samples.safetensors";

  /// The message after `change` was done to a good file.
  template <typename Change>
  std::string refusal_after(const Change& change) const {
    save_samples(path_, two_images());
    SafeTensors file = read_safetensors(path_);
    change(file);
    write_safetensors(path_, file);
    return message_of([&] { load_samples(path_); });
  }
};

TEST_F(SamplesFile, RoundTripKeepsEverything) {
  save_samples(path_, two_images());
  const Samples read = load_samples(path_);
  EXPECT_EQ(read.data.images.shape(), (Shape{2, 1, 2, 1}));
  EXPECT_EQ(read.data.image(1)[0], 3);
  EXPECT_EQ(read.data.labels, two_images().data.labels);
  EXPECT_EQ(read.data.classes, 2);
  EXPECT_EQ(read.data.class_names, two_images().data.class_names);
  EXPECT_EQ(read.dataset, "toy");
  EXPECT_EQ(read.origin, "by hand");
  EXPECT_EQ(read.indices, (std::vector<std::int64_t>{40, 17}));
}

TEST_F(SamplesFile, IndicesAndClassNamesMayBeLeftOut) {
  Samples samples = two_images();
  samples.indices.clear();
  samples.data.class_names.clear();
  save_samples(path_, samples);
  const Samples read = load_samples(path_);
  EXPECT_TRUE(read.indices.empty());
  EXPECT_TRUE(read.data.class_names.empty());
}

TEST_F(SamplesFile, LabelsTakeOneByteUpTo256ClassesAndFourAbove) {
  Samples samples = two_images();
  samples.data.class_names.clear();
  samples.data.classes = 256;
  samples.data.labels = {255, 0};
  save_samples(path_, samples);
  EXPECT_EQ(read_safetensors(path_).tensors.at("labels").dtype(), DType::kU8);
  EXPECT_EQ(load_samples(path_).data.labels.front(), 255);
  samples.data.classes = 1000;
  samples.data.labels = {999, 0};
  save_samples(path_, samples);
  EXPECT_EQ(read_safetensors(path_).tensors.at("labels").dtype(), DType::kI32);
  EXPECT_EQ(load_samples(path_).data.labels.front(), 999);
}

TEST_F(SamplesFile, RefusesToSaveWhatItCouldNotLoad) {
  Samples bad_label = two_images();
  bad_label.data.labels[0] = 2;
  EXPECT_THAT(message_of([&] { save_samples(path_, bad_label); }), HasSubstr("label 2"));
  Samples few_indices = two_images();
  few_indices.indices.pop_back();
  EXPECT_THAT(message_of([&] { save_samples(path_, few_indices); }),
              HasSubstr("1 indices for 2 images"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SamplesFile, WhatDoesNotFitIsNamedWithTheFile) {
  EXPECT_THAT(refusal_after([](SafeTensors& file) { file.tensors.erase("labels"); }),
              AllOf(HasSubstr(path_.string()), HasSubstr("no tensor 'labels'")));
  EXPECT_THAT(refusal_after([](SafeTensors& file) { file.metadata.erase("bitline.samples"); }),
              HasSubstr("no sample set"));
  EXPECT_THAT(refusal_after([](SafeTensors& file) { file.metadata["bitline.samples"] = "2"; }),
              HasSubstr("version 2, this program reads version 1"));
  EXPECT_THAT(refusal_after([](SafeTensors& file) { file.metadata["classes"] = "2x"; }),
              HasSubstr("classes = '2x'"));
  EXPECT_THAT(refusal_after([](SafeTensors& file) { file.metadata["classes"] = "1"; }),
              AllOf(HasSubstr(path_.string()), HasSubstr("2 class names for 1 classes")));
  EXPECT_THAT(refusal_after([](SafeTensors& file) { file.metadata["class_names"] = "[1]"; }),
              HasSubstr("class_names is not a JSON list"));
  EXPECT_THAT(refusal_after([](SafeTensors& file) {
                file.tensors.insert_or_assign("labels", Tensor(DType::kF32, {2}));
              }),
              HasSubstr("labels have to be U8 or I32, found F32"));
  EXPECT_THAT(refusal_after([](SafeTensors& file) {
                file.tensors.insert_or_assign("images", Tensor(DType::kF64, {2, 1, 2, 1}));
              }),
              HasSubstr("found F64 [2, 1, 2, 1]"));
  EXPECT_THAT(refusal_after([](SafeTensors& file) {
                file.tensors.insert_or_assign("indices", Tensor(DType::kI64, {1}));
              }),
              HasSubstr("1 indices for 2 images"));
  EXPECT_EQ(refusal_after([](SafeTensors&) {}), "nothing was thrown");
}

}  // namespace
}  // namespace bitline
