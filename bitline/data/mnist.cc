#include "bitline/data/mnist.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/data/gzip.h"
#include "bitline/data/published_file.h"

namespace bitline {
namespace {

constexpr std::int32_t kClasses = 10;

struct IdxFile {
  std::string_view name;
  std::size_t axes;
  std::string_view md5;  // of the uncompressed content
};

constexpr IdxFile kTrainImages{"train-images-idx3-ubyte", 3, "6bbc9ace898e44ae57da46a324031adb"};
constexpr IdxFile kTrainLabels{"train-labels-idx1-ubyte", 1, "a25bea736e30d166cdddb491f175f624"};
constexpr IdxFile kTestImages{"t10k-images-idx3-ubyte", 3, "2646ac647ad5339dbf082846283269ea"};
constexpr IdxFile kTestLabels{"t10k-labels-idx1-ubyte", 1, "27ae3e4e09519cfbb04c329615203637"};

std::uint32_t read_big_endian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

std::filesystem::path find_plain_or_gzip(const std::filesystem::path& plain) {
  std::filesystem::path compressed = plain;
  compressed += ".gz";
  std::error_code error;
  if (std::filesystem::exists(plain, error)) return plain;
  require_file(compressed, fmt::format("put {0} or {0}.gz there, from a mirror of MNIST, or name "
                                       "the folder that holds it",
                                       plain.filename().string()));
  return compressed;
}

Tensor read_idx(const std::filesystem::path& folder, const IdxFile& file, bool verify) {
  const std::filesystem::path path = find_plain_or_gzip(folder / file.name);
  std::vector<std::byte> bytes = read_file(path);
  return with_context(path.string(), [&] {
    // Larger than any variant of MNIST, small enough for any machine.
    constexpr std::size_t kLargest = std::size_t{1} << 30;
    if (path.extension() == ".gz") bytes = gunzip(bytes, kLargest);
    if (verify) verify_checksum(bytes, file.md5, path);
    return parse_idx(bytes, file.axes);
  });
}

}  // namespace

Tensor parse_idx(std::span<const std::byte> bytes, std::size_t axes) {
  constexpr std::uint32_t kUnsignedBytes = 0x08;
  const std::size_t header = 4 + 4 * axes;
  if (bytes.size() < header)
    fail("{} bytes are fewer than the {} of the header; the file is truncated, fetch it again",
         bytes.size(), header);
  const std::uint32_t expected = kUnsignedBytes << 8 | static_cast<std::uint32_t>(axes);
  const std::uint32_t magic = read_big_endian(bytes);
  if (magic != expected)
    fail("magic number {:#010x} instead of {:#010x}; the file is no IDX file of {} axes of bytes",
         magic, expected, axes);
  Shape shape;
  for (std::size_t i = 0; i < axes; ++i) shape.push_back(read_big_endian(bytes.subspan(4 + 4 * i)));
  const std::int64_t count = element_count(shape);
  const auto content = bytes.subspan(header);
  if (static_cast<std::int64_t>(content.size()) != count)
    fail("shape {} takes {} bytes, found {}; the file is {}, fetch it again", to_string(shape),
         count, content.size(),
         static_cast<std::int64_t>(content.size()) < count ? "truncated" : "too long");
  Tensor tensor(DType::kU8, shape);
  std::copy(content.begin(), content.end(), tensor.bytes().begin());
  return tensor;
}

Dataset load_mnist(const std::filesystem::path& folder, Split split, bool verify) {
  const bool train = split == Split::kTrain;
  const std::filesystem::path files = dataset_folder(folder, "mnist");
  const IdxFile& label_file = train ? kTrainLabels : kTestLabels;
  const Tensor images = read_idx(files, train ? kTrainImages : kTestImages, verify);
  const Tensor labels = read_idx(files, label_file, verify);
  Dataset dataset{images.reshaped({images.dim(0), 1, images.dim(1), images.dim(2)}),
                  {},
                  kClasses,
                  {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}};
  for (const std::uint8_t label : labels.data<std::uint8_t>()) dataset.labels.push_back(label);
  check_dataset(dataset, (files / label_file.name).string());
  return dataset;
}

}  // namespace bitline
