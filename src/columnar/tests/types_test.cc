#include "columnar/types.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

namespace firn::columnar {
namespace {

std::vector<Type> EveryType() {
  std::vector<Type> types;
  for (int i = 0; i < kTypeKindCount; ++i) {
    const auto kind = static_cast<TypeKind>(i);
    if (kind == TypeKind::kNumeric) {
      types.push_back(Numeric(1, 0));
      types.push_back(Numeric(38, 38));
    } else {
      types.push_back({kind});
    }
  }
  types.push_back(Varchar(20));
  return types;
}

TEST(Types, EveryTypeHasAllItsNames) {
  for (const auto& type : EveryType()) {
    SCOPED_TRACE(PostgresName(type));
    EXPECT_EQ(Info(type.kind).kind, type.kind);
    EXPECT_EQ(FindByOid(Info(type.kind).oid), &Info(type.kind));
    EXPECT_NE(ArrowType(type), nullptr);
    EXPECT_EQ(ParsePostgresName(PostgresName(type)).value(), type);
    const auto back = TypeFromDuckDb(DuckDbName(type)).value();
    EXPECT_TRUE(ArrowType(back)->Equals(ArrowType(type)));
  }
}

TEST(Types, ModifiersAreChecked) {
  const auto numeric = [](std::vector<int32_t> modifiers) {
    return TypeFromName("numeric", modifiers);
  };
  EXPECT_EQ(numeric({12, 2}).value(), Numeric(12, 2));
  EXPECT_EQ(numeric({12}).value(), Numeric(12, 0));
  EXPECT_EQ(numeric({}).error().SqlState(), "0A000");
  EXPECT_EQ(numeric({39}).error().SqlState(), "22023");
  EXPECT_EQ(numeric({5, 6}).error().SqlState(), "22023");
  EXPECT_EQ(TypeFromName("varchar", std::vector<int32_t>{0}).error().SqlState(), "22023");
  EXPECT_EQ(TypeFromName("int4", std::vector<int32_t>{3}).error().SqlState(), "42601");
  EXPECT_EQ(TypeFromName("jsonb", {}).error().SqlState(), "0A000");
  EXPECT_EQ(TypeFromName("no_such", {}).error().SqlState(), "42704");
}

TEST(Types, TypeModifiersAreThoseOfPostgres) {
  EXPECT_EQ(TypeModifier(Numeric(12, 2)), 786438);
  EXPECT_EQ(TypeModifier(Varchar(20)), 24);
  EXPECT_EQ(TypeModifier({TypeKind::kInt4}), -1);
}

TEST(Types, DuckDbResultsBecomePostgresTypes) {
  EXPECT_EQ(TypeFromDuckDb("HUGEINT").value(), Numeric(38, 0));
  EXPECT_EQ(TypeFromDuckDb("DECIMAL(18,3)").value(), Numeric(18, 3));
  EXPECT_EQ(TypeFromDuckDb("TIMESTAMP WITH TIME ZONE").value().kind, TypeKind::kTimestamptz);
  EXPECT_EQ(TypeFromDuckDb("STRUCT(a INTEGER)").error().SqlState(), "0A000");
}

}  // namespace
}  // namespace firn::columnar
