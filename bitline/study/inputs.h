// What every verb needs first: the network that a configuration names, and whether images fit it.
// The images are loaded by search_sample.h.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bitline/data/dataset.h"
#include "bitline/importer/load_network.h"
#include "bitline/options/run_config.h"

namespace bitline {

class Executor;

/// That of the file, or the built-in network with the weights of a file or freshly drawn ones.
/// Errors carry the path.
Network load_network(const ModelConfig& model);
/// The same, check_layer_names() and take_default_encoding().
Network load_network(RunConfig& config);
/// Throws Error (kUsage) where [array] or [adc] has a table for a layer that the network does not
/// have.
void check_layer_names(const RunConfig& config, const Network& network);
/// Where the configuration names no encoding, that of default_array() for the network: odd weights
/// take bipolar cells. Throws Error where the rest of the array does not go with it.
void take_default_encoding(RunConfig& config, const Network& network);

/// Throws Error when images or classes do not fit the network. Images may have any shape that the
/// network's input can be read as (regroups_axes).
void check_fit(const Network& network, const Dataset& dataset);
/// Throws Error (kUsage) where no layer of the network lies on the array.
void check_any_on_array(const Executor& executor);
/// Throws Error (kUsage) where `layer` is not the whole name of a layer on the array; the message
/// starts with `choice`, the key that names it.
void check_on_array(const Executor& executor, const std::string& layer, std::string_view choice);
/// The layers on the array that `wanted` names, whole or by an ending that no other has. Throws
/// Error (kUsage) for a name that fits none or several; the message starts with `choice`, what they
/// were chosen for or the key that names them.
std::vector<std::string> layers_on_array(const Executor& executor,
                                         const std::vector<std::string>& wanted,
                                         std::string_view choice);
/// Classes that a network answers with. Throws Error (kUsage) where its output is no vector.
std::int64_t class_count(const Network& network);

/// SHA-256 of the network's file.
std::string content_hash(const Network& network);
/// SHA-256 over images and labels.
std::string content_hash(const Dataset& dataset);

/// Whether its input is [3, height, width].
bool takes_colours(const Network& network);
/// Who says mean and deviation.
enum class NormalizationSource {
  kNetwork,  ///< the network's file
  kData,     ///< [data]
  kUsual,    ///< nobody: those of the format's training images
  kNone      ///< nobody, and there are no usual ones: 0 and 1
};
struct ChosenNormalization {
  Normalization values;
  NormalizationSource source = NormalizationSource::kNone;
};
/// What the network's file says, or [data] where it says nothing. NumPy's arrays and sample files
/// have no usual mean and deviation of their own: CIFAR-10's where the network takes
/// [3, height, width], else 0 and 1. Throws Error (kUsage) that names both where [data] says
/// something else than the file.
ChosenNormalization choose_normalization(const Network& network, const DataConfig& data);
/// The same for these images. Throws Error (kUsage) where there is neither one for all values nor
/// one for each channel of the images or of the network's input, and, with what was probably meant,
/// where the images are bytes, which are scaled to 0 … 1, and a mean or deviation is above 1.
Normalization normalization_of(const Network& network, const DataConfig& data,
                               const Dataset& dataset);
/// Dataset as the network sees it: F32 of the shape that it has.
Tensor normalized_images(const Network& network, const Dataset& dataset, const DataConfig& data);

}  // namespace bitline
