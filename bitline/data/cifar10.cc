#include "bitline/data/cifar10.h"

#include <algorithm>
#include <array>
#include <span>

#include "bitline/base/error.h"
#include "bitline/base/file.h"
#include "bitline/data/published_file.h"

namespace bitline {
namespace {

constexpr std::int64_t kRecordsPerFile = 10000;
constexpr std::int64_t kPixels = std::int64_t{3} * 32 * 32;
constexpr std::int64_t kRecordSize = 1 + kPixels;
constexpr std::int32_t kClasses = 10;

struct BatchFile {
  std::string_view name;
  std::string_view md5;
};

constexpr std::array<BatchFile, 5> kTrainFiles{
    {{"data_batch_1.bin", "5dd7e06a14cb22eb9f671a540d1b7c25"},
     {"data_batch_2.bin", "5ea93a67294ea407fff1d09f752e9692"},
     {"data_batch_3.bin", "942cd6a4bcdd0dd3c604fbe906cb4421"},
     {"data_batch_4.bin", "ae636b3ba5c66a11e91e8cb52e771fcb"},
     {"data_batch_5.bin", "53f37980c15c3d472c316c40844f3f0d"}}};
constexpr std::array<BatchFile, 1> kTestFiles{
    {{"test_batch.bin", "803d5f7f4d78ea53de84dbe85f74fb6d"}}};

std::vector<std::byte> read_batch(const std::filesystem::path& path, std::string_view md5,
                                  bool verify) {
  constexpr std::uintmax_t kFileSize = kRecordsPerFile * kRecordSize;
  require_file(path,
               "unpack cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html "
               "there, or name the folder that holds it");
  const std::uintmax_t size = std::filesystem::file_size(path);
  if (size != kFileSize)
    fail("{} has {} bytes instead of {}; it is {}, fetch it again", path.string(), size, kFileSize,
         size < kFileSize ? "truncated" : "too long");
  std::vector<std::byte> bytes = read_file(path);
  BITLINE_CHECK_EQ(bytes.size(), kFileSize);
  if (verify) verify_checksum(bytes, md5, path);
  return bytes;
}

void append_batch(std::span<const std::byte> records, const std::filesystem::path& path,
                  Dataset& dataset) {
  auto pixels = dataset.images.data<std::uint8_t>().subspan(dataset.labels.size() * kPixels);
  for (std::int64_t i = 0; i < kRecordsPerFile; ++i) {
    const auto record = records.subspan(static_cast<std::size_t>(i * kRecordSize), kRecordSize);
    const auto label = std::to_integer<std::int32_t>(record[0]);
    if (label >= kClasses)
      fail("{}: label {} of record {} is outside 0 to 9; the file is damaged or of another dataset",
           path.string(), label, i);
    dataset.labels.push_back(label);
    std::transform(record.begin() + 1, record.end(),
                   pixels.begin() + static_cast<std::ptrdiff_t>(i * kPixels),
                   [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
  }
}

}  // namespace

Dataset load_cifar10(const std::filesystem::path& folder, Split split, bool verify) {
  const std::span<const BatchFile> files = split == Split::kTrain
                                               ? std::span<const BatchFile>(kTrainFiles)
                                               : std::span<const BatchFile>(kTestFiles);
  const std::filesystem::path batches = dataset_folder(folder, "cifar-10-batches-bin");
  const std::int64_t count = static_cast<std::int64_t>(files.size()) * kRecordsPerFile;
  Dataset dataset{
      Tensor(DType::kU8, {count, 3, 32, 32}),
      {},
      kClasses,
      {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}};
  dataset.labels.reserve(static_cast<std::size_t>(count));
  for (const BatchFile& file : files) {
    const std::filesystem::path path = batches / file.name;
    append_batch(read_batch(path, file.md5, verify), path, dataset);
  }
  return dataset;
}

}  // namespace bitline
