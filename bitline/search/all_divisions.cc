#include "bitline/search/all_divisions.h"

namespace bitline {

std::int64_t count_divisions(std::size_t layers, std::size_t levels, std::int64_t most) {
  std::int64_t count = 1;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    count *= static_cast<std::int64_t>(levels);  // at most `most` · levels
    if (count > most) return 0;
  }
  return count;
}

std::vector<Division> all_divisions(std::size_t layers, std::size_t levels) {
  std::vector<Division> divisions;
  Division next(layers, 0);
  while (true) {
    divisions.push_back(next);
    std::size_t layer = 0;
    while (layer < layers && ++next[layer] == levels) next[layer++] = 0;
    if (layer == layers) return divisions;
  }
}

}  // namespace bitline
