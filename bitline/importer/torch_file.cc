#include "bitline/importer/torch_file.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/base/zip_reader.h"
#include "bitline/importer/byte_reader.h"
#include "bitline/importer/torch_storage.h"

namespace bitline {
namespace {

using Kind = PickleObject::Kind;

// Of the number 0x1950a86a20f9469cfc6c, with which the older format begins.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kLegacyVersion = 1001;

bool begins_with(std::span<const std::byte> bytes, std::string_view start) {
  const auto expected = std::as_bytes(std::span(start));
  return bytes.size() >= expected.size() &&
         std::ranges::equal(bytes.first(expected.size()), expected);
}

std::vector<TorchStorage> storages_of(const Unpickled& content) {
  std::vector<TorchStorage> storages;
  for (const PickleObject& object : content.objects)
    if (object.kind == Kind::kPersistentId) storages.push_back(torch_storage(object));
  return storages;
}

// "<archive>/", where <archive> is what the file was called when it was saved.
std::string folder_of_pickle(const ZipReader& archive) {
  constexpr std::string_view kPickle = "data.pkl";
  for (const std::string& name : archive.names())
    if (name.ends_with("/data.pkl")) return name.substr(0, name.size() - kPickle.size());
  fail("the ZIP archive has no '{}'; it was not written by torch.save", kPickle);
}

TorchFile parse_zip(std::span<const std::byte> bytes) {
  const ZipReader archive(bytes);
  const std::string folder = folder_of_pickle(archive);
  // torch.save compresses nothing, so that more than the file's size comes out of a damaged one.
  std::size_t bytes_left = bytes.size();
  const auto read = [&](const std::string& name) {
    std::vector<std::byte> member = archive.read(folder + name, bytes_left);
    bytes_left -= member.size();
    return member;
  };
  if (archive.has(folder + "byteorder") && !begins_with(read("byteorder"), "little"))
    fail("the file holds big-endian numbers; load and save it on a little-endian machine");
  TorchFile file;
  file.owned.push_back(read("data.pkl"));
  file.content = unpickle(file.owned.back(), torch_globals());
  for (const TorchStorage& storage : storages_of(file.content)) {
    const std::string key(storage.key);
    if (file.storages.contains(key)) continue;
    file.owned.push_back(read("data/" + key));
    file.storages[key] = file.owned.back();
  }
  return file;
}

Unpickled next_pickle(ByteReader& reader, std::span<const std::byte> bytes) {
  Unpickled pickle = unpickle(bytes.subspan(reader.position()), torch_globals());
  reader.take(pickle.size);
  return pickle;
}

void require_little_endian(const Unpickled& system) {
  const auto* const* object = std::get_if<PickleObject*>(&system.value);
  if (object == nullptr || (*object)->kind != Kind::kDict)
    fail("what should describe the machine that wrote the file is no dictionary; it is damaged");
  const std::vector<PickleValue>& items = (*object)->items;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const auto* key = std::get_if<std::string_view>(&items[i]);
    const auto* flag = std::get_if<bool>(&items[i + 1]);
    if (key != nullptr && flag != nullptr && *key == "little_endian" && !*flag)
      fail("the file holds big-endian numbers; load and save it on a little-endian machine");
  }
}

std::vector<std::string> storage_keys(const Unpickled& list) {
  const auto* const* object = std::get_if<PickleObject*>(&list.value);
  if (object == nullptr || (*object)->kind != Kind::kList)
    fail("what should list the storages is no list; the file is damaged");
  std::vector<std::string> keys;
  for (const PickleValue& item : (*object)->items) {
    const auto* key = std::get_if<std::string_view>(&item);
    if (key == nullptr) fail("the key of a storage is no text; the file is damaged");
    keys.emplace_back(*key);
  }
  return keys;
}

TorchFile parse_legacy(std::span<const std::byte> bytes) {
  ByteReader reader(bytes);
  next_pickle(reader, bytes);  // the magic number, which parse_torch_file has seen
  const Unpickled version = next_pickle(reader, bytes);
  if (const auto* number = std::get_if<std::int64_t>(&version.value);
      number == nullptr || *number != kLegacyVersion)
    fail("the version of the file's format is not {}; load and save it with a newer PyTorch",
         kLegacyVersion);
  require_little_endian(next_pickle(reader, bytes));
  TorchFile file;
  file.content = next_pickle(reader, bytes);
  std::map<std::string_view, std::size_t> element_size;
  for (const TorchStorage& storage : storages_of(file.content))
    element_size.emplace(storage.key, storage.type.size());
  for (const std::string& key : storage_keys(next_pickle(reader, bytes))) {
    const auto size = element_size.find(key);
    if (size == element_size.end())
      fail("no tensor is a view of storage '{}'; the file is damaged", key);
    const auto count = reader.take_number<std::uint64_t>();
    // Division, since count times size may not fit 64 bits.
    if (count > reader.left() / size->second)
      fail("storage '{}' has {} elements, but only {} bytes follow; the file is truncated", key,
           count, reader.left());
    file.storages[key] = reader.take(count * size->second);
  }
  return file;
}

// PROTO and LONG1 and the number; from protocol 4 a FRAME of 9 bytes stands between them.
bool is_legacy(std::span<const std::byte> bytes) {
  constexpr std::size_t kShort = 2 + 2;
  constexpr std::size_t kWithFrame = kShort + 9;
  return begins_with(bytes.subspan(std::min(kShort, bytes.size())), kMagic) ||
         begins_with(bytes.subspan(std::min(kWithFrame, bytes.size())), kMagic);
}

bool is_zip(std::span<const std::byte> bytes) { return begins_with(bytes, "PK\x03\x04"); }

}  // namespace

bool is_torch_file(std::span<const std::byte> begin) { return is_zip(begin) || is_legacy(begin); }

TorchFile parse_torch_file(std::span<const std::byte> bytes) {
  if (is_zip(bytes)) return parse_zip(bytes);
  if (is_legacy(bytes)) return parse_legacy(bytes);
  fail(
      "the file was not written by torch.save: it is neither a ZIP archive nor begins with the "
      "number of PyTorch's older format; save one with torch.save(model.state_dict(), path)");
}

}  // namespace bitline
