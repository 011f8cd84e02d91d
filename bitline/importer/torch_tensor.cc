#include "bitline/importer/torch_tensor.h"

#include <cstring>
#include <utility>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

using Kind = PickleObject::Kind;

[[noreturn]] void fail_malformed_tensor() {
  fail(
      "a tensor is not described by (storage, offset, shape, strides, ...) as PyTorch does it; the "
      "file is damaged");
}

template <typename T>
T value_as(const PickleValue& value) {
  const auto* typed = std::get_if<T>(&value);
  if (typed == nullptr) fail_malformed_tensor();
  return *typed;
}

const PickleObject& object_as(const PickleValue& value, Kind kind) {
  const PickleObject& object = *value_as<PickleObject*>(value);
  if (object.kind != kind) fail_malformed_tensor();
  return object;
}

const PickleObject* call_of(const PickleValue& value) {
  const auto* object = std::get_if<PickleObject*>(&value);
  return object != nullptr && (*object)->kind == Kind::kCall ? *object : nullptr;
}

std::string_view function_of(const PickleObject& call) {
  return value_as<const PickleGlobal*>(call.items.at(0))->name;
}

const std::vector<PickleValue>& arguments_of(const PickleObject& call) {
  return object_as(call.items.at(1), Kind::kTuple).items;
}

Shape counts_of(const PickleValue& tuple) {
  Shape counts;
  for (const PickleValue& item : object_as(tuple, Kind::kTuple).items) {
    counts.push_back(value_as<std::int64_t>(item));
    if (counts.back() < 0)
      fail("a tensor has a negative extent or stride, {}; the file is damaged", counts.back());
  }
  return counts;
}

std::int64_t last_index(const TorchTensor& tensor) {
  std::int64_t last = tensor.offset;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(tensor.shape[axis] - 1, tensor.strides[axis], &reach) ||
        __builtin_add_overflow(last, reach, &last))
      fail("shape {} with strides {} reaches beyond any storage; the file is damaged",
           to_string(tensor.shape), to_string(tensor.strides));
  }
  return last;
}

// Advances a row-major index by one and returns the step in the storage.
std::int64_t advance(Shape& index, const TorchTensor& tensor) {
  std::int64_t step = 0;
  for (std::size_t axis = index.size(); axis-- > 0;) {
    step += tensor.strides[axis];
    if (++index[axis] < tensor.shape[axis]) return step;
    step -= tensor.strides[axis] * index[axis];
    index[axis] = 0;
  }
  return step;
}

std::vector<std::byte> gather(const TorchTensor& tensor, std::span<const std::byte> elements) {
  const std::size_t size = tensor.storage.type.size();
  std::vector<std::byte> packed(static_cast<std::size_t>(element_count(tensor.shape)) * size);
  Shape index(tensor.shape.size(), 0);
  std::int64_t from = tensor.offset;
  for (std::size_t to = 0; to < packed.size(); to += size) {
    std::memcpy(&packed[to], &elements[static_cast<std::size_t>(from) * size], size);
    from += advance(index, tensor);
  }
  return packed;
}

}  // namespace

bool is_torch_tensor(const PickleValue& value) { return call_of(value) != nullptr; }

TorchTensor torch_tensor(const PickleValue& value) {
  const PickleObject& call = object_as(value, Kind::kCall);
  const std::vector<PickleValue>& arguments = arguments_of(call);
  // Before PyTorch 0.4 without the _v2, and with these four arguments alone.
  if (!function_of(call).starts_with("_rebuild_tensor") || arguments.size() < 4)
    fail_malformed_tensor();
  TorchTensor tensor{torch_storage(object_as(arguments[0], Kind::kPersistentId)),
                     value_as<std::int64_t>(arguments[1]), counts_of(arguments[2]),
                     counts_of(arguments[3])};
  if (tensor.offset < 0 || tensor.shape.size() != tensor.strides.size())
    fail("a tensor of shape {} has offset {} and strides {}; the file is damaged",
         to_string(tensor.shape), tensor.offset, to_string(tensor.strides));
  return tensor;
}

Tensor load_torch_tensor(const TorchTensor& tensor, const TorchFile& file) {
  const TorchStorage& storage = tensor.storage;
  const auto found = file.storages.find(storage.key);
  if (found == file.storages.end())
    fail("storage '{}' is missing; the file is truncated or damaged", storage.key);
  const std::span<const std::byte> elements = found->second;
  const std::size_t there = elements.size() / storage.type.size();
  if (static_cast<std::uint64_t>(storage.count) > there)
    fail("storage '{}' should have {} elements and has {}; the file is truncated or damaged",
         storage.key, storage.count, there);
  if (element_count(tensor.shape) == 0) return tensor_of_stored(storage.type, tensor.shape, {});
  if (last_index(tensor) >= storage.count)
    fail(
        "shape {} from element {} with strides {} reaches beyond the {} elements of storage '{}'; "
        "the file is damaged",
        to_string(tensor.shape), tensor.offset, to_string(tensor.strides), storage.count,
        storage.key);
  return tensor_of_stored(storage.type, tensor.shape, gather(tensor, elements));
}

}  // namespace bitline
