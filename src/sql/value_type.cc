#include <algorithm>
#include <array>

#include "sql/value_type_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;

struct Cast {
  TypeTag from;
  TypeTag to;
  CastContext context;
};
constexpr auto kI = CastContext::kImplicit;
constexpr auto kA = CastContext::kAssignment;
constexpr auto kE = CastContext::kExplicit;
// pg_cast of PostgreSQL 15 for these types, but for what CanCast knows by a rule: casts to
// strings, from strings by the input function, of arrays by their elements, and those between
// oid and its aliases.
constexpr std::array kCasts = {
    Cast{kBool, kInt4, kE},
    Cast{kChar, kInternalChar, kA},
    Cast{kChar, kName, kI},
    Cast{kChar, kText, kI},
    Cast{kChar, kVarchar, kI},
    Cast{kInternalChar, kInt4, kE},
    Cast{kInternalChar, kText, kI},
    Cast{kCidr, kInet, kI},
    Cast{kDate, kTimestamp, kI},
    Cast{kDate, kTimestamptz, kI},
    Cast{kFloat4, kFloat8, kI},
    Cast{kFloat4, kInt2, kA},
    Cast{kFloat4, kInt4, kA},
    Cast{kFloat4, kInt8, kA},
    Cast{kFloat4, kNumeric, kA},
    Cast{kFloat8, kFloat4, kA},
    Cast{kFloat8, kInt2, kA},
    Cast{kFloat8, kInt4, kA},
    Cast{kFloat8, kInt8, kA},
    Cast{kFloat8, kNumeric, kA},
    Cast{kInet, kCidr, kA},
    Cast{kInt2, kFloat4, kI},
    Cast{kInt2, kFloat8, kI},
    Cast{kInt2, kInt4, kI},
    Cast{kInt2, kInt8, kI},
    Cast{kInt2, kNumeric, kI},
    Cast{kInt2, kOid, kI},
    Cast{kInt4, kBool, kE},
    Cast{kInt4, kInternalChar, kE},
    Cast{kInt4, kFloat4, kI},
    Cast{kInt4, kFloat8, kI},
    Cast{kInt4, kInt2, kA},
    Cast{kInt4, kInt8, kI},
    Cast{kInt4, kNumeric, kI},
    Cast{kInt4, kOid, kI},
    Cast{kInt8, kFloat4, kI},
    Cast{kInt8, kFloat8, kI},
    Cast{kInt8, kInt2, kA},
    Cast{kInt8, kInt4, kA},
    Cast{kInt8, kNumeric, kI},
    Cast{kInt8, kOid, kI},
    Cast{kInterval, kTime, kA},
    Cast{kJson, kJsonb, kA},
    Cast{kJsonb, kBool, kE},
    Cast{kJsonb, kFloat4, kE},
    Cast{kJsonb, kFloat8, kE},
    Cast{kJsonb, kInt2, kE},
    Cast{kJsonb, kInt4, kE},
    Cast{kJsonb, kInt8, kE},
    Cast{kJsonb, kJson, kA},
    Cast{kJsonb, kNumeric, kE},
    Cast{kName, kText, kI},
    Cast{kNumeric, kFloat4, kI},
    Cast{kNumeric, kFloat8, kI},
    Cast{kNumeric, kInt2, kA},
    Cast{kNumeric, kInt4, kA},
    Cast{kNumeric, kInt8, kA},
    Cast{kOid, kInt4, kA},
    Cast{kOid, kInt8, kA},
    Cast{kRegproc, kRegprocedure, kI},
    Cast{kRegprocedure, kRegproc, kI},
    Cast{kText, kChar, kI},
    Cast{kText, kInternalChar, kA},
    Cast{kText, kName, kI},
    Cast{kText, kRegclass, kI},
    Cast{kText, kVarchar, kI},
    Cast{kTime, kInterval, kI},
    Cast{kTime, kTimetz, kI},
    Cast{kTimestamp, kDate, kA},
    Cast{kTimestamp, kTime, kA},
    Cast{kTimestamp, kTimestamptz, kI},
    Cast{kTimestamptz, kDate, kA},
    Cast{kTimestamptz, kTime, kA},
    Cast{kTimestamptz, kTimestamp, kA},
    Cast{kTimestamptz, kTimetz, kA},
    Cast{kTimetz, kTime, kA},
    Cast{kVarchar, kChar, kI},
    Cast{kVarchar, kInternalChar, kA},
    Cast{kVarchar, kName, kI},
    Cast{kVarchar, kRegclass, kI},
    Cast{kVarchar, kText, kI},
};

bool IsOidAlias(TypeTag tag) {
  return tag >= kRegclass && tag <= kRegrole;
}

// Of the aliases of oid: from and to integers and oid.
bool CanCastOidAlias(TypeTag from, TypeTag to, CastContext context) {
  if (IsOidAlias(to)) return IsInteger(from) || from == kOid;
  return to == kOid || ((to == kInt4 || to == kInt8) && context >= kA);
}

constexpr std::string_view kArraySuffix = "[]";

}  // namespace

ValueType NumericType(int32_t precision, int32_t scale) {
  precision = std::clamp(precision, std::max(scale, 1), columnar::kMaxPrecision);
  return {.tag = kNumeric, .precision = precision, .scale = scale};
}

columnar::Type PlainNumeric(columnar::Type type) {
  const bool numeric = type.kind == columnar::TypeKind::kNumeric;
  if (!numeric || (type.length != kComputed && !columnar::IsBare(type))) return type;
  return {.kind = type.kind, .array = type.array};
}

ValueType FromColumnar(const columnar::Type& type) {
  const auto tag = static_cast<TypeTag>(type.kind);
  ValueType made{type.array ? ArrayOf(tag) : tag, type.precision, type.scale, type.length,
                 columnar::BaseType(type).user_type};
  if (tag != kNumeric) return made;
  made.length = type.length == kComputed ? 0 : kDeclared;
  if (columnar::IsBare(type)) {
    made.scale = 0;
    if (made.length != 0) made.length += type.scale;
  }
  return made;
}

std::optional<columnar::Type> ToColumnar(const ValueType& type) {
  if (type.tag == kUnknown) return columnar::Type{columnar::TypeKind::kText};
  const auto element = ElementOf(type.tag);
  if (element >= kUnknown) return std::nullopt;
  columnar::Type made{.kind = static_cast<columnar::TypeKind>(element),
                      .precision = type.precision,
                      .scale = type.scale,
                      .length = type.length,
                      .array = IsArray(type.tag),
                      .user_type = type.user_type};
  if (element != kNumeric) return made;
  made.length = 0;
  if (columnar::IsBare(made)) made.scale = 0;
  return made;
}

std::string DisplayType(TypeTag tag) {
  if (IsArray(tag)) {
    return ElementOf(tag) == kAny ? "anyarray"
                                  : DisplayType(ElementOf(tag)) + std::string(kArraySuffix);
  }
  if (tag == kUnknown) return "unknown";
  if (tag == kAny) return "anyelement";
  return std::string(columnar::Info(static_cast<columnar::TypeKind>(tag)).name);
}

std::string EngineType(const ValueType& type) {
  const auto plain = ToColumnar(type);
  return plain ? columnar::DuckDbName(*plain) : "VARCHAR";
}

TypeTag TagFromName(std::string_view name) {
  if (name.ends_with(kArraySuffix)) {
    const auto element = TagFromName(name.substr(0, name.size() - kArraySuffix.size()));
    return element == kUnknown ? kUnknown : ArrayOf(element);
  }
  if (name == "any") return kAny;
  for (int i = 0; i < columnar::kTypeKindCount; ++i) {
    if (columnar::Info(static_cast<columnar::TypeKind>(i)).catalog == name) {
      return static_cast<TypeTag>(i);
    }
  }
  return kUnknown;
}

char Category(TypeTag tag) {
  if (IsArray(tag)) return 'A';
  if (tag == kUnknown) return 'X';
  if (tag == kAny) return 'P';
  return columnar::Info(static_cast<columnar::TypeKind>(tag)).category;
}

bool IsPreferred(TypeTag tag) {
  return tag < kUnknown && columnar::Info(static_cast<columnar::TypeKind>(tag)).preferred;
}
bool IsInteger(TypeTag tag) {
  return tag == kInt2 || tag == kInt4 || tag == kInt8;
}
bool IsNumber(TypeTag tag) {
  return IsInteger(tag) || tag == kFloat4 || tag == kFloat8 || tag == kNumeric;
}
bool IsString(TypeTag tag) {
  return Category(tag) == 'S';
}

bool HasOrder(TypeTag tag) {
  const auto element = ElementOf(tag);
  if (element >= kUnknown || element == kInterval || tag == kJsonb) return true;
  return columnar::Info(static_cast<columnar::TypeKind>(element)).ordered;
}
bool HasEquality(TypeTag tag) {
  const auto element = ElementOf(tag);
  return element != kJson && (element != kJsonb || tag == kJsonb);
}

std::string_view KeyFunction(const ValueType& type) {
  if (type.tag == kJsonb) return "sql_jsonb_key";
  if (type.tag == kInterval) return "sql_interval_key";
  if (IsBlankPadded(type)) return "firn_char_key";
  return IsOpen(type) ? "sql_num_key" : "";
}

bool CanCast(TypeTag from, TypeTag to, CastContext context) {
  if (from == to || from == kUnknown || to == kAny) return true;
  if (to == ArrayOf(kAny)) return IsArray(from);
  if (IsArray(from) && IsArray(to)) return CanCast(ElementOf(from), ElementOf(to), context);
  for (const auto& cast : kCasts) {
    if (cast.from == from && cast.to == to) return cast.context <= context;
  }
  if ((IsOidAlias(from) || IsOidAlias(to)) && CanCastOidAlias(from, to, context)) return true;
  // These two are arrays to arrays, but nothing else is one of them.
  if (IsArray(to) && from == kInt2Vector) return CanCast(kInt2, ElementOf(to), context);
  if (IsArray(to) && from == kOidVector) return CanCast(kOid, ElementOf(to), context);
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
    } else if (ElementOf(type.tag) == kEnum && best.tag == type.tag) {
      if (best.user_type != type.user_type) return std::nullopt;
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
  if (best.tag == kVarchar || best.tag == kChar || IsArray(best.tag)) {
    for (const auto& type : types) {
      // What is quoted has digits of its own.
      if (type.tag == kUnknown && best.tag == ArrayOf(kNumeric)) best = {.tag = best.tag};
      if (type.tag == kUnknown) continue;
      if (type.tag != best.tag || type.length != best.length) best.length = 0;
      if (type.precision != best.precision || type.scale != best.scale) {
        best.precision = 0;
        best.scale = 0;
      }
    }
  }
  if (best.tag != kNumeric) return best;
  int32_t whole = 0;
  int32_t scale = 0;
  for (const auto& type : types) {
    const auto numeric = AsNumeric(type);
    if (numeric.tag != kNumeric) continue;
    if (IsOpen(numeric)) {
      const bool alike = std::all_of(types.begin(), types.end(), [&](const ValueType& other) {
        return other == numeric && other.length == numeric.length;
      });
      return alike ? numeric : OpenNumeric();
    }
    whole = std::max(whole, numeric.precision - numeric.scale);
    scale = std::max(scale, numeric.scale);
  }
  auto common = NumericType(whole + scale, scale);
  const bool declared = std::all_of(types.begin(), types.end(), [&](const ValueType& type) {
    return type.tag == kUnknown || (type == common && type.length == kDeclared);
  });
  if (declared) common.length = kDeclared;
  return common;
}

}  // namespace firn::sql
