// What every verb needs first: the network and the images that a configuration names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/data/dataset.h"
#include "bitline/graph/network.h"
#include "bitline/options/run_config.h"

namespace bitline {

class Executor;

/// A network file, or an ONNX model by its name's end. Errors carry the path.
Network load_network(const std::filesystem::path& file);

/// That of the file, or the built-in network with the weights of a file or freshly drawn ones.
/// Errors carry the path.
Network load_network(const ModelConfig& model);

/// The whole training or test set of [data].
Dataset load_split(const DataConfig& data, Split split, const Job& job);

/// A class-balanced part of a set, and its positions in the whole.
struct BalancedPart {
  Dataset data;
  std::vector<std::int64_t> indices;
};
/// `per_class` images of each class, drawn by `seed` (class_balanced_sample). Of a folder of
/// pictures, no others are decoded.
BalancedPart load_balanced_part(const DataConfig& data, Split split, std::int64_t per_class,
                                std::uint64_t seed, const Job& job);

/// The class-balanced sample of the training set that profile, search and recalibrate look at.
Dataset load_search_sample(const DataConfig& data, std::uint64_t seed, const Job& job);

/// Training images that none of these has seen, to judge their plans on:
/// data.validation_per_class of each class, drawn behind the search sample; or as many as are left,
/// and nothing where none are.
std::optional<Dataset> load_validation_sample(const DataConfig& data, std::uint64_t seed,
                                              const Job& job);

/// Throws Error when images or classes do not fit the network.
void check_fit(const Network& network, const Dataset& dataset);
/// Throws Error (kUsage) where no layer of the network lies on the array.
void check_any_on_array(const Executor& executor);
/// Throws Error (kUsage) where one of `layers` does not lie on the array; the message starts with
/// `choice`, what they were chosen for or the key that names them.
void check_on_array(const Executor& executor, const std::vector<std::string>& layers,
                    std::string_view choice);
/// Classes that a network answers with. Throws Error (kUsage) where its output is no vector.
std::int64_t class_count(const Network& network);

/// SHA-256 of the network's file.
std::string content_hash(const Network& network);
/// SHA-256 over images and labels.
std::string content_hash(const Dataset& dataset);

/// Dataset as the network sees it: F32 [n, channels, height, width].
Tensor normalized_images(const Dataset& dataset, const DataConfig& data);

}  // namespace bitline
