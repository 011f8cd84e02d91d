#include "bitline/data/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/base/random.h"
#include "bitline/testing/expect_error.h"
#include "bitline/testing/npy.h"

namespace bitline {
namespace {

using test::message_of;
using test::npy_of;
using test::npy_with;
using testing::HasSubstr;

const std::vector<std::uint8_t> kSix{1, 2, 3, 4, 5, 6};

std::string refusal_of(const std::vector<std::byte>& bytes) {
  return message_of([&] { parse_npy(bytes); });
}

std::string refusal_of_header(std::string_view header) {
  return refusal_of(npy_with(header, std::as_bytes(std::span(kSix))));
}

TEST(Npy, ReadsShapeTypeAndElements) {
  const Tensor bytes = parse_npy(npy_of("|u1", "(2, 3)", kSix));
  EXPECT_EQ(bytes.shape(), (Shape{2, 3}));
  EXPECT_EQ(bytes.data<std::uint8_t>()[4], 5);
  const Tensor reals = parse_npy(npy_of<float>("<f4", "(1, 2)", {0.5F, -2.0F}));
  EXPECT_EQ(reals.data<float>()[1], -2.0F);
  const Tensor labels = parse_npy(npy_of<std::int64_t>("<i8", "(2,)", {7, -1}));
  EXPECT_EQ(labels.data<std::int64_t>()[1], -1);
}

TEST(Npy, ReadsAScalarAndAnEmptyArray) {
  EXPECT_EQ(parse_npy(npy_of<double>("<f8", "()", {2.5})).data<double>()[0], 2.5);
  EXPECT_EQ(parse_npy(npy_of<float>("<f4", "(0, 3)", {})).shape(), (Shape{0, 3}));
}

TEST(Npy, ReadsVersionTwo) {
  std::vector<std::byte> file = npy_of("|u1", "(6,)", kSix);
  file.at(6) = std::byte{2};
  file.insert(file.begin() + 10, 2, std::byte{0});  // the length takes four bytes
  EXPECT_EQ(parse_npy(file).shape(), Shape{6});
  file.at(6) = std::byte{3};
  EXPECT_THAT(refusal_of(file), HasSubstr("version 3 of the .npy format is not read"));
}

TEST(Npy, KeysMayStandInAnyOrderButOnce) {
  EXPECT_EQ(refusal_of_header("{'shape': (6,), \"descr\": \"|u1\", 'fortran_order': False}"),
            "nothing was thrown");
  EXPECT_THAT(refusal_of_header("{'shape': (6,), 'shape': (6,)}"),
              HasSubstr("unknown or repeated 'shape'"));
  EXPECT_THAT(refusal_of_header("{'shape': (6,), 'names': 1}"),
              HasSubstr("unknown or repeated 'names'"));
  EXPECT_THAT(refusal_of_header("{'shape': (6,), 'fortran_order': False, }"),
              HasSubstr("no 'descr'"));
}

TEST(Npy, AHeaderThatIsNoDictionaryIsShown) {
  EXPECT_THAT(refusal_of_header("['descr']"), HasSubstr("'['descr']' where '{' has to stand"));
  EXPECT_THAT(refusal_of_header("{'shape': (6)}"), HasSubstr("comma of a tuple"));
  EXPECT_THAT(refusal_of_header("{'shape': (-6,)}"), HasSubstr("a number from 0"));
  EXPECT_THAT(refusal_of_header("{'shape': (6 6)}"), HasSubstr("',' or ')'"));
  EXPECT_THAT(refusal_of_header("{'fortran_order': 0}"), HasSubstr("True or False"));
  EXPECT_THAT(refusal_of_header("{'descr': '|u1"), HasSubstr("the end of a text"));
  EXPECT_THAT(refusal_of_header("{'shape': (6,), 'fortran_order': False, 'descr': '|u1'} x"),
              HasSubstr("'x' where nothing has to stand"));
}

TEST(Npy, OtherTypesAndOrdersAreRefusedWithTheRemedy) {
  EXPECT_THAT(refusal_of(npy_of("<f2", "(3,)", kSix)),
              HasSubstr("elements of type '<f2' are not read; convert"));
  EXPECT_THAT(refusal_of(npy_of(">i2", "(3,)", kSix)), HasSubstr("'>i2'"));
  EXPECT_THAT(refusal_of(npy_of("|O", "(3,)", kSix)), HasSubstr("'|O'"));
  EXPECT_THAT(refusal_of_header("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"),
              HasSubstr("ascontiguousarray"));
}

TEST(Npy, ASizeThatIsNotTheShapesIsRefusedBeforeMemoryIsTaken) {
  EXPECT_THAT(refusal_of(npy_of("|u1", "(7,)", kSix)), HasSubstr("truncated"));
  EXPECT_THAT(refusal_of(npy_of("|u1", "(5,)", kSix)), HasSubstr("damaged"));
  EXPECT_THAT(refusal_of(npy_of("<i4", "(1,)", kSix)), HasSubstr("6 bytes follow the header"));
  EXPECT_THAT(refusal_of(npy_of("|u1", "(1099511627776, 4096)", kSix)), HasSubstr("truncated"));
  EXPECT_NE(refusal_of(npy_of("|u1", "(9223372036854775807, 2)", kSix)), "nothing was thrown");
}

TEST(Npy, WhatIsNoNpyFileIsRefused) {
  EXPECT_THAT(refusal_of({}), HasSubstr("not an .npy file"));
  std::vector<std::byte> file = npy_of("|u1", "(6,)", kSix);
  file.resize(30);
  EXPECT_THAT(refusal_of(file), HasSubstr("header is truncated"));
  file.resize(9);
  EXPECT_THAT(refusal_of(file), HasSubstr("header is truncated"));
}

TEST(Npy, DamageIsRefusedOrReadButNeverCrashes) {
  const std::vector<std::byte> good = npy_of("|u1", "(2, 3)", kSix);
  Random random(1);
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::byte> file = good;
    for (int change = 0; change <= round % 3; ++change)
      file.at(random.below(file.size())) = static_cast<std::byte>(random.below(256));
    try {
      EXPECT_LE(parse_npy(file).byte_size(), file.size());
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kFailure);
    }
  }
}

}  // namespace
}  // namespace bitline
