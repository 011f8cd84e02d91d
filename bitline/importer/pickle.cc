#include "bitline/importer/pickle.h"

#include <bit>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "bitline/base/fail.h"
#include "bitline/importer/byte_reader.h"
#include "bitline/importer/pickle_opcodes.h"
#include "bitline/importer/pickle_stack.h"

namespace bitline {
namespace {

using Kind = PickleObject::Kind;

// The state_dict of a network with 10,000 tensors takes about 400,000.
constexpr std::size_t kMostOpcodes = std::size_t{1} << 22;

constexpr std::string_view kRemedy =
    "save the tensors alone with torch.save(model.state_dict(), path)";

std::int64_t sign_extended(std::string_view little_endian) {
  std::uint64_t bits = 0;
  for (std::size_t i = little_endian.size(); i > 0; --i)
    bits = bits << 8 | static_cast<std::uint8_t>(little_endian[i - 1]);
  if (little_endian.empty()) return 0;
  const auto unused = static_cast<int>(64 - 8 * little_endian.size());
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

PickleValue long_integer(std::string_view little_endian) {
  if (little_endian.size() > sizeof(std::int64_t)) return PickleWideInteger{little_endian};
  return sign_extended(little_endian);
}

double big_endian_double(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<std::uint8_t>(byte);
  return std::bit_cast<double>(bits);
}

// The stack machine that a pickle is a program for.
class Unpickler {
 public:
  Unpickler(std::span<const std::byte> bytes, std::span<const PickleGlobal> allowed)
      : reader_(bytes), allowed_(allowed) {}

  Unpickled run() && {
    require_protocol();
    for (std::size_t count = 1;; ++count) {
      if (count > kMostOpcodes)
        fail("the pickle has more than {} opcodes, far more than a state_dict needs", kMostOpcodes);
      const std::size_t position = reader_.position();
      const auto opcode = reader_.take_number<std::uint8_t>();
      if (static_cast<PickleOpcode>(opcode) == PickleOpcode::kStop) break;
      with_context(fmt::format("byte {} of the pickle", position), [&] { perform(opcode); });
    }
    result_.value = stack_.pop();
    if (!stack_.empty()) fail("the pickle ends with more than one value; it is damaged");
    result_.size = reader_.position();
    return std::move(result_);
  }

 private:
  void require_protocol() {
    const auto opcode = reader_.take_number<std::uint8_t>();
    const auto protocol = reader_.take_number<std::uint8_t>();
    if (static_cast<PickleOpcode>(opcode) != PickleOpcode::kProtocol || protocol < 2 ||
        protocol > 5)
      fail("no pickle of protocol 2 to 5 begins here; the file is damaged or of another format");
  }

  void perform(std::uint8_t opcode) {
    if (!read_constant(opcode) && !change_container(opcode) && !use_memo(opcode) &&
        !name_or_call(opcode))
      fail("opcode {} is not needed by a state_dict, and Bitline reads no other pickles; {}",
           pickle_opcode_name(opcode), kRemedy);
  }

  bool read_constant(std::uint8_t opcode) {
    switch (static_cast<PickleOpcode>(opcode)) {
      case PickleOpcode::kNone:
        return push(PickleNone{});
      case PickleOpcode::kTrue:
        return push(true);
      case PickleOpcode::kFalse:
        return push(false);
      case PickleOpcode::kInteger:
        return push(std::int64_t{reader_.take_number<std::int32_t>()});
      case PickleOpcode::kInteger1:
        return push(std::int64_t{reader_.take_number<std::uint8_t>()});
      case PickleOpcode::kInteger2:
        return push(std::int64_t{reader_.take_number<std::uint16_t>()});
      case PickleOpcode::kLong1:
        return push(long_integer(take_counted<std::uint8_t>()));
      case PickleOpcode::kLong4:
        return push(long_integer(take_counted<std::uint32_t>()));
      case PickleOpcode::kFloat:
        return push(big_endian_double(reader_.take_text(sizeof(double))));
      case PickleOpcode::kShortText:
      case PickleOpcode::kShortString:
        return push(take_counted<std::uint8_t>());
      case PickleOpcode::kText:
      case PickleOpcode::kString:
        return push(take_counted<std::uint32_t>());
      case PickleOpcode::kLongText:
        return push(take_counted<std::uint64_t>());
      default:
        return false;
    }
  }

  bool change_container(std::uint8_t opcode) {
    switch (static_cast<PickleOpcode>(opcode)) {
      case PickleOpcode::kFrame:
        reader_.take_number<std::uint64_t>();  // its length says nothing that the opcodes do not
        return true;
      case PickleOpcode::kMark:
        stack_.mark();
        return true;
      case PickleOpcode::kEmptyList:
        return push_object(Kind::kList, {});
      case PickleOpcode::kEmptyTuple:
        return push_object(Kind::kTuple, {});
      case PickleOpcode::kEmptyDict:
        return push_object(Kind::kDict, {});
      case PickleOpcode::kTuple:
        return push_object(Kind::kTuple, stack_.pop_to_mark());
      case PickleOpcode::kTuple1:
        return push_object(Kind::kTuple, stack_.pop_many(1));
      case PickleOpcode::kTuple2:
        return push_object(Kind::kTuple, stack_.pop_many(2));
      case PickleOpcode::kTuple3:
        return push_object(Kind::kTuple, stack_.pop_many(3));
      case PickleOpcode::kAppend:
        return extend(Kind::kList, stack_.pop_many(1));
      case PickleOpcode::kAppends:
        return extend(Kind::kList, stack_.pop_to_mark());
      case PickleOpcode::kSetItem:
        return extend(Kind::kDict, stack_.pop_many(2));
      case PickleOpcode::kSetItems:
        return extend(Kind::kDict, stack_.pop_to_mark());
      default:
        return false;
    }
  }

  bool use_memo(std::uint8_t opcode) {
    switch (static_cast<PickleOpcode>(opcode)) {
      case PickleOpcode::kPut:
        return memoize(reader_.take_number<std::uint8_t>());
      case PickleOpcode::kLongPut:
        return memoize(reader_.take_number<std::uint32_t>());
      case PickleOpcode::kMemoize:
        return memoize(memo_.size());
      case PickleOpcode::kGet:
        return push(remembered(reader_.take_number<std::uint8_t>()));
      case PickleOpcode::kLongGet:
        return push(remembered(reader_.take_number<std::uint32_t>()));
      default:
        return false;
    }
  }

  bool name_or_call(std::uint8_t opcode) {
    switch (static_cast<PickleOpcode>(opcode)) {
      case PickleOpcode::kGlobal: {
        const std::string_view module = reader_.take_line();
        return push(allowed_global(module, reader_.take_line()));
      }
      case PickleOpcode::kStackGlobal: {
        const std::string_view name = pop_text();
        return push(allowed_global(pop_text(), name));
      }
      case PickleOpcode::kReduce:
        return call();
      case PickleOpcode::kBuild:
        return drop_attributes();
      case PickleOpcode::kPersistentId:
        return push_object(Kind::kPersistentId, stack_.pop_many(1));
      default:
        return false;
    }
  }

  const PickleGlobal* allowed_global(std::string_view module, std::string_view name) const {
    for (const PickleGlobal& global : allowed_)
      if (global.module == module && global.name == name) return &global;
    fail(
        "the pickle asks for '{}.{}', which no state_dict needs, and nothing in a file is executed "
        "here; {}",
        module, name, kRemedy);
  }

  bool call() {
    const PickleValue arguments = stack_.pop();
    const PickleValue function = stack_.pop();
    const auto* global = std::get_if<const PickleGlobal*>(&function);
    const auto* tuple = std::get_if<PickleObject*>(&arguments);
    if (global == nullptr || tuple == nullptr || (*tuple)->kind != Kind::kTuple)
      fail("something other than a name is called; the pickle is damaged");
    const std::vector<PickleValue>& values = (*tuple)->items;
    switch ((*global)->call) {
      case PickleCall::kRecorded:
        return push_object(Kind::kCall, {function, arguments});
      case PickleCall::kDict:
        if (values.empty()) return push_object(Kind::kDict, {});
        break;
      case PickleCall::kFirst:
        if (!values.empty()) return push(values.front());
        break;
      case PickleCall::kNever:
        break;
    }
    fail("the pickle calls '{}.{}' with {} arguments, which no state_dict does", (*global)->module,
         (*global)->name, values.size());
  }

  // A state_dict carries versions of its modules as an attribute; its tensors do not need them.
  bool drop_attributes() {
    stack_.pop();
    top_object(Kind::kDict);
    return true;
  }

  bool extend(Kind kind, std::vector<PickleValue> items) {
    if (kind == Kind::kDict && items.size() % 2 != 0)
      fail("a dictionary of the pickle has a key without a value; the pickle is damaged");
    std::vector<PickleValue>& all = top_object(kind).items;
    all.insert(all.end(), std::make_move_iterator(items.begin()),
               std::make_move_iterator(items.end()));
    return true;
  }

  PickleObject& top_object(Kind kind) {
    auto* const* object = std::get_if<PickleObject*>(&stack_.top());
    if (object == nullptr || (*object)->kind != kind)
      fail("something other than a {} is to be filled; no state_dict does that",
           kind == Kind::kDict ? "dictionary" : "list");
    return **object;
  }

  bool push(PickleValue value) {
    stack_.push(value);
    return true;
  }

  bool push_object(Kind kind, std::vector<PickleValue> items) {
    return push(&result_.objects.emplace_back(PickleObject{kind, std::move(items)}));
  }

  template <typename Count>
  std::string_view take_counted() {
    return reader_.take_text(reader_.take_number<Count>());
  }

  std::string_view pop_text() {
    const PickleValue value = stack_.pop();
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) fail("a name in the pickle is no text; the pickle is damaged");
    return *text;
  }

  bool memoize(std::size_t index) {
    memo_[index] = stack_.top();
    return true;
  }

  const PickleValue& remembered(std::size_t index) const {
    const auto found = memo_.find(index);
    if (found == memo_.end())
      fail("the pickle refers to value {} before it is there; the pickle is damaged", index);
    return found->second;
  }

  ByteReader reader_;
  std::span<const PickleGlobal> allowed_;
  Unpickled result_;
  PickleStack stack_;
  std::unordered_map<std::size_t, PickleValue> memo_;
};

}  // namespace

Unpickled unpickle(std::span<const std::byte> bytes, std::span<const PickleGlobal> allowed) {
  return Unpickler(bytes, allowed).run();
}

}  // namespace bitline
