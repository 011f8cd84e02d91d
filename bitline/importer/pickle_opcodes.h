// The opcodes of Python's pickle format that Bitline reads, and the names of those that it refuses.
#pragma once

#include <cstdint>
#include <string>

namespace bitline {

/// What a state_dict consists of. None of them runs anything: kReduce and kPersistentId only write
/// down what was asked for.
enum class PickleOpcode : std::uint8_t {
  kProtocol = 0x80,
  kFrame = 0x95,
  kStop = '.',
  kMark = '(',
  kNone = 'N',
  kTrue = 0x88,
  kFalse = 0x89,
  kInteger = 'J',
  kInteger1 = 'K',
  kInteger2 = 'M',
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kFloat = 'G',
  kText = 'X',
  kShortText = 0x8c,
  kLongText = 0x8d,
  kString = 'T',
  kShortString = 'U',
  kEmptyList = ']',
  kAppend = 'a',
  kAppends = 'e',
  kEmptyTuple = ')',
  kTuple = 't',
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kEmptyDict = '}',
  kSetItem = 's',
  kSetItems = 'u',
  kPut = 'q',
  kLongPut = 'r',
  kMemoize = 0x94,
  kGet = 'h',
  kLongGet = 'j',
  kGlobal = 'c',
  kStackGlobal = 0x93,
  kReduce = 'R',
  kBuild = 'b',
  kPersistentId = 'Q',
};

/// For messages: Python's name for the opcode, "INST" for 'i', or its value where it has no name.
std::string pickle_opcode_name(std::uint8_t opcode);

}  // namespace bitline
