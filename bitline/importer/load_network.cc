#include "bitline/importer/load_network.h"

#include "bitline/base/fail.h"
#include "bitline/graph/network_file.h"
#include "bitline/importer/file_kind.h"
#include "bitline/importer/import_onnx.h"

namespace bitline {

Network load_network(const std::filesystem::path& file, const Shape& input) {
  if (file.extension() == ".onnx") return import_onnx(file, {.input = input});
  if (kind_of_file(file) == FileKind::kTorch) fail("{}", torch_file_in_place_of_network(file));
  Network network = read_network(file);
  const Shape& own = std::get<Input>(network.nodes.front().op).shape;
  if (!input.empty() && input != own)
    fail("{}: model.input = {}, but the network takes {}; leave model.input out", file.string(),
         to_string(input), to_string(own));
  return network;
}

}  // namespace bitline
