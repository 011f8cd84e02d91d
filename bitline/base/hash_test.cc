#include "bitline/base/hash.h"

#include <gtest/gtest.h>

namespace bitline {
namespace {

// FIPS 180-2 appendix B.1, and the digest of the empty message.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, TextAndBytesAgree) {
  const std::string_view text = "Bitline";
  EXPECT_EQ(sha256(text), sha256(std::as_bytes(std::span(text.data(), text.size()))));
}

// RFC 1321 appendix A.5.
TEST(Md5, GivesThePublishedDigests) {
  const std::string_view text = "message digest";
  EXPECT_EQ(md5(std::as_bytes(std::span(text.data(), text.size()))),
            "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(md5({}), "d41d8cd98f00b204e9800998ecf8427e");
}

}  // namespace
}  // namespace bitline
