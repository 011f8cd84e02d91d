#include "bitline/importer/torch_storage.h"

#include <array>

#include "bitline/base/fail.h"

namespace bitline {
namespace {

constexpr std::array kGlobals{
    PickleGlobal{"collections", "OrderedDict", PickleCall::kDict},
    PickleGlobal{"torch._utils", "_rebuild_tensor", PickleCall::kRecorded},
    PickleGlobal{"torch._utils", "_rebuild_tensor_v2", PickleCall::kRecorded},
    PickleGlobal{"torch._utils", "_rebuild_parameter", PickleCall::kFirst},
    PickleGlobal{"torch._utils", "_rebuild_parameter_with_state", PickleCall::kFirst},
    PickleGlobal{"torch.jit._pickle", "restore_type_tag", PickleCall::kFirst},
    PickleGlobal{"torch", "FloatStorage"},
    PickleGlobal{"torch", "DoubleStorage"},
    PickleGlobal{"torch", "HalfStorage"},
    PickleGlobal{"torch", "BFloat16Storage"},
    PickleGlobal{"torch", "LongStorage"},
    PickleGlobal{"torch", "IntStorage"},
    PickleGlobal{"torch", "ShortStorage"},
    PickleGlobal{"torch", "CharStorage"},
    PickleGlobal{"torch", "ByteStorage"},
    PickleGlobal{"torch", "BoolStorage"}};

struct StorageClass {
  std::string_view name;
  std::string_view type;  // by the name that safetensors uses
};

constexpr StorageClass kClasses[] = {{"FloatStorage", "F32"}, {"DoubleStorage", "F64"},
                                     {"HalfStorage", "F16"},  {"BFloat16Storage", "BF16"},
                                     {"LongStorage", "I64"},  {"IntStorage", "I32"},
                                     {"ShortStorage", "I16"}, {"CharStorage", "I8"},
                                     {"ByteStorage", "U8"},   {"BoolStorage", "U8"}};

StoredType type_of(const PickleGlobal& storage_class) {
  for (const StorageClass& known : kClasses)
    if (known.name == storage_class.name) return stored_type_from_name(known.type);
  fail("'{}.{}' is no class of storages; the file is damaged", storage_class.module,
       storage_class.name);
}

[[noreturn]] void fail_malformed() {
  fail(
      "a storage is not described by ('storage', class, key, location, count); the file is damaged "
      "or was written by a PyTorch older than 0.4: load and save it with a newer one");
}

template <typename T>
T item(const std::vector<PickleValue>& items, std::size_t index) {
  const auto* value = std::get_if<T>(&items.at(index));
  if (value == nullptr) fail_malformed();
  return *value;
}

}  // namespace

std::span<const PickleGlobal> torch_globals() { return kGlobals; }

TorchStorage torch_storage(const PickleObject& persistent_id) {
  const PickleObject& tuple = *item<PickleObject*>(persistent_id.items, 0);
  const std::vector<PickleValue>& items = tuple.items;
  // Files of the legacy format have a sixth entry, which is None unless the storage is a view.
  const bool has_view = items.size() == 6 && !std::holds_alternative<PickleNone>(items[5]);
  if (tuple.kind != PickleObject::Kind::kTuple || items.size() < 5 || items.size() > 6 ||
      has_view || item<std::string_view>(items, 0) != "storage")
    fail_malformed();
  const TorchStorage storage{type_of(*item<const PickleGlobal*>(items, 1)),
                             item<std::string_view>(items, 2), item<std::int64_t>(items, 4)};
  if (storage.count < 0)
    fail("storage '{}' has {} elements; the file is damaged", storage.key, storage.count);
  return storage;
}

}  // namespace bitline
