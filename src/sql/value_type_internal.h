// sql: the type of an expression: those of columns and results, and what only exists between
// (literals whose type is not known yet).
//
// A tag says which type, arrays included: ArrayOf(kInt4) is int4[]. A tag without the array bit
// has the number of its columnar::TypeKind.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "columnar/types.h"

namespace firn::sql {

enum class TypeTag : uint8_t {
  kBool,
  kInt2,
  kInt4,
  kInt8,
  kFloat4,
  kFloat8,
  kNumeric,
  kText,
  kVarchar,
  kBytea,
  kDate,
  kTimestamp,
  kTimestamptz,
  kUuid,
  kChar,
  kTime,
  kTimetz,
  kInterval,
  kJson,
  kJsonb,
  kInet,
  kCidr,
  kOid,
  kName,
  kInternalChar,
  kEnum,
  kRegclass,
  kRegtype,
  kRegproc,
  kRegprocedure,
  kRegnamespace,
  kRegrole,
  kXid,
  kInt2Vector,
  kOidVector,
  kAclItem,
  kVoid,
  kUnknown,  // a quoted literal, NULL, or a parameter nobody gave a type
  kAny,      // in signatures: any type, the same for every `any`; ArrayOf(kAny): any array
};
static_assert(static_cast<int>(TypeTag::kUnknown) == columnar::kTypeKindCount);

inline constexpr uint8_t kArrayBit = 0x80;
constexpr TypeTag ArrayOf(TypeTag element) {
  return static_cast<TypeTag>(static_cast<uint8_t>(element) | kArrayBit);
}
constexpr bool IsArray(TypeTag tag) {
  return (static_cast<uint8_t>(tag) & kArrayBit) != 0;
}
/// Of a tag that is no array: the tag itself.
constexpr TypeTag ElementOf(TypeTag tag) {
  return static_cast<TypeTag>(static_cast<uint8_t>(tag) & ~kArrayBit);
}

struct ValueType {
  TypeTag tag = TypeTag::kUnknown;
  // Of an array those of its elements. numeric: the most digits and the scale; precision 0: of
  // any size, text in the engine. varchar, char: the length, 0 for no limit; the engine has a
  // char(n) without the blanks at its end, a char without a length as it is.
  int32_t precision = 0;
  int32_t scale = 0;
  // Of a numeric 0 where it is computed; kDeclared where a column or a cast said its size. Of an
  // open one kDeclared + how a column keeps it (columnar::IsBare), where that is known.
  int32_t length = 0;
  uint32_t user_type = 0;  // the oid of an enum

  /// As values: whether a numeric's size was declared is nothing of theirs.
  bool operator==(const ValueType& other) const {
    return tag == other.tag && precision == other.precision && scale == other.scale &&
           (ElementOf(tag) == TypeTag::kNumeric || length == other.length) &&
           user_type == other.user_type;
  }
};
inline constexpr int32_t kDeclared = 1;
/// columnar::Type::length of a numeric result whose size no one declared: to clients it has none.
inline constexpr int32_t kComputed = -1;
/// A result's type as a view shows it: a numeric whose size was computed, or without one, is no
/// more than that.
columnar::Type PlainNumeric(columnar::Type type);

ValueType NumericType(int32_t precision, int32_t scale);
/// numeric of any scale; as the target of a cast, a numeric as it comes
/// (docs/decisions/0007-numeric.md).
constexpr ValueType OpenNumeric() {
  return {.tag = TypeTag::kNumeric};
}
/// An open numeric of at most so many digits behind the point: a column made of it is a decimal.
constexpr ValueType OpenWithin(int32_t scale) {
  return {.tag = TypeTag::kNumeric, .length = kDeclared + scale};
}
constexpr bool IsOpen(const ValueType& type) {
  return type.tag == TypeTag::kNumeric && type.precision == 0;
}
/// bpchar: its blanks at the end are part of the value, but not of comparisons.
constexpr bool IsBlankPadded(const ValueType& type) {
  return type.tag == TypeTag::kChar && type.length == 0;
}
/// A domain is the type it is over.
ValueType FromColumnar(const columnar::Type& type);
/// Unknown is text, as the output column of a Postgres query. Nullopt for `any`.
std::optional<columnar::Type> ToColumnar(const ValueType& type);

/// "integer", "double precision[]", "unknown": as format_type() in Postgres' messages.
std::string DisplayType(TypeTag tag);
/// "INTEGER", "DECIMAL(12,2)", "INTERVAL", "VARCHAR[]".
std::string EngineType(const ValueType& type);
/// By the names used in functions.cc: "int4", "text[]", "any" …
TypeTag TagFromName(std::string_view name);

/// pg_type.typcategory: 'N' numbers, 'S' strings, 'D' dates and times, 'T' intervals, 'A' arrays,
/// 'B', 'E', 'I', 'P', 'U', 'X', 'Z'.
char Category(TypeTag tag);
bool IsPreferred(TypeTag tag);
bool IsInteger(TypeTag tag);
bool IsNumber(TypeTag tag);
bool IsString(TypeTag tag);
/// Whether values order in the engine as in Postgres, and whether equal ones are the same there.
bool HasOrder(TypeTag tag);
bool HasEquality(TypeTag tag);
/// Values of some types are equal though they are shown differently: 1.0 and 1.00, a month and 30
/// days. This function of the engine gives what compares, sorts and groups for them; empty: the
/// values themselves do.
std::string_view KeyFunction(const ValueType& type);

enum class CastContext : uint8_t { kImplicit, kAssignment, kExplicit };
/// Whether Postgres has the cast (pg_cast) in this context; unknown goes to everything.
bool CanCast(TypeTag from, TypeTag to, CastContext context);
/// select_common_type of Postgres; nullopt when there is none. Numerics get room for all, and are
/// open when one of them is.
std::optional<ValueType> CommonType(std::span<const ValueType> types);
/// An integer type as numeric(p,0), others as they are.
ValueType AsNumeric(const ValueType& type);

}  // namespace firn::sql
