#include "bitline/data/cifar_records.h"

#include <algorithm>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/data/published_file.h"

namespace bitline {
namespace {

constexpr std::size_t kPixels = std::size_t{3} * 32 * 32;

std::int32_t read_label(std::span<const std::byte> record, CifarLabels labels, std::size_t number) {
  std::int32_t label = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    label = std::to_integer<std::int32_t>(record[i]);
    if (label >= labels[i])
      fail("label {} of record {} is outside 0 to {}; the file is damaged or of another dataset",
           label, number, labels[i] - 1);
  }
  return label;
}

std::vector<std::byte> read_records(const std::filesystem::path& path, const CifarFile& file,
                                    std::size_t record_size, std::string_view archive,
                                    bool verify) {
  require_file(path, fmt::format("unpack {} from https://www.cs.toronto.edu/~kriz/cifar.html "
                                 "there, or name the folder that holds it",
                                 archive));
  const std::uintmax_t expected = static_cast<std::uintmax_t>(file.records) * record_size;
  const std::uintmax_t size = std::filesystem::file_size(path);
  if (size != expected)
    fail("{} has {} bytes instead of {}; it is {}, fetch it again", path.string(), size, expected,
         size < expected ? "truncated" : "too long");
  std::vector<std::byte> bytes = read_file(path);
  if (verify) verify_checksum(bytes, file.md5, path);
  return bytes;
}

}  // namespace

Dataset parse_cifar(std::span<const std::byte> bytes, CifarLabels labels) {
  const std::size_t record_size = labels.size() + kPixels;
  if (bytes.empty() || bytes.size() % record_size != 0)
    fail("{} bytes are not whole records of {}; the file is truncated or of another dataset",
         bytes.size(), record_size);
  const std::size_t records = bytes.size() / record_size;
  Dataset dataset{
      Tensor(DType::kU8, {static_cast<std::int64_t>(records), 3, 32, 32}), {}, labels.back(), {}};
  dataset.labels.reserve(records);
  auto pixels = dataset.images.bytes().begin();
  for (std::size_t i = 0; i < records; ++i) {
    const auto record = bytes.subspan(i * record_size, record_size);
    dataset.labels.push_back(read_label(record, labels, i));
    pixels = std::ranges::copy(record.subspan(labels.size()), pixels).out;
  }
  return dataset;
}

Dataset load_cifar_files(const std::filesystem::path& folder, std::span<const CifarFile> files,
                         CifarLabels labels, std::string_view archive, bool verify) {
  std::int64_t count = 0;
  for (const CifarFile& file : files) count += file.records;
  Dataset dataset{Tensor(DType::kU8, {count, 3, 32, 32}), {}, labels.back(), {}};
  dataset.labels.reserve(static_cast<std::size_t>(count));
  auto pixels = dataset.images.bytes().begin();
  for (const CifarFile& file : files) {
    const std::filesystem::path path = folder / file.name;
    const std::vector<std::byte> bytes =
        read_records(path, file, labels.size() + kPixels, archive, verify);
    const Dataset part = with_context(path.string(), [&] { return parse_cifar(bytes, labels); });
    pixels = std::ranges::copy(part.images.bytes(), pixels).out;
    dataset.labels.insert(dataset.labels.end(), part.labels.begin(), part.labels.end());
  }
  return dataset;
}

}  // namespace bitline
