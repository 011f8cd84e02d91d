// Puts the tensors of a state_dict into a network.
#pragma once

#include <map>
#include <string>

#include "bitline/base/enum_names.h"
#include "bitline/graph/network.h"
#include "bitline/importer/state_dict.h"

namespace bitline {

enum class WeightMatch {
  kName,  ///< a tensor goes where its name says
  kOrder  ///< the first to the first parameter of the first node, and so on; roles and shapes have
          ///< to agree all the same
};
template <>
struct EnumNames<WeightMatch> {
  static constexpr std::string_view kWhat = "match";
  static constexpr std::array<std::string_view, 2> kNames{"name", "order"};
};

struct WeightOptions {
  WeightMatch match = WeightMatch::kName;
  std::map<std::string, std::string> rename;  ///< RenameRules; with kName alone
};

/// The network with every parameter taken from the state_dict. A name is a node and a role, for
/// example "conv1.weight"; batch-norm's roles are taken in PyTorch's words (weight, bias,
/// running_mean, running_var) and in those of Network. F64 becomes F32; num_batches_tracked is left
/// out. Throws Error that lists all names missing, all unexpected and all of another shape (the
/// first twenty of each), and for tensors of integers, values that are not finite, and kOrder with
/// an unordered state_dict.
Network load_weights(Network network, const StateDict& state, const WeightOptions& options);

}  // namespace bitline
