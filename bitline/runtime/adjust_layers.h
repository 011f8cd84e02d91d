// Weights and biases that make up for what grids do to a layer, layer by layer from the front.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bitline/base/progress.h"
#include "bitline/runtime/executor.h"
#include "bitline/runtime/post_training.h"

namespace bitline {

/// The mean of each output channel of a layer, without its bias.
using ChannelMeans = std::vector<double>;
/// On the images of `chunks`, which stand in front of the layer's step.
ChannelMeans channel_means(const Executor& executor, std::size_t step,
                           const std::vector<Values>& chunks);

/// `network` has the grids of `post` and the weights and biases of `real`. With kLeastSquares its
/// weights move to the levels of equation (17a), in layers of at most 4,608 inputs; with
/// correct_bias biases take up what is left of the mean error, (17), `means` being those of the
/// float network. Each layer sees what those in front of it have become.
Network adjust_layers(Network network, const Network& real, const PostTrainingOptions& post,
                      const std::map<std::string, ChannelMeans>& means, const Tensor& images,
                      const Job& job);

}  // namespace bitline
