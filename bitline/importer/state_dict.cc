#include "bitline/importer/state_dict.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/safetensors.h"
#include "bitline/importer/file_kind.h"
#include "bitline/importer/torch_file.h"
#include "bitline/importer/torch_tensor.h"

namespace bitline {
namespace {

const PickleObject* dictionary(const PickleValue& value) {
  const auto* object = std::get_if<PickleObject*>(&value);
  const bool is_dictionary = object != nullptr && (*object)->kind == PickleObject::Kind::kDict;
  return is_dictionary ? *object : nullptr;
}

bool holds_tensors_alone(const PickleObject& dict) {
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
    if (!std::holds_alternative<std::string_view>(dict.items[i]) ||
        !is_torch_tensor(dict.items[i + 1]))
      return false;
  return !dict.items.empty();
}

std::string name_of_key(const PickleValue& key) {
  const auto* text = std::get_if<std::string_view>(&key);
  return text == nullptr ? "an entry without a name" : fmt::format("'{}'", *text);
}

const PickleObject& tensor_dictionary(const PickleValue& value) {
  const PickleObject* top = dictionary(value);
  if (top == nullptr)
    fail("the file holds no dictionary; save one with torch.save(model.state_dict(), path)");
  if (holds_tensors_alone(*top)) return *top;
  const PickleObject* found = nullptr;
  std::vector<std::string> names;
  for (std::size_t i = 0; i + 1 < top->items.size(); i += 2) {
    const PickleObject* inner = dictionary(top->items[i + 1]);
    if (inner == nullptr || !holds_tensors_alone(*inner)) continue;
    found = inner;
    names.push_back(name_of_key(top->items[i]));
  }
  if (names.size() > 1)
    fail(
        "the file holds {} dictionaries of tensors: {}; save the one that is meant with "
        "torch.save(model.state_dict(), path)",
        names.size(), fmt::join(names, ", "));
  if (found == nullptr)
    fail(
        "the file holds no dictionary of tensors; save one with "
        "torch.save(model.state_dict(), path)");
  return *found;
}

// Views may name one storage as often as they like, so the file's size alone bounds nothing.
void take_from_budget(std::uint64_t& elements_left, const TorchTensor& tensor) {
  const auto count = static_cast<std::uint64_t>(element_count(tensor.shape));
  if (count > elements_left)
    fail(
        "with shape {} the tensors have many times the elements of their storages; the file is "
        "damaged",
        to_string(tensor.shape));
  elements_left -= count;
}

void drop_prefix_of_all(std::vector<NamedTensor>& tensors, std::string_view prefix) {
  const auto has_prefix = [prefix](const NamedTensor& entry) {
    return entry.name.starts_with(prefix);
  };
  if (!std::ranges::all_of(tensors, has_prefix)) return;
  for (NamedTensor& entry : tensors) entry.name.erase(0, prefix.size());
}

}  // namespace

StateDict parse_torch_state_dict(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kElementsPerByte = 8;
  std::uint64_t elements_left = kElementsPerByte * bytes.size();
  const TorchFile file = parse_torch_file(bytes);
  const std::vector<PickleValue>& items = tensor_dictionary(file.content.value).items;
  StateDict state;
  std::set<std::string> names;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const std::string name(std::get<std::string_view>(items[i]));
    if (!names.insert(name).second) fail("the file names tensor '{}' twice; it is damaged", name);
    state.tensors.push_back({name, with_context(fmt::format("tensor '{}'", name), [&] {
                               const TorchTensor tensor = torch_tensor(items[i + 1]);
                               take_from_budget(elements_left, tensor);
                               return load_torch_tensor(tensor, file);
                             })});
  }
  drop_prefix_of_all(state.tensors, "module.");
  return state;
}

StateDict read_state_dict(const std::filesystem::path& path) {
  if (path.extension() != ".safetensors" && kind_of_file(path) != FileKind::kSafetensors) {
    const std::vector<std::byte> bytes = read_file(path);
    return with_context(path.string(), [&bytes] { return parse_torch_state_dict(bytes); });
  }
  const SafeTensors file = read_safetensors(path);
  StateDict state;
  state.is_ordered = false;
  for (const auto& [name, tensor] : file.tensors) state.tensors.push_back({name, tensor});
  drop_prefix_of_all(state.tensors, "module.");
  return state;
}

}  // namespace bitline
