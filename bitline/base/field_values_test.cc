#include "bitline/base/field_values.h"

#include <gtest/gtest.h>

#include "bitline/testing/expect_error.h"

namespace bitline {

enum class Colour { kRed, kBlue };
template <>
struct EnumNames<Colour> {
  static constexpr std::string_view kWhat = "colour";
  static constexpr std::array<std::string_view, 2> kNames{"red", "blue"};
};

struct Paint {
  Colour colour = Colour::kRed;
  std::int64_t layers = 2;
  std::vector<std::string> places;
  double price = 0.1;
};

template <ConstOrNot<Paint> Some, typename Visit>
void visit_fields(Some& paint, Visit&& visit) {
  visit(FieldText{"colour", ""}, paint.colour);
  visit(FieldText{"layers", "", Decides::kSums}, paint.layers, Whole{1, 9});
  visit(FieldText{"places", ""}, paint.places);
  visit(FieldText{"price", "", Decides::kCosts}, paint.price, Real{0, 1});
}

namespace {

TEST(FieldValues, DescribeWhatDecidesResults) {
  EXPECT_EQ(describe_fields(Paint{}), "colour red, layers 2, places [], ");
  EXPECT_EQ(describe_fields(Paint{Colour::kBlue, 3, {"a"}, 0.5}),
            "colour blue, layers 3, places [\"a\"], ");
}

TEST(FieldValues, TellOneNameWithASpaceFromTwo) {
  EXPECT_NE(field_value(std::vector<std::string>{"a b"}),
            field_value(std::vector<std::string>{"a", "b"}));
  EXPECT_NE(field_value(std::vector<std::string>{""}), field_value(std::vector<std::string>{}));
}

TEST(FieldValues, AreExact) {
  EXPECT_EQ(field_value(0.1), "0.1");
  EXPECT_EQ(field_value(Rational(14, 5)), "14/5");
  EXPECT_EQ(field_value(true), "true");
  EXPECT_EQ(field_value(std::optional<double>()), "none");
}

TEST(EnumNames, AreReadBack) {
  EXPECT_EQ(from_name<Colour>("blue"), Colour::kBlue);
  EXPECT_EQ(test::usage_error([] { from_name<Colour>("bleu"); }),
            "colour 'bleu' is unknown; choose one of red, blue");
}

}  // namespace
}  // namespace bitline
