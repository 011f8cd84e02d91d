// What LibTorch's convolutions must not be asked for, since oneDNN behind them gets it wrong.
#pragma once

#include <cstdint>

namespace bitline {

/// Whether oneDNN, asked for the gradient of the weight of a 1×1 convolution with a stride, without
/// padding and with channels last, writes behind its scratch memory, for `in_channels` channels of
/// `places` outputs an image. It gathers the pixels that the stride leaves, `in_channels` floats
/// each, but piece by piece, and finds where a piece begins as if each pixel filled a vector of
/// floats. So it is only right from as many channels on, or where all pixels are one piece. Seen
/// with oneDNN 2.6.3 (Debian 12); the same line is in the source of oneDNN 3.7.
bool strided_gradient_overruns(std::int64_t in_channels, std::int64_t places);

}  // namespace bitline
