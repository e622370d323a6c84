#include <algorithm>
#include <array>

#include "sql/value_type_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;

struct TagName {
  TypeTag tag;
  std::string_view name;
};
constexpr std::array kNames = {
    TagName{kBool, "bool"},
    TagName{kInt2, "int2"},
    TagName{kInt4, "int4"},
    TagName{kInt8, "int8"},
    TagName{kFloat4, "float4"},
    TagName{kFloat8, "float8"},
    TagName{kNumeric, "numeric"},
    TagName{kText, "text"},
    TagName{kVarchar, "varchar"},
    TagName{kBytea, "bytea"},
    TagName{kDate, "date"},
    TagName{kTimestamp, "timestamp"},
    TagName{kTimestamptz, "timestamptz"},
    TagName{kUuid, "uuid"},
    TagName{kInterval, "interval"},
    TagName{kUnknown, "unknown"},
    TagName{kAny, "any"},
};

struct Cast {
  TypeTag from;
  TypeTag to;
  CastContext context;
};
constexpr auto kI = CastContext::kImplicit;
constexpr auto kA = CastContext::kAssignment;
constexpr auto kE = CastContext::kExplicit;
// pg_cast of PostgreSQL 15 for these types. Anything to text is an assignment cast, text to
// anything an explicit one (by the input function): see CanCast.
constexpr std::array kCasts = {
    Cast{kInt2, kInt4, kI},
    Cast{kInt2, kInt8, kI},
    Cast{kInt2, kNumeric, kI},
    Cast{kInt2, kFloat4, kI},
    Cast{kInt2, kFloat8, kI},
    Cast{kInt4, kInt8, kI},
    Cast{kInt4, kNumeric, kI},
    Cast{kInt4, kFloat4, kI},
    Cast{kInt4, kFloat8, kI},
    Cast{kInt8, kNumeric, kI},
    Cast{kInt8, kFloat4, kI},
    Cast{kInt8, kFloat8, kI},
    Cast{kNumeric, kFloat4, kI},
    Cast{kNumeric, kFloat8, kI},
    Cast{kFloat4, kFloat8, kI},
    Cast{kInt4, kInt2, kA},
    Cast{kInt8, kInt2, kA},
    Cast{kInt8, kInt4, kA},
    Cast{kNumeric, kInt2, kA},
    Cast{kNumeric, kInt4, kA},
    Cast{kNumeric, kInt8, kA},
    Cast{kFloat4, kInt2, kA},
    Cast{kFloat4, kInt4, kA},
    Cast{kFloat4, kInt8, kA},
    Cast{kFloat4, kNumeric, kA},
    Cast{kFloat8, kInt2, kA},
    Cast{kFloat8, kInt4, kA},
    Cast{kFloat8, kInt8, kA},
    Cast{kFloat8, kFloat4, kA},
    Cast{kFloat8, kNumeric, kA},
    Cast{kInt4, kBool, kE},
    Cast{kBool, kInt4, kE},
    Cast{kVarchar, kText, kI},
    Cast{kText, kVarchar, kI},
    Cast{kDate, kTimestamp, kI},
    Cast{kDate, kTimestamptz, kI},
    Cast{kTimestamp, kTimestamptz, kI},
    Cast{kTimestamp, kDate, kA},
    Cast{kTimestamptz, kDate, kA},
    Cast{kTimestamptz, kTimestamp, kA},
};

}  // namespace

ValueType NumericType(int32_t precision, int32_t scale) {
  precision = std::clamp(precision, std::max(scale, 1), columnar::kMaxPrecision);
  return {.tag = kNumeric, .precision = precision, .scale = scale};
}

ValueType FromColumnar(const columnar::Type& type) {
  return {static_cast<TypeTag>(type.kind), type.precision, type.scale, type.length};
}

std::optional<columnar::Type> ToColumnar(const ValueType& type) {
  if (type.tag == kUnknown) return columnar::Type{columnar::TypeKind::kText};
  if (type.tag > kUuid) return std::nullopt;
  return columnar::Type{static_cast<columnar::TypeKind>(type.tag), type.precision, type.scale,
                        type.length};
}

std::string_view DisplayType(TypeTag tag) {
  if (tag <= kUuid) return columnar::Info(static_cast<columnar::TypeKind>(tag)).name;
  return kNames[static_cast<size_t>(tag)].name;
}

std::string EngineType(const ValueType& type) {
  if (IsOpen(type)) return "VARCHAR";
  if (type.tag == kInterval) return "INTERVAL";
  if (type.tag > kInterval) return "VARCHAR";
  return columnar::DuckDbName(*ToColumnar(type));
}

TypeTag TagFromName(std::string_view name) {
  for (const auto& known : kNames) {
    if (known.name == name) return known.tag;
  }
  return kUnknown;
}

char Category(TypeTag tag) {
  switch (tag) {
    case kBool:
      return 'B';
    case kInt2:
    case kInt4:
    case kInt8:
    case kFloat4:
    case kFloat8:
    case kNumeric:
      return 'N';
    case kText:
    case kVarchar:
      return 'S';
    case kDate:
    case kTimestamp:
    case kTimestamptz:
      return 'D';
    case kInterval:
      return 'T';
    case kUnknown:
      return 'X';
    case kBytea:
    case kUuid:
    case kAny:
      return 'U';
  }
  return 'U';
}

bool IsPreferred(TypeTag tag) {
  return tag == kFloat8 || tag == kText || tag == kTimestamptz || tag == kInterval || tag == kBool;
}
bool IsInteger(TypeTag tag) {
  return tag == kInt2 || tag == kInt4 || tag == kInt8;
}
bool IsNumber(TypeTag tag) {
  return Category(tag) == 'N';
}
bool IsString(TypeTag tag) {
  return Category(tag) == 'S';
}

bool CanCast(TypeTag from, TypeTag to, CastContext context) {
  if (from == to || from == kUnknown || to == kAny) return true;
  for (const auto& cast : kCasts) {
    if (cast.from == from && cast.to == to) return cast.context <= context;
  }
  if (IsString(to)) return context >= kA;
  if (IsString(from)) return context == kE;
  return false;
}

ValueType AsNumeric(const ValueType& type) {
  switch (type.tag) {
    case kInt2:
      return NumericType(5, 0);
    case kInt4:
      return NumericType(10, 0);
    case kInt8:
      return NumericType(19, 0);
    default:
      return type;
  }
}

std::optional<ValueType> CommonType(std::span<const ValueType> types) {
  ValueType best;
  for (const auto& type : types) {
    if (type.tag == kUnknown) continue;
    if (best.tag == kUnknown) {
      best = type;
    } else if (best.tag != type.tag) {
      if (Category(best.tag) != Category(type.tag)) return std::nullopt;
      if (!IsPreferred(best.tag) && CanCast(best.tag, type.tag, kI) &&
          !CanCast(type.tag, best.tag, kI)) {
        best = type;
      }
    }
  }
  if (best.tag == kUnknown) return ValueType{.tag = kText};
  for (const auto& type : types) {
    if (!CanCast(type.tag, best.tag, kI)) return std::nullopt;
  }
  if (best.tag == kVarchar) {
    for (const auto& type : types) {
      if (type.tag == kVarchar && type.length != best.length) best.length = 0;
      if (type.tag == kUnknown) best.length = 0;
    }
  }
  if (best.tag != kNumeric) return best;
  int32_t whole = 0;
  int32_t scale = 0;
  for (const auto& type : types) {
    const auto numeric = AsNumeric(type);
    if (numeric.tag != kNumeric) continue;
    if (IsOpen(numeric)) return OpenNumeric();
    whole = std::max(whole, numeric.precision - numeric.scale);
    scale = std::max(scale, numeric.scale);
  }
  return NumericType(whole + scale, scale);
}

}  // namespace firn::sql
