#include "bitline/data/cifar10.h"

#include <array>

#include "bitline/data/cifar_records.h"
#include "bitline/data/published_file.h"

namespace bitline {
namespace {

constexpr std::array<std::int32_t, 1> kLabels{10};
constexpr std::array<CifarFile, 5> kTrainFiles{
    {{"data_batch_1.bin", 10000, "5dd7e06a14cb22eb9f671a540d1b7c25"},
     {"data_batch_2.bin", 10000, "5ea93a67294ea407fff1d09f752e9692"},
     {"data_batch_3.bin", 10000, "942cd6a4bcdd0dd3c604fbe906cb4421"},
     {"data_batch_4.bin", 10000, "ae636b3ba5c66a11e91e8cb52e771fcb"},
     {"data_batch_5.bin", 10000, "53f37980c15c3d472c316c40844f3f0d"}}};
constexpr std::array<CifarFile, 1> kTestFiles{
    {{"test_batch.bin", 10000, "803d5f7f4d78ea53de84dbe85f74fb6d"}}};

}  // namespace

Dataset load_cifar10(const std::filesystem::path& folder, Split split, bool verify) {
  const std::span<const CifarFile> files = split == Split::kTrain
                                               ? std::span<const CifarFile>(kTrainFiles)
                                               : std::span<const CifarFile>(kTestFiles);
  Dataset dataset = load_cifar_files(dataset_folder(folder, "cifar-10-batches-bin"), files, kLabels,
                                     "cifar-10-binary.tar.gz", verify);
  dataset.class_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                         "dog",      "frog",       "horse", "ship", "truck"};
  return dataset;
}

}  // namespace bitline
