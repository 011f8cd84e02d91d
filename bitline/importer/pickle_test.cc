#include "bitline/importer/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"
#include "bitline/testing/testdata.h"

namespace bitline {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): a namespace of
                                       // literals
using test::bytes_of;
using test::message_of;
using testing::AllOf;
using testing::HasSubstr;
using Kind = PickleObject::Kind;

constexpr PickleGlobal kAllowed[] = {{"collections", "OrderedDict", PickleCall::kDict},
                                     {"torch", "FloatStorage", PickleCall::kNever},
                                     {"torch._utils", "_rebuild", PickleCall::kRecorded},
                                     {"torch._utils", "_wrap", PickleCall::kFirst}};

// A pickle of protocol 2, kept together with what its values point to.
struct Read {
  explicit Read(const std::string& opcodes)
      : bytes(bytes_of("\x80\x02" + opcodes)), pickle(unpickle(bytes, kAllowed)) {}

  const PickleObject& object() const { return *std::get<PickleObject*>(pickle.value); }

  std::vector<std::byte> bytes;
  Unpickled pickle;
};

std::string refusal(const std::string& opcodes) {
  return message_of([&] { Read{opcodes}; });
}

TEST(Pickle, NumbersHaveTheirValue) {
  EXPECT_EQ(std::get<std::int64_t>(Read("K\xff.").pickle.value), 255);
  EXPECT_EQ(std::get<std::int64_t>(Read("M\x01\x02.").pickle.value), 0x0201);
  EXPECT_EQ(std::get<std::int64_t>(Read("J\xfe\xff\xff\xff.").pickle.value), -2);
  EXPECT_EQ(std::get<std::int64_t>(Read("\x8a\x02\x00\x80."s).pickle.value), -32768);
  EXPECT_EQ(std::get<std::int64_t>(Read("\x8a\x00."s).pickle.value), 0);
  EXPECT_EQ(std::get<std::int64_t>(Read("\x8b\x01\x00\x00\x00\x7f."s).pickle.value), 127);
  // 1.5 = 0x3ff8000000000000, written with the high byte first.
  EXPECT_EQ(std::get<double>(Read("G\x3f\xf8\0\0\0\0\0\0."s).pickle.value), 1.5);
  EXPECT_EQ(std::get<PickleWideInteger>(Read("\x8a\x09"s + "123456789.").pickle.value).bytes,
            "123456789");
}

TEST(Pickle, TextsOfEveryOpcodeAreRead) {
  for (const std::string& opcodes :
       {"X\x02\0\0\0ab."s, "\x8c\x02"s + "ab.", "\x8d\x02\0\0\0\0\0\0\0ab."s, "U\x02"s + "ab.",
        "T\x02\0\0\0ab."s})
    EXPECT_EQ(std::get<std::string_view>(Read(opcodes).pickle.value), "ab");
}

TEST(Pickle, ContainersHoldWhatIsPutIntoThem) {
  const Read list(
      "](K\x01K\x02"
      "eK\x03"
      "a.");
  ASSERT_EQ(list.object().kind, Kind::kList);
  ASSERT_EQ(list.object().items.size(), 3U);
  EXPECT_EQ(std::get<std::int64_t>(list.object().items[2]), 3);
  const Read dict("}(K\x01\x88K\x02NuK\x03\x89s.");
  ASSERT_EQ(dict.object().items.size(), 6U);
  EXPECT_TRUE(std::get<bool>(dict.object().items[1]));
  EXPECT_TRUE(std::holds_alternative<PickleNone>(dict.object().items[3]));
  EXPECT_EQ(Read("(K\x01K\x02K\x03K\x04t.").object().items.size(), 4U);
  EXPECT_EQ(Read("K\x01K\x02K\x03\x87.").object().items.size(), 3U);
  EXPECT_TRUE(Read(").").object().items.empty());
}

TEST(Pickle, MemoGivesTheSameObjectBack) {
  // A list, remembered as 0 and put twice into another one.
  const Read read(
      "](]q\x00h\x00"
      "e."s);
  EXPECT_EQ(std::get<PickleObject*>(read.object().items[0]),
            std::get<PickleObject*>(read.object().items[1]));
  EXPECT_EQ(Read("]\x94j\0\0\0\0\x86."s).object().items.size(), 2U);
}

TEST(Pickle, LargeNumberInTheMemoTakesNoMemory) {
  EXPECT_EQ(Read("]r\xff\xff\xff\xffj\xff\xff\xff\xff\x86.").object().items.size(), 2U);
}

TEST(Pickle, ListThatContainsItselfIsRead) {
  const Read read(
      "]q\x00h\x00"
      "a."s);
  EXPECT_EQ(std::get<PickleObject*>(read.object().items[0]), &read.object());
}

TEST(Pickle, CallsAreWrittenDownAndNotMade) {
  const Read read("ctorch._utils\n_rebuild\nK\x07\x85R.");
  ASSERT_EQ(read.object().kind, Kind::kCall);
  EXPECT_EQ(std::get<const PickleGlobal*>(read.object().items[0]), &kAllowed[2]);
  EXPECT_EQ(std::get<PickleObject*>(read.object().items[1])->items.size(), 1U);
}

TEST(Pickle, WrappersStandForWhatTheyWrap) {
  EXPECT_EQ(std::get<std::int64_t>(Read("ctorch._utils\n_wrap\nK\x07N\x86R.").pickle.value), 7);
}

TEST(Pickle, OrderedDictIsADictionaryWithoutItsAttributes) {
  const Read read("ccollections\nOrderedDict\n)R(K\x01K\x02u}(X\x01\0\0\0_K\x03ub."s);
  EXPECT_EQ(read.object().kind, Kind::kDict);
  EXPECT_EQ(read.object().items.size(), 2U);
  EXPECT_EQ(Read("\x8c\x0b"s + "collections\x8c\x0bOrderedDict\x93)R.").object().kind, Kind::kDict);
}

TEST(Pickle, PersistentIdIsKept) {
  const Read read("K\x05Q.");
  EXPECT_EQ(read.object().kind, Kind::kPersistentId);
  EXPECT_EQ(std::get<std::int64_t>(read.object().items[0]), 5);
}

TEST(Pickle, StopsAtItsEnd) { EXPECT_EQ(Read("N.more").pickle.size, 4U); }

TEST(PickleRefuses, NamesThatAreNotAllowed) {
  EXPECT_THAT(refusal("cos\nsystem\nX\x04\0\0\0true\x85R."s),
              AllOf(HasSubstr("'os.system'"), HasSubstr("nothing in a file is executed"),
                    HasSubstr("torch.save(model.state_dict(), path)")));
  EXPECT_THAT(refusal("c__builtin__\neval\nX\x01\0\0\0"
                      "1\x85R."s),
              HasSubstr("'__builtin__.eval'"));
  EXPECT_THAT(refusal("\x8c\x08"s + "builtins\x8c\x04" + "eval\x93."),
              HasSubstr("'builtins.eval'"));
  EXPECT_THAT(refusal("ctorch._utils.collections\nOrderedDict\n."),
              HasSubstr("which no state_dict"));
}

TEST(PickleRefuses, CallsThatNoStateDictMakes) {
  EXPECT_THAT(refusal("ctorch\nFloatStorage\n)R."), HasSubstr("calls 'torch.FloatStorage'"));
  EXPECT_THAT(refusal("ccollections\nOrderedDict\nK\x01\x85R."), HasSubstr("with 1 arguments"));
  EXPECT_THAT(refusal("ctorch._utils\n_wrap\n)R."), HasSubstr("with 0 arguments"));
  EXPECT_THAT(refusal("X\x02\0\0\0os)R."s), HasSubstr("other than a name is called"));
  EXPECT_THAT(refusal("ctorch._utils\n_rebuild\nK\x01R."), HasSubstr("other than a name"));
}

TEST(PickleRefuses, AttributesOfAnythingButADictionary) {
  EXPECT_THAT(refusal("ctorch._utils\n_rebuild\n)R}b."), HasSubstr("no state_dict does that"));
  EXPECT_THAT(refusal("]}b."), HasSubstr("no state_dict does that"));
  EXPECT_THAT(refusal("ctorch\nFloatStorage\n}b."), HasSubstr("no state_dict does that"));
}

TEST(PickleRefuses, OpcodesThatMakeObjects) {
  EXPECT_THAT(refusal("(S'true'\nios\nsystem\n."), HasSubstr("opcode STRING"));
  EXPECT_THAT(refusal("(ios\nsystem\n."), HasSubstr("opcode INST"));
  EXPECT_THAT(refusal("(ctorch\nFloatStorage\no."), HasSubstr("opcode OBJ"));
  EXPECT_THAT(refusal("ctorch\nFloatStorage\n)\x81."), HasSubstr("opcode NEWOBJ"));
  EXPECT_THAT(refusal("ctorch\nFloatStorage\n)}\x92."), HasSubstr("opcode NEWOBJ_EX"));
  EXPECT_THAT(refusal("\x82\x01."), HasSubstr("opcode EXT1"));
  EXPECT_THAT(refusal("\x83\x01\x01."), HasSubstr("opcode EXT2"));
  EXPECT_THAT(refusal("\x84\x01\x01\x01\x01."), HasSubstr("opcode EXT4"));
  EXPECT_THAT(refusal("\xff."), HasSubstr("opcode 0xff"));
}

TEST(PickleRefuses, EveryOpcodeThatItDoesNotKnow) {
  const std::string known =
      ".(N\x88\x89JKM\x8a\x8bGX\x8c\x8dTU]ae)t\x85\x86\x87}suqr\x94hjc\x93RbQ\x80\x95";
  for (int opcode = 0; opcode < 256; ++opcode) {
    const char byte = static_cast<char>(opcode);
    const std::string message = refusal("NNN"s + byte + std::string(9, '\0'));
    EXPECT_EQ(message.starts_with("byte 5 of the pickle: opcode"),
              known.find(byte) == std::string::npos || byte == '\x80')
        << opcode << ": " << message;
  }
}

TEST(PickleRefuses, AStackThatHoldsTooLittle) {
  EXPECT_THAT(refusal("."), HasSubstr("takes 1 values where 0 are there"));
  EXPECT_THAT(refusal("K\x01\x87."), HasSubstr("takes 3 values where 1 are there"));
  EXPECT_THAT(refusal("K\x01(\x85."), HasSubstr("takes 1 values where 0 are there"));
  EXPECT_THAT(refusal("t."), HasSubstr("never began"));
  EXPECT_THAT(refusal("q\x01."), HasSubstr("takes 1 values"));
  EXPECT_THAT(refusal("}(K\x01u."), HasSubstr("a key without a value"));
  EXPECT_THAT(refusal("NN."), HasSubstr("more than one value"));
}

TEST(PickleRefuses, AMemoThatHoldsNothingThere) {
  EXPECT_THAT(refusal("h\x07."), HasSubstr("refers to value 7 before it is there"));
  EXPECT_THAT(refusal("j\xff\xff\xff\xff."), HasSubstr("value 4294967295"));
}

TEST(PickleRefuses, LengthsBeyondItsEnd) {
  EXPECT_THAT(refusal("X\xff\xff\xff\xff"
                      "abc."),
              HasSubstr("4294967295 bytes are due"));
  EXPECT_THAT(refusal("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                      "abc."),
              HasSubstr("truncated"));
  EXPECT_THAT(refusal("\x8b\xff\xff\xff\x7f."), HasSubstr("truncated"));
  EXPECT_THAT(refusal("cos"), HasSubstr("the line that begins at byte 3 does not end"));
}

TEST(PickleRefuses, OtherProtocols) {
  EXPECT_THAT(message_of([] { unpickle(bytes_of("\x80\x06N."), kAllowed); }),
              HasSubstr("protocol 2 to 5"));
  EXPECT_THAT(message_of([] { unpickle(bytes_of("(dp0\n."), kAllowed); }),
              HasSubstr("protocol 2 to 5"));
}

TEST(PickleRefuses, MoreThanFourMillionOpcodes) {
  EXPECT_THAT(refusal(std::string(5'000'000, 'N')), HasSubstr("more than 4194304 opcodes"));
}

// Nesting costs no stack of the processor, neither when it is read nor when it is freed.
TEST(Pickle, AMillionNestedTuplesAreRead) {
  const Read read(")" + std::string(1'000'000, '\x85') + ".");
  EXPECT_EQ(read.object().items.size(), 1U);
}

}  // namespace
}  // namespace bitline
