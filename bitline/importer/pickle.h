// A restricted reader of Python's pickle format. A pickle is a program that builds objects and may
// call whatever Python can import; this reader builds a tree of plain data, writes down the calls
// instead of making them, and refuses every name that its caller did not allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

namespace bitline {

/// What calling an allowed name stands for.
enum class PickleCall {
  kNever,    ///< the name may be mentioned, for example as an argument, and not be called
  kDict,     ///< without arguments, an empty dictionary
  kFirst,    ///< its first argument
  kRecorded  ///< a PickleObject of kind kCall
};

/// A name that a pickle may mention, for example "collections" "OrderedDict".
struct PickleGlobal {
  std::string_view module;
  std::string_view name;
  PickleCall call = PickleCall::kNever;
};

struct PickleNone {};
/// A whole number of more than 64 bits: two's complement, little-endian.
struct PickleWideInteger {
  std::string_view bytes;
};
struct PickleObject;

/// Texts lie in the bytes that were read; globals in the caller's list.
using PickleValue = std::variant<PickleNone, bool, std::int64_t, double, std::string_view,
                                 PickleWideInteger, const PickleGlobal*, PickleObject*>;

struct PickleObject {
  enum class Kind {
    kList,
    kTuple,
    kDict,         ///< items: key, value, key, value, ...
    kCall,         ///< items: the global, the tuple of its arguments
    kPersistentId  ///< items: the one value by which the file names something outside the pickle
  };
  Kind kind;
  std::vector<PickleValue> items;
};

/// What a pickle holds. Objects may share and even contain each other, so whoever walks through
/// them bounds his depth.
struct Unpickled {
  std::deque<PickleObject> objects;  ///< owns what the values point to
  PickleValue value;
  std::size_t size = 0;  ///< bytes that the pickle takes of those given
};

/// Reads one pickle of protocol 2 to 5 from the beginning of `bytes`. Throws Error for an opcode
/// that no state_dict needs, a name not in `allowed`, a call not allowed there, attributes set on
/// anything but a dictionary (those of an OrderedDict are dropped), a stack or a memo that does not
/// hold what an opcode takes, more than four million opcodes, and a truncated pickle. Takes memory
/// in proportion to the number of opcodes. `bytes` and `allowed` have to outlive the result.
Unpickled unpickle(std::span<const std::byte> bytes, std::span<const PickleGlobal> allowed);

}  // namespace bitline
