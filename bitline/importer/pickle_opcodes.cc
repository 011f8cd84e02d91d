#include "bitline/importer/pickle_opcodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace bitline {
namespace {

struct OpcodeName {
  std::uint8_t opcode;
  std::string_view name;
};

// Those of protocol 0 to 5 that no state_dict needs; the others never get into a message.
constexpr OpcodeName kRefused[] = {
    {'0', "POP"},
    {'1', "POP_MARK"},
    {'2', "DUP"},
    {'F', "FLOAT"},
    {'I', "INT"},
    {'L', "LONG"},
    {'P', "PERSID"},
    {'S', "STRING"},
    {'V', "UNICODE"},
    {'d', "DICT"},
    {'g', "GET"},
    {'i', "INST"},
    {'l', "LIST"},
    {'o', "OBJ"},
    {'p', "PUT"},
    {'B', "BINBYTES"},
    {'C', "SHORT_BINBYTES"},
    {0x81, "NEWOBJ"},
    {0x82, "EXT1"},
    {0x83, "EXT2"},
    {0x84, "EXT4"},
    {0x8e, "BINBYTES8"},
    {0x8f, "EMPTY_SET"},
    {0x90, "ADDITEMS"},
    {0x91, "FROZENSET"},
    {0x92, "NEWOBJ_EX"},
    {0x96, "BYTEARRAY8"},
    {0x97, "NEXT_BUFFER"},
    {0x98, "READONLY_BUFFER"},
};

}  // namespace

std::string pickle_opcode_name(std::uint8_t opcode) {
  const auto* found = std::ranges::find(kRefused, opcode, &OpcodeName::opcode);
  return found == std::end(kRefused) ? fmt::format("{:#04x}", opcode) : std::string(found->name);
}

}  // namespace bitline
