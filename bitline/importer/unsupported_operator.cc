#include "bitline/importer/unsupported_operator.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <set>
#include <utility>
#include <vector>

#include "bitline/base/fail.h"
#include "bitline/base/nearest_name.h"
#include "bitline/importer/import_onnx.h"

namespace bitline {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// What to do, by the kind of operator.
std::string_view remedy(std::string_view domain, std::string_view op_type) {
  if (op_type.starts_with("Dynamic") || op_type == "MatMulIntegerToFloat")
    return "it takes its scale from each image, so that values have no fixed grid that ADCs could "
           "be designed for: quantize statically, with calibration images (quantize_static of ONNX "
           "Runtime, or `bitline quantize` of the float network)";
  if (is_one_of(op_type, {"If", "Loop", "Scan", "SequenceMap"}))
    return "export without control flow: by tracing (torch.jit.trace, or torch.onnx.export with an "
           "example image), which unrolls loops";
  if (is_one_of(op_type, {"LSTM", "GRU", "RNN"}))
    return "unroll the recurrence into products (nn.Linear in a loop) before the export, or export "
           "the layers around it: for a layer that reads what its own ADCs made of the step before "
           "none can be designed by its sums (docs/onnx.md, LSTM and GRU)";
  if (is_one_of(op_type, {"NonMaxSuppression", "TopK", "ArgMax", "RoiAlign"}))
    return "export the network without what evaluates its outputs (boxes, answers), so that it "
           "ends in the logits";
  if (domain.starts_with("com.microsoft"))
    return "ONNX Runtime's graph optimizations write such operators: take the file from before "
           "them, or save it with ORT_DISABLE_ALL";
  if (!domain.empty() && domain != "ai.onnx")
    return "export with operators of ONNX in place of this one of another domain";
  return "replace it by supported operators in the network, or leave it out, and export again";
}

/// The words of a name: Global, Average and Pool.
std::set<std::string> words_of(std::string_view name) {
  std::set<std::string> words;
  std::string word;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && word.size() > 1)
      words.insert(std::exchange(word, ""));
    word += c;
  }
  if (word.size() > 1) words.insert(word);
  return words;
}

/// Supported operators that share a word with the name; without any, the one nearest to it.
std::vector<std::string> near(std::string_view op_type) {
  constexpr std::size_t kMost = 6;
  const std::vector<std::string> supported = supported_onnx_operators();
  const std::set<std::string> words = words_of(op_type);
  std::vector<std::string> found;
  for (const std::string& name : supported) {
    const std::set<std::string> others = words_of(name);
    if (name != op_type && found.size() < kMost &&
        std::ranges::any_of(words, [&](const std::string& word) { return others.contains(word); }))
      found.push_back(name);
  }
  if (!found.empty()) return found;
  const std::string nearest = nearest_name(op_type, supported);
  return nearest.empty() || nearest == op_type ? found : std::vector<std::string>{nearest};
}

}  // namespace

std::string unsupported_operator(std::string_view domain, std::string_view op_type) {
  const std::string name =
      fmt::format("operator {}{}{}", domain, domain.empty() ? "" : ".", op_type);
  const std::vector<std::string> domains = onnx_domains_of(op_type);
  if (!domains.empty() && !domain.starts_with("com.microsoft"))
    return fmt::format("{} is not supported in that domain; export it as that of {}", name,
                       fmt::join(domains, ", "));
  const std::vector<std::string> names = near(op_type);
  return fmt::format("{} is not supported; {}{}{}; all that is supported stands in docs/onnx.md",
                     name, remedy(domain, op_type),
                     names.empty() ? "" : "; supported near it: ", fmt::join(names, ", "));
}

}  // namespace bitline
