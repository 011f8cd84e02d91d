// What LibTorch's convolutions must not be asked for, since oneDNN behind them gets it wrong.
#pragma once

#include <cstdint>

namespace bitline {

/// Whether oneDNN, asked for the gradient of the weight of a 1×1 convolution with a stride, without
/// padding and with channels last, may write behind its scratch memory, for `in_channels` channels
/// and `places` outputs an image. It gathers the pixels that the stride leaves, `in_channels`
/// floats each, but piece by piece, and finds where a piece begins as if each pixel filled a vector
/// of floats. So it is right only where a pixel does, or where all of an image is one piece. Seen
/// with oneDNN 2.6.3 (Debian 12); the same line stands in the source of 3.7.
bool strided_gradient_overruns(std::int64_t in_channels, std::int64_t places);

}  // namespace bitline
