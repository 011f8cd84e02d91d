#include "bitline/base/safetensors.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "bitline/base/fail.h"
#include "bitline/base/file.h"
#include "bitline/base/stored_type.h"

namespace bitline {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr char kMetadataKey[] = "__metadata__";

struct Entry {
  std::string name;
  StoredType type;
  Shape shape;
  std::uint64_t begin;
  std::uint64_t end;
};

std::uint64_t read_header_length(std::span<const std::byte> bytes) {
  if (bytes.size() < kLengthBytes)
    fail("a safetensors file has at least {} bytes, this one {}; it is truncated", kLengthBytes,
         bytes.size());
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i > 0; --i)
    length = length << 8 | std::to_integer<std::uint64_t>(bytes[i - 1]);
  if (length > bytes.size() - kLengthBytes)
    fail(
        "the header is {} bytes long, but only {} bytes follow; the file is truncated or not "
        "safetensors",
        length, bytes.size() - kLengthBytes);
  return length;
}

// Json keeps the last of two equal names, which would hide a tensor; this callback refuses them.
class UniqueKeys {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    constexpr int kDeepest = 3;
    if (depth > kDeepest) fail("the header is nested deeper than {} levels", kDeepest);
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(name).second) fail("the header names '{}' twice", name);
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;
};

Json parse_header(std::span<const std::byte> bytes) {
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  Json header;
  try {
    UniqueKeys unique;
    header = Json::parse(begin, begin + bytes.size(),
                         [&unique](int depth, Json::parse_event_t event, Json& parsed) {
                           return unique(depth, event, parsed);
                         });
  } catch (const Json::exception& error) {
    fail("the header is not JSON: {}", error.what());
  }
  if (!header.is_object()) fail("the header is not a JSON object");
  return header;
}

std::uint64_t require_count(const Json& value, std::string_view what) {
  if (!value.is_number_unsigned())
    fail("{} has to be a whole number from 0 up, found {}", what, value.dump());
  return value.get<std::uint64_t>();
}

Shape parse_shape(const Json& value) {
  if (!value.is_array()) fail("'shape' has to be a list, found {}", value.dump());
  Shape shape;
  for (const Json& extent : value)
    shape.push_back(static_cast<std::int64_t>(require_count(extent, "an extent of 'shape'")));
  return shape;
}

Entry parse_entry(const std::string& name, const Json& value) {
  if (!value.is_object() || value.size() != 3 || !value.contains("dtype") ||
      !value.contains("shape") || !value.contains("data_offsets"))
    fail("the entry has to hold exactly 'dtype', 'shape' and 'data_offsets'");
  const Json& dtype = value["dtype"];
  const Json& offsets = value["data_offsets"];
  if (!dtype.is_string()) fail("'dtype' has to be a text, found {}", dtype.dump());
  if (!offsets.is_array() || offsets.size() != 2)
    fail("'data_offsets' has to be [begin, end], found {}", offsets.dump());
  Entry entry{name, stored_type_from_name(dtype.get_ref<const std::string&>()),
              parse_shape(value["shape"]), require_count(offsets[0], "'data_offsets'"),
              require_count(offsets[1], "'data_offsets'")};
  const auto count = static_cast<std::uint64_t>(element_count(entry.shape));
  const std::size_t element = entry.type.size();
  const std::uint64_t length = entry.end - entry.begin;
  // Division, since count times element may not fit 64 bits.
  if (entry.end < entry.begin || length % element != 0 || length / element != count)
    fail("data_offsets [{}, {}] do not fit shape {} of {}", entry.begin, entry.end,
         to_string(entry.shape), dtype.get_ref<const std::string&>());
  return entry;
}

std::map<std::string, std::string> parse_metadata(const Json& value) {
  if (!value.is_object()) fail("'{}' has to be an object", kMetadataKey);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) fail("'{}' of '{}' has to be a text", key, kMetadataKey);
    metadata[key] = text.get<std::string>();
  }
  return metadata;
}

void check_layout(std::vector<Entry>& entries, std::uint64_t data_size) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t next = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != next)
      fail("tensor '{}' begins at byte {} of the data where {} is due; tensors {}", entry.name,
           entry.begin, next, entry.begin < next ? "overlap" : "leave a gap");
    next = entry.end;
  }
  if (next != data_size)
    fail("the tensors take {} bytes, but {} bytes of data follow the header; the file is {}", next,
         data_size, data_size < next ? "truncated" : "too long");
}

Json describe(const Tensor& tensor, std::size_t begin) {
  return {{"dtype", name_of(tensor.dtype())},
          {"shape", tensor.shape()},
          {"data_offsets", {begin, begin + tensor.byte_size()}}};
}

std::string serialize_header(const SafeTensors& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[kMetadataKey] = file.metadata;
  std::size_t begin = 0;
  for (const auto& [name, tensor] : file.tensors) {
    if (name == kMetadataKey) fail("a tensor cannot be named '{}'", kMetadataKey);
    header[name] = describe(tensor, begin);
    begin += tensor.byte_size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const Json::exception&) {
    fail("a name or a metadata text is not UTF-8 and cannot stand in a safetensors file");
  }
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');
  return text;
}

}  // namespace

SafeTensors parse_safetensors(std::span<const std::byte> bytes) {
  const std::uint64_t header_length = read_header_length(bytes);
  const Json header = parse_header(bytes.subspan(kLengthBytes, header_length));
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + header_length);
  SafeTensors file;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) {
      file.metadata = parse_metadata(value);
    } else {
      const std::string& key = name;
      const Json& fields = value;
      entries.push_back(
          with_context("tensor '" + key + "'", [&] { return parse_entry(key, fields); }));
    }
  }
  check_layout(entries, data.size());
  for (const Entry& entry : entries) {
    const auto source = data.subspan(entry.begin, entry.end - entry.begin);
    file.tensors.emplace(entry.name, tensor_of_stored(entry.type, entry.shape, source));
  }
  return file;
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return with_context(path.string(), [&bytes] { return parse_safetensors(bytes); });
}

std::vector<std::byte> serialize_safetensors(const SafeTensors& file) {
  const std::string header = serialize_header(file);
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    bytes.push_back(static_cast<std::byte>(header.size() >> (8 * i) & 0xff));
  const auto header_bytes = std::as_bytes(std::span(header));
  bytes.insert(bytes.end(), header_bytes.begin(), header_bytes.end());
  for (const auto& [name, tensor] : file.tensors) {
    const auto data = tensor.bytes();
    bytes.insert(bytes.end(), data.begin(), data.end());
  }
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const SafeTensors& file) {
  const std::vector<std::byte> bytes =
      with_context(path.string(), [&file] { return serialize_safetensors(file); });
  write_file_atomically(path, bytes);
}

}  // namespace bitline
