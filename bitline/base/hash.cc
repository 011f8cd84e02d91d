#include "bitline/base/hash.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

std::string digest(const EVP_MD* algorithm, std::string_view name,
                   std::span<const std::byte> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> result{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), result.data(), &length, algorithm, nullptr) != 1)
    fail("OpenSSL refuses to compute {}; its configuration may forbid the algorithm", name);
  return fmt::format("{:02x}", fmt::join(result.begin(), result.begin() + length, ""));
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  return digest(EVP_sha256(), "SHA-256", bytes);
}

std::string sha256(std::string_view text) {
  return sha256(std::as_bytes(std::span(text.data(), text.size())));
}

std::string md5(std::span<const std::byte> bytes) { return digest(EVP_md5(), "MD5", bytes); }

}  // namespace bitline
