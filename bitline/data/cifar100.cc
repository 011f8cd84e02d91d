#include "bitline/data/cifar100.h"

#include <array>

#include "bitline/data/cifar_records.h"
#include "bitline/data/published_file.h"

namespace bitline {
namespace {

constexpr std::array<std::int32_t, 2> kLabels{20, 100};
constexpr std::array<CifarFile, 1> kTrainFiles{{{"train.bin", 50000, ""}}};
constexpr std::array<CifarFile, 1> kTestFiles{{{"test.bin", 10000, ""}}};

constexpr std::array<const char*, 100> kClassNames{
    "apple",       "aquarium_fish", "baby",      "bear",       "beaver",       "bed",
    "bee",         "beetle",        "bicycle",   "bottle",     "bowl",         "boy",
    "bridge",      "bus",           "butterfly", "camel",      "can",          "castle",
    "caterpillar", "cattle",        "chair",     "chimpanzee", "clock",        "cloud",
    "cockroach",   "couch",         "crab",      "crocodile",  "cup",          "dinosaur",
    "dolphin",     "elephant",      "flatfish",  "forest",     "fox",          "girl",
    "hamster",     "house",         "kangaroo",  "keyboard",   "lamp",         "lawn_mower",
    "leopard",     "lion",          "lizard",    "lobster",    "man",          "maple_tree",
    "motorcycle",  "mountain",      "mouse",     "mushroom",   "oak_tree",     "orange",
    "orchid",      "otter",         "palm_tree", "pear",       "pickup_truck", "pine_tree",
    "plain",       "plate",         "poppy",     "porcupine",  "possum",       "rabbit",
    "raccoon",     "ray",           "road",      "rocket",     "rose",         "sea",
    "seal",        "shark",         "shrew",     "skunk",      "skyscraper",   "snail",
    "snake",       "spider",        "squirrel",  "streetcar",  "sunflower",    "sweet_pepper",
    "table",       "tank",          "telephone", "television", "tiger",        "tractor",
    "train",       "trout",         "tulip",     "turtle",     "wardrobe",     "whale",
    "willow_tree", "wolf",          "woman",     "worm"};

}  // namespace

Dataset load_cifar100(const std::filesystem::path& folder, Split split) {
  Dataset dataset = load_cifar_files(dataset_folder(folder, "cifar-100-binary"),
                                     split == Split::kTrain ? kTrainFiles : kTestFiles, kLabels,
                                     "cifar-100-binary.tar.gz", false);
  dataset.class_names.assign(kClassNames.begin(), kClassNames.end());
  return dataset;
}

}  // namespace bitline
