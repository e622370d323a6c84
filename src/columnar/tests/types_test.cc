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
    if (Info(kind).array_oid != 0 && Info(kind).layout != Layout::kList)
      types.push_back(ArrayOf(types.back()));
  }
  types.push_back(Varchar(20));
  types.push_back(Char(5));
  types.push_back(Enum(16385));
  types.push_back({TypeKind::kNumeric});
  types.push_back(ArrayOf(Numeric(12, 2)));
  return types;
}

TEST(Types, EveryTypeHasAllItsNames) {
  for (const auto& type : EveryType()) {
    SCOPED_TRACE(PostgresName(type));
    EXPECT_EQ(Info(type.kind).kind, type.kind);
    if (type.kind != TypeKind::kEnum) {
      EXPECT_EQ(FindByOid(Info(type.kind).oid), &Info(type.kind));
      EXPECT_EQ(TypeFromOid(Oid(type)).value().kind, type.kind);
    }
    EXPECT_NE(ArrowType(type), nullptr);
    EXPECT_EQ(ParsePostgresName(PostgresName(type)).value(), type);
    const auto back = TypeFromDuckDb(DuckDbName(type)).value();
    EXPECT_TRUE(ArrowType(back)->Equals(ArrowType(type)));
  }
}

TEST(Types, HowABareNumericIsKeptHasAName) {
  const auto kept = [](int32_t scale) { return Type{.kind = TypeKind::kNumeric, .scale = scale}; };
  for (const auto& type : EveryType()) EXPECT_EQ(ParseKeptName(KeptName(type)).value(), type);
  for (const int32_t scale : {kAsText, 0, 2, kMaxPrecision}) {
    EXPECT_EQ(ParseKeptName(KeptName(kept(scale))).value(), kept(scale));
    EXPECT_EQ(ParseKeptName(KeptName(ArrayOf(kept(scale)))).value(), ArrayOf(kept(scale)));
    EXPECT_EQ(PostgresName(kept(scale)), "numeric");
  }
  EXPECT_FALSE(ParseKeptName("numeric(0,39)"));
  EXPECT_FALSE(ParseKeptName("numeric(0,-2)"));
  EXPECT_FALSE(ParsePostgresName("numeric(0,2)"));
  EXPECT_EQ(Stored(kept(2)), Numeric(38, 9));
  EXPECT_EQ(Stored(kept(12)), Numeric(38, 12));
  EXPECT_EQ(Stored(kept(kAsText)), kept(kAsText));
  EXPECT_EQ(IcebergName(kept(12)), "decimal(38, 12)");
  EXPECT_EQ(IcebergName(kept(kAsText)), "string");
}

TEST(Types, ModifiersAreChecked) {
  const auto numeric = [](std::vector<int32_t> modifiers) {
    return TypeFromName("numeric", modifiers);
  };
  EXPECT_EQ(numeric({12, 2}).value(), Numeric(12, 2));
  EXPECT_EQ(numeric({12}).value(), Numeric(12, 0));
  EXPECT_EQ(numeric({}).value(), Type{TypeKind::kNumeric});
  // PostgreSQL has these.
  EXPECT_EQ(numeric({39}).error().SqlState(), "0A000");
  EXPECT_EQ(numeric({5, 6}).error().SqlState(), "0A000");
  EXPECT_EQ(numeric({0}).error().SqlState(), "22023");
  EXPECT_EQ(numeric({1001}).error().SqlState(), "22023");
  EXPECT_EQ(TypeFromName("varchar", std::vector<int32_t>{0}).error().SqlState(), "22023");
  EXPECT_EQ(TypeFromName("int4", std::vector<int32_t>{3}).error().SqlState(), "42601");
  EXPECT_EQ(TypeFromName("money", {}).error().SqlState(), "0A000");
  EXPECT_FALSE(TypeFromName("money", {}).error().hint.empty());
  EXPECT_EQ(TypeFromName("bpchar", std::vector<int32_t>{0}).error().SqlState(), "22023");
  EXPECT_EQ(TypeFromName("no_such", {}).error().SqlState(), "42704");
}

TEST(Types, ArraysHaveTheOidsOfPostgres) {
  EXPECT_EQ(Oid(ArrayOf({TypeKind::kInt4})), 1007U);
  EXPECT_EQ(TypeFromOid(1231).value(), ArrayOf({TypeKind::kNumeric}));
  EXPECT_EQ(Oid(ArrayOf(Enum(16385))), 16386U);
  EXPECT_EQ(Size(ArrayOf({TypeKind::kInt4})), -1);
  EXPECT_EQ(TypeModifier(ArrayOf(Varchar(20))), 24);
}

TEST(Types, ANumericWithoutPrecisionIsTextInQueriesAndADecimalInTables) {
  const Type bare{TypeKind::kNumeric};
  EXPECT_EQ(DuckDbName(bare), "VARCHAR");
  EXPECT_EQ(Stored(bare), Numeric(38, 9));
  EXPECT_EQ(IcebergName(bare), "decimal(38, 9)");
  EXPECT_EQ(Stored(ArrayOf(bare)), ArrayOf(Numeric(38, 9)));
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
