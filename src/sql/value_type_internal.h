// sql: the type of an expression: those of columns, and what only exists between (intervals,
// literals whose type is not known yet).
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
  kInterval,
  kUnknown,  // a quoted literal, NULL, or a parameter nobody gave a type
  kAny,      // in signatures: any type, the same for every `any`
};
static_assert(static_cast<int>(TypeTag::kUuid) == static_cast<int>(columnar::TypeKind::kUuid));

struct ValueType {
  TypeTag tag = TypeTag::kUnknown;
  // numeric: the most digits and the scale; precision 0 is an open numeric, kept as text, whose
  // scale is its own (docs/decisions/0007-numeric.md). varchar: the length, 0 for no limit.
  int32_t precision = 0;
  int32_t scale = 0;
  int32_t length = 0;

  bool operator==(const ValueType&) const = default;
};

ValueType NumericType(int32_t precision, int32_t scale);
/// numeric of any scale; as the target of a cast, a numeric as it comes.
constexpr ValueType OpenNumeric() {
  return {.tag = TypeTag::kNumeric};
}
constexpr bool IsOpen(const ValueType& type) {
  return type.tag == TypeTag::kNumeric && type.precision == 0;
}
ValueType FromColumnar(const columnar::Type& type);
/// Unknown is text, as the output column of a Postgres query. Nullopt for intervals.
std::optional<columnar::Type> ToColumnar(const ValueType& type);

/// "integer", "double precision", "unknown": as format_type() in Postgres' messages.
std::string_view DisplayType(TypeTag tag);
/// "INTEGER", "DECIMAL(12,2)", "INTERVAL".
std::string EngineType(const ValueType& type);
/// By the names used in functions.cc: "int4", "text", "any" …
TypeTag TagFromName(std::string_view name);

/// pg_type.typcategory: 'N' numbers, 'S' strings, 'D' dates and times, 'T' intervals, 'B', 'U'.
char Category(TypeTag tag);
bool IsPreferred(TypeTag tag);
bool IsInteger(TypeTag tag);
bool IsNumber(TypeTag tag);
bool IsString(TypeTag tag);

enum class CastContext : uint8_t { kImplicit, kAssignment, kExplicit };
/// Whether Postgres has the cast (pg_cast) in this context; unknown goes to everything.
bool CanCast(TypeTag from, TypeTag to, CastContext context);
/// select_common_type of Postgres; nullopt when there is none. Numerics get room for all, and are
/// open when one of them is.
std::optional<ValueType> CommonType(std::span<const ValueType> types);
/// An integer type as numeric(p,0), others as they are.
ValueType AsNumeric(const ValueType& type);

}  // namespace firn::sql
