#include "bitline/data/numpy_arrays.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/file.h"
#include "bitline/base/zip_writer.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/npy.h"
#include "bitline/testing/temporary_folder.h"

namespace bitline {
namespace {

using test::FolderTest;
using test::message_of;
using test::npy_of;
using testing::AllOf;
using testing::HasSubstr;

const std::vector<std::uint8_t> kPixels{10, 11, 20, 21};

/// Two images of one channel and 1 x 2 pixels.
std::vector<std::byte> images() { return npy_of("|u1", "(2, 1, 1, 2)", kPixels); }

template <typename T>
std::vector<std::byte> labels(const std::string& descr, const std::vector<T>& values) {
  return npy_of(descr, fmt::format("({},)", values.size()), values);
}

Dataset parse(std::vector<std::byte> images_npy, std::vector<std::byte> labels_npy) {
  const std::vector<ZipMember> members{{"images.npy", std::move(images_npy)},
                                       {"labels.npy", std::move(labels_npy)}};
  return parse_npz(zip_archive(members));
}

std::string refusal_of(const std::vector<std::byte>& images_npy,
                       const std::vector<std::byte>& labels_npy) {
  return message_of([&] { parse(images_npy, labels_npy); });
}

TEST(Npz, HoldsImagesAndLabels) {
  const Dataset data = parse(images(), labels<std::int64_t>("<i8", {0, 2}));
  EXPECT_EQ(data.images.shape(), (Shape{2, 1, 1, 2}));
  EXPECT_EQ(data.image(1)[0], 20);
  EXPECT_EQ(data.labels, (std::vector<std::int32_t>{0, 2}));
  EXPECT_EQ(data.classes, 3);
  EXPECT_TRUE(data.class_names.empty());
}

TEST(Npz, RealImagesStayReal) {
  const Dataset data =
      parse(npy_of<float>("<f4", "(1, 1, 1, 2)", {0.25F, -3.0F}), labels<std::uint8_t>("|u1", {0}));
  EXPECT_EQ(data.image<float>(0)[1], -3.0F);
}

TEST(Npz, LabelsMayHaveAnyIntegerType) {
  const std::vector<std::int32_t> expected{1, 0};
  EXPECT_EQ(parse(images(), labels<std::uint8_t>("|u1", {1, 0})).labels, expected);
  EXPECT_EQ(parse(images(), labels<std::int8_t>("|i1", {1, 0})).labels, expected);
  EXPECT_EQ(parse(images(), labels<std::int16_t>("<i2", {1, 0})).labels, expected);
  EXPECT_EQ(parse(images(), labels<std::int32_t>("<i4", {1, 0})).labels, expected);
  EXPECT_THAT(refusal_of(images(), labels<float>("<f4", {1, 0})),
              HasSubstr("labels have to be integers, found F32"));
}

TEST(Npz, LabelsThatCannotBeAreNamed) {
  EXPECT_THAT(refusal_of(images(), labels<std::int8_t>("|i1", {0, -1})),
              HasSubstr("label -1 of image 1 is outside 0 to 1048575"));
  EXPECT_THAT(refusal_of(images(), labels<std::int64_t>("<i8", {std::int64_t{1} << 40, 0})),
              HasSubstr("label 1099511627776 of image 0"));
  EXPECT_THAT(refusal_of(images(), labels<std::uint8_t>("|u1", {0})),
              HasSubstr("1 labels for 2 images"));
  EXPECT_THAT(refusal_of(images(), npy_of<std::uint8_t>("|u1", "(2, 1)", {0, 0})),
              HasSubstr("found shape [2, 1]"));
}

TEST(Npz, ArraysMayHaveAnyRankFromTwo) {
  const auto two = labels<std::uint8_t>("|u1", {0, 1});
  EXPECT_EQ(parse(npy_of("|u1", "(2, 2)", kPixels), two).images.shape(), (Shape{2, 2}));
  EXPECT_EQ(parse(npy_of("|u1", "(2, 1, 2)", kPixels), two).images.shape(), (Shape{2, 1, 2}));
  EXPECT_EQ(parse(npy_of("|u1", "(2, 1, 1, 2, 1)", kPixels), two).images.shape(),
            (Shape{2, 1, 1, 2, 1}));
  EXPECT_THAT(refusal_of(npy_of("|u1", "(4,)", kPixels), labels<std::uint8_t>("|u1", {0, 0, 0, 0})),
              HasSubstr("images have to be U8 or F32 [n, …], [n, channels, height, width] for "
                        "example; found U8 [4]"));
}

TEST(Npz, NumbersOfOtherTypesBecomeReal) {
  const auto two = labels<std::uint8_t>("|u1", {0, 1});
  const auto values = [&](const std::vector<std::byte>& images) {
    const Dataset data = parse(images, two);
    const auto all = data.images.data<float>();
    return std::vector<float>(all.begin(), all.end());
  };
  EXPECT_EQ(values(npy_of<std::int8_t>("|i1", "(2, 1)", {-128, 127})),
            (std::vector<float>{-128.0F, 127.0F}));
  EXPECT_EQ(values(npy_of<std::int16_t>("<i2", "(2, 1)", {-32768, 5})),
            (std::vector<float>{-32768.0F, 5.0F}));
  EXPECT_EQ(values(npy_of<std::int32_t>("<i4", "(2, 1)", {16777216, -16777216})),
            (std::vector<float>{16777216.0F, -16777216.0F}));
  EXPECT_EQ(values(npy_of<std::int64_t>("<i8", "(2, 1)", {7, -7})),
            (std::vector<float>{7.0F, -7.0F}));
  // 1 + 2^-24 lies half-way between 1 and 1 + 2^-23, and goes to the even one.
  EXPECT_EQ(values(npy_of<double>("<f8", "(2, 1)", {1.0 + 0x1p-24, -0.5})),
            (std::vector<float>{1.0F, -0.5F}));
}

TEST(Npz, NumbersThatFloat32LacksAreNamed) {
  const auto two = labels<std::uint8_t>("|u1", {0, 1});
  EXPECT_THAT(refusal_of(npy_of<std::int32_t>("<i4", "(2, 1)", {0, 16777217}), two),
              HasSubstr("images hold 16777217"));
  EXPECT_THAT(refusal_of(npy_of<double>("<f8", "(2, 1)", {0, 1e300}), two),
              HasSubstr("image 1 holds inf"));
}

TEST(Npz, ImagesThatAreNoImagesAreNamed) {
  EXPECT_THAT(refusal_of(npy_of<float>("<f4", "(0, 1, 2, 2)", {}), labels<std::uint8_t>("|u1", {})),
              HasSubstr("hold no value"));
  EXPECT_THAT(refusal_of(npy_of("|u1", "(9,)", kPixels), labels<std::uint8_t>("|u1", {0, 0})),
              HasSubstr("images.npy: "));
}

TEST(Npz, AMissingArrayIsNamedWithThoseThatAreThere) {
  const std::vector<ZipMember> members{{"x_test.npy", images()}};
  EXPECT_THAT(message_of([&] { parse_npz(zip_archive(members)); }),
              HasSubstr("no 'images.npy'; it holds x_test.npy"));
}

class NumpyFiles : public FolderTest {};

TEST_F(NumpyFiles, TwoNpyFilesOrOneNpzFile) {
  const std::vector<std::byte> ones = labels<std::uint8_t>("|u1", {1, 1});
  write_file_atomically(folder_ / "x.npy", images());
  write_file_atomically(folder_ / "y.npy", ones);
  const std::vector<ZipMember> members{{"images.npy", images()}, {"labels.npy", ones}};
  write_file_atomically(folder_ / "xy.npz", zip_archive(members));
  const Dataset two = load_numpy(folder_ / "x.npy", folder_ / "y.npy");
  const Dataset one = load_numpy(folder_ / "xy.npz", {});
  EXPECT_EQ(two.labels, one.labels);
  EXPECT_EQ(two.image(1)[1], 21);
  EXPECT_EQ(one.image(1)[1], 21);
}

TEST_F(NumpyFiles, ErrorsNameTheFile) {
  write_file_atomically(folder_ / "x.npy", images());
  EXPECT_THAT(message_of([&] { load_numpy(folder_ / "x.npy", {}); }),
              AllOf(HasSubstr((folder_ / "x.npy").string()), HasSubstr("not a ZIP archive")));
  write_file_atomically(folder_ / "y.npy", std::string_view("text"));
  EXPECT_THAT(message_of([&] { load_numpy(folder_ / "x.npy", folder_ / "y.npy"); }),
              HasSubstr((folder_ / "y.npy").string() + ": not an .npy file"));
}

}  // namespace
}  // namespace bitline
