#include "bitline/data/numpy_arrays.h"

#include <algorithm>
#include <string>
#include <type_traits>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/zip_reader.h"
#include "bitline/data/npy.h"

namespace bitline {
namespace {

/// Of the integers that float32 has without a gap.
constexpr std::int64_t kLargestExact = std::int64_t{1} << 24;

/// A network has an output for each class, so more than this is a mistake in the labels.
constexpr std::int64_t kMostClasses = std::int64_t{1} << 20;

template <typename T>
std::vector<std::int32_t> checked_labels(const Tensor& labels) {
  std::vector<std::int32_t> result;
  result.reserve(static_cast<std::size_t>(labels.size()));
  for (const T value : labels.data<T>()) {
    const auto label = static_cast<std::int64_t>(value);
    if (label < 0 || label >= kMostClasses)
      fail("label {} of image {} is outside 0 to {}", label, result.size(), kMostClasses - 1);
    result.push_back(static_cast<std::int32_t>(label));
  }
  return result;
}

std::vector<std::int32_t> read_labels(const Tensor& labels) {
  if (labels.shape().size() != 1)
    fail("labels have to be one number for each image, [n]; found shape {}",
         to_string(labels.shape()));
  switch (labels.dtype()) {
    case DType::kU8:
      return checked_labels<std::uint8_t>(labels);
    case DType::kI8:
      return checked_labels<std::int8_t>(labels);
    case DType::kI16:
      return checked_labels<std::int16_t>(labels);
    case DType::kI32:
      return checked_labels<std::int32_t>(labels);
    case DType::kI64:
      return checked_labels<std::int64_t>(labels);
    default:
      fail("labels have to be integers, found {}; save labels.astype(numpy.int64)",
           name_of(labels.dtype()));
  }
}

template <typename T>
Tensor real_numbers(const Tensor& values) {
  Tensor real(DType::kF32, values.shape());
  auto next = real.data<float>().begin();
  for (const T value : values.data<T>()) {
    if (std::is_integral_v<T> && (value < -kLargestExact || value > kLargestExact))
      fail(
          "images hold {}, and float32 has all integers up to {} alone; save "
          "images.astype(numpy.float32) if the rest may be rounded",
          value, kLargestExact);
    *next++ = static_cast<float>(value);
  }
  return real;
}

/// Bytes as they are, else F32.
Tensor read_images(const Tensor& images) {
  if (images.size() == 0) fail("images of shape {} hold no value", to_string(images.shape()));
  switch (images.dtype()) {
    case DType::kI8:
      return real_numbers<std::int8_t>(images);
    case DType::kI16:
      return real_numbers<std::int16_t>(images);
    case DType::kI32:
      return real_numbers<std::int32_t>(images);
    case DType::kI64:
      return real_numbers<std::int64_t>(images);
    case DType::kF64:
      return real_numbers<double>(images);
    default:
      return images;
  }
}

Tensor read_npy(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return with_context(path.string(), [&] { return parse_npy(bytes); });
}

Tensor read_array(const ZipReader& archive, const std::string& name, std::size_t largest) {
  const std::vector<std::byte> bytes = archive.read(name, largest);
  return with_context(name, [&] { return parse_npy(bytes); });
}

}  // namespace

Dataset dataset_of(const Tensor& images, const Tensor& labels) {
  Dataset dataset{read_images(images), read_labels(labels), 0, {}};
  for (const std::int32_t label : dataset.labels)
    dataset.classes = std::max(dataset.classes, label + 1);
  check_dataset(dataset, "images and labels");
  return dataset;
}

Dataset parse_npz(std::span<const std::byte> bytes) {
  // Far above any dataset that fits into memory; the archive's own sizes limit what is taken.
  constexpr std::size_t kLargest = std::size_t{1} << 40;
  const ZipReader archive(bytes);
  const Tensor images = read_array(archive, "images.npy", kLargest);
  return dataset_of(images, read_array(archive, "labels.npy", kLargest));
}

Dataset load_numpy(const std::filesystem::path& images, const std::filesystem::path& labels) {
  Dataset dataset = with_context(images.string(), [&] {
    return labels.empty() ? parse_npz(read_file(images))
                          : dataset_of(read_npy(images), read_npy(labels));
  });
  dataset.source = images.string();
  return dataset;
}

}  // namespace bitline
