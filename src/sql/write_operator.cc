#include <algorithm>
#include <array>
#include <utility>

#include "sql/engine_patterns.h"
#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;
using tree::At;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Text;

constexpr std::array<std::string_view, 6> kComparisons = {"=", "<>", "<", "<=", ">", ">="};
constexpr std::array<std::string_view, 4> kLikes = {"~~", "!~~", "~~*", "!~~*"};
constexpr std::array<std::string_view, 4> kRegexes = {"~", "!~", "~*", "!~*"};

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool AreBytes(const Expr& left, const Expr& right) {
  const auto fits = [](const Expr& expr) {
    return expr.type.tag == kBytea || expr.type.tag == kUnknown;
  };
  return fits(left) && fits(right) && (left.type.tag == kBytea || right.type.tag == kBytea);
}

// nullif() of a value, by what is compared of it.
Expr NullIfEqual(const Expr& left, const Expr& right, const Expr& value) {
  return Expr{.sql = fmt::format("(CASE WHEN {} = {} THEN NULL ELSE {} END)", left.sql, right.sql,
                                 value.sql),
              .type = value.type,
              .location = left.location};
}

// Where Postgres compares two types as they are, the value keeps its own.
bool KeepsItsType(TypeTag value, TypeTag compared) {
  return value != compared && value != kNumeric && value != kCidr &&
         Category(value) == Category(compared) && (IsInteger(compared) || !IsInteger(value));
}

/// Whether a DECIMAL of the engine has room for the digits of all these numbers.
bool FitsDecimal(std::span<const ValueType> types) {
  int32_t whole = 0;
  int32_t scale = 0;
  for (const auto& type : types) {
    const auto numeric = AsNumeric(type);
    if (numeric.tag != kNumeric) continue;
    whole = std::max(whole, numeric.precision - numeric.scale);
    scale = std::max(scale, numeric.scale);
  }
  return whole + scale <= columnar::kMaxPrecision;
}

/// Whether `left IN (…)` hangs on more than one type: values of an array are of their common type,
/// what is compared with it is of another, and which digits are lost differs.
bool HasSeveralTypes(const Expr& left, const std::vector<Expr>& exprs) {
  std::vector<ValueType> types{left.type};
  for (const auto& expr : exprs) types.push_back(expr.type);
  const auto is = [&](auto... tags) {
    return std::any_of(types.begin(), types.end(),
                       [&](const ValueType& type) { return ((type.tag == tags) || ...); });
  };
  if (is(kChar) || !FitsDecimal(types)) return true;
  const bool mixed = std::any_of(types.begin(), types.end(), [&](const ValueType& type) {
    return type.tag != kUnknown && type.tag != left.type.tag;
  });
  return mixed && is(kFloat4, kFloat8);
}

Expr Bool(std::string sql, int location) {
  return {.sql = std::move(sql), .type = {.tag = kBool}, .location = location};
}

/// The least text that is above every text that begins with `prefix`; empty: there is none.
std::string AbovePrefix(std::string prefix) {
  while (!prefix.empty()) {
    size_t at = prefix.size() - 1;
    while (at > 0 && (prefix[at] & 0xC0) == 0x80) --at;
    const auto last = std::string_view(prefix).substr(at);
    const auto lead = static_cast<uint8_t>(last.front());
    uint32_t code = last.size() == 1 ? lead : lead & (0x7FU >> last.size());
    for (const char c : last.substr(1)) code = code << 6 | (static_cast<uint8_t>(c) & 0x3FU);
    prefix.resize(at);
    constexpr uint32_t kSurrogates = 0xD800;
    constexpr uint32_t kAfterSurrogates = 0xE000;
    constexpr uint32_t kLast = 0x10FFFF;
    if (code == kLast) continue;
    code = code + 1 == kSurrogates ? kAfterSurrogates : code + 1;
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) return prefix + static_cast<char>(code);
    if (code < 0x800) return prefix + static_cast<char>(0xC0 | (code >> 6)) + tail(0);
    if (code < 0x10000) return prefix + static_cast<char>(0xE0 | (code >> 12)) + tail(6) + tail(0);
    return prefix + static_cast<char>(0xF0 | (code >> 18)) + tail(12) + tail(6) + tail(0);
  }
  return prefix;
}

/// LIKE where the engine fails: it looks in files for what is below the prefix with one more in its
/// last byte, which is no text after 0x7F and 0xBF. Empty: it does not.
std::string LikeBeyondEngine(const std::string& left, const std::string& pattern,
                             const std::string& pattern_sql) {
  const auto prefix = pattern.substr(0, pattern.find_first_of("%_"));
  if (prefix.empty() || prefix == pattern || pattern.substr(prefix.size()) == "%") return "";
  const auto last = static_cast<uint8_t>(prefix.back());
  if (last != 0x7F && last != 0xBF) return "";
  auto sql = fmt::format("sql_like({}, {})", left, pattern_sql);
  // Of a column its files may say that none of theirs is among these.
  if (left.find_first_of("( ") != std::string::npos) return sql;
  const auto above = AbovePrefix(prefix);
  const auto below = above.empty() ? "" : fmt::format(" AND {} < {}", left, QuoteLiteral(above));
  return fmt::format("{} >= {}{} AND {}", left, QuoteLiteral(prefix), below, sql);
}

/// ctid BETWEEN '(0,0)'::tid AND '(4294967295,0)'::tid: how DuckDB says "the whole table" of one
/// that has no pages (pg_class.relpages is 0). True of every row, whatever its ctid were.
bool IsEveryPage(const tree::Json& body) {
  const auto left = Open(At(body, "lexpr"));
  const auto right = Open(At(body, "rexpr"));
  if (Text(body, "kind") != "AEXPR_BETWEEN" || !left.Is("ColumnRef") || !right.Is("List")) {
    return false;
  }
  const auto names = tree::Names(List(*left.body, "fields"));
  const auto& bounds = List(*right.body, "items");
  if (names.empty() || names.back() != "ctid" || bounds.size() != 2) return false;
  constexpr std::array<std::string_view, 2> kWhole = {"(0,0)", "(4294967295,0)"};
  for (size_t i = 0; i < kWhole.size(); ++i) {
    const auto cast = Open(bounds[i]);
    if (!cast.Is("TypeCast")) return false;
    const auto type = tree::Names(List(At(*cast.body, "typeName"), "names"));
    const auto value = Open(At(*cast.body, "arg"));
    if (type.empty() || type.back() != "tid" || !value.Is("A_Const")) return false;
    if (Text(At(*value.body, "sval"), "sval") != kWhole[i]) return false;
  }
  return true;
}

bool IsText(const Expr& expr) {
  return expr.type.tag == kUnknown || IsString(expr.type.tag);
}

}  // namespace

Failure QueryWriter::NoOperator(const std::string& name, const std::vector<Expr>& operands,
                                int location) {
  std::string shown;
  if (operands.size() == 2) shown = std::string(Display(operands[0].type)) + " ";
  shown += name + " " + std::string(Display(operands.back().type));
  return Wrong(location, "42883", "operator does not exist: " + shown,
               "No operator matches the given name and argument types. You might need to add "
               "explicit type casts.");
}

Failure QueryWriter::NotOneOperator(const std::string& name, const std::vector<Expr>& operands,
                                    int location) {
  return Wrong(location, "42725",
               fmt::format("operator is not unique: {} {} {}", Display(operands.front().type), name,
                           Display(operands.back().type)),
               "Could not choose a best candidate operator. You might need to add explicit "
               "type casts.");
}

// As characters, whose blanks at the end do not count. Those of a char(n) are not in the engine.
Result<ValueType> QueryWriter::ToBlankless(Expr& left, Expr& right) {
  for (auto* side : {&left, &right}) {
    if (side->type.tag == kChar && side->form == Expr::Form::kValue) {
      side->sql = Comparable(*side);
      continue;
    }
    const bool constant = side->form == Expr::Form::kLiteral;
    if (constant) side->text.erase(side->text.find_last_not_of(' ') + 1);
    FIRN_RETURN_IF_ERROR(Coerce(*side, {.tag = kChar}, CastContext::kImplicit));
    if (!constant) side->sql = Comparable(*side);
  }
  const bool stored = right.type.tag == kChar && right.type.length > 0;
  return stored ? right.type : ValueType{.tag = kChar};
}

Result<ValueType> QueryWriter::ToComparable(const std::string& op, Expr& left, Expr& right,
                                            int location) {
  // "char" beside a text is a text, and so is character: the preferred type goes first. Beside a
  // varchar, which has no operators of its own, character stays what it is.
  for (auto* side : {&left, &right}) {
    const auto other = (side == &left ? right : left).type.tag;
    const bool text = side->type.tag == kInternalChar
                          ? IsString(other)
                          : side->type.tag == kChar && (other == kText || other == kName);
    if (!text) continue;
    FIRN_RETURN_IF_ERROR(Coerce(*side, {.tag = kText}, CastContext::kImplicit));
  }
  const ValueType types[] = {left.type, right.type};
  auto common = CommonType(types);
  // Of another category, but an interval with a wider cast.
  const auto one_of = [&](TypeTag tag) { return left.type.tag == tag || right.type.tag == tag; };
  if (one_of(kTime) && one_of(kInterval)) common = ValueType{.tag = kInterval};
  if (one_of(kVarchar) && one_of(kChar)) common = ValueType{.tag = kChar};
  if (!common) return NoOperator(op, {left, right}, location);
  if (common->tag == kCidr) common->tag = kInet;  // which has the operators of both
  if (IsArray(left.type.tag) && IsArray(right.type.tag) && left.type.tag != right.type.tag) {
    return NoOperator(op, {left, right}, location);
  }
  common->length = 0;
  const bool equality = op == "=" || op == "<>";
  if (ElementOf(common->tag) == kEnum) {
    FIRN_RETURN_IF_ERROR(Coerce(left, *common, CastContext::kImplicit));
    FIRN_RETURN_IF_ERROR(Coerce(right, *common, CastContext::kImplicit));
    for (auto* side : {&left, &right}) {
      if (!equality) side->sql = EnumKey(*side);
    }
    return *common;
  }
  if (common->tag == kJson || common->tag == kXid) {
    return NoOperator(op, {left, right}, location);
  }
  if (equality ? !HasEquality(common->tag)
               : !HasOrder(common->tag) && SortKeyFunction(common->tag).empty()) {
    return Refuse(
        location,
        fmt::format("values of type {} cannot be compared by {} yet", DisplayType(common->tag), op),
        "Compare their text: a::text = b::text.");
  }
  const auto is_float = [](TypeTag tag) { return tag == kFloat4 || tag == kFloat8; };
  const bool both_known = left.type.tag != kUnknown && right.type.tag != kUnknown;
  if (both_known && left.type.tag != right.type.tag && is_float(common->tag)) {
    common->tag = kFloat8;
  }
  if (common->tag == kVarchar) common = ValueType{.tag = kText};
  // Numerics of different scales are compared by the engine as they are.
  if (common->tag == kNumeric) common->precision = 0;
  if (common->tag == kChar) return ToBlankless(left, right);
  for (auto* side : {&left, &right}) {
    FIRN_RETURN_IF_ERROR(Coerce(*side, *common, CastContext::kImplicit));
  }
  if (common->tag == ArrayOf(kNumeric) || common->tag == ArrayOf(kInterval) ||
      common->tag == ArrayOf(kChar)) {
    for (auto* side : {&left, &right}) {
      FIRN_TRY(side->sql, ElementKeys(*side));
    }
  }
  if (const auto key = SortKeyFunction(common->tag); !equality && !key.empty()) {
    for (auto* side : {&left, &right}) side->sql = fmt::format("{}({})", key, side->sql);
  }
  if (common->tag == kJsonb || common->tag == kInterval) {
    for (auto* side : {&left, &right}) side->sql = Comparable(*side);
  }
  if (common->tag != kNumeric) return *common;
  const ValueType settled[] = {left.type, right.type};
  const auto type = FitsDecimal(settled) ? *CommonType(settled) : OpenNumeric();
  if (IsOpen(type)) {
    for (auto* side : {&left, &right}) {
      FIRN_RETURN_IF_ERROR(ToOpen(*side));
      side->sql = fmt::format("sql_num_key({})", side->sql);
      side->type = ValueType{.tag = kText};
    }
  }
  return type;
}

Result<Expr> QueryWriter::Compare(const std::string& op, Expr left, Expr right, int location) {
  FIRN_TRY(const auto type, ToComparable(op, left, right, location));
  (void)type;
  return Bool(fmt::format("({} {} {})", left.sql, op, right.sql), location);
}

Result<Expr> QueryWriter::Operate(const std::string& name, std::vector<Expr> operands,
                                  int location) {
  if (operands.size() == 2 && IsOneOf(kComparisons, name)) {
    return Compare(name, std::move(operands[0]), std::move(operands[1]), location);
  }
  if (operands.size() == 2 && IsOneOf(kRegexes, name)) {
    return WriteRegex(name, std::move(operands[0]), std::move(operands[1]), location);
  }
  if (operands.size() == 2 && name == "||") {
    return Concatenate(std::move(operands[0]), std::move(operands[1]), location);
  }
  std::vector<ValueType> types;
  for (const auto& operand : operands) types.push_back(operand.type);
  const auto found = Resolve(FindOperator(name), types, /*is_operator=*/true);
  if (found.ambiguous) return NotOneOperator(name, operands, location);
  const bool arrays = operands.size() == 2 && IsArray(types[0].tag) && IsArray(types[1].tag);
  if (arrays && types[0].tag != types[1].tag) return NoOperator(name, operands, location);
  if (found.entry == nullptr) {
    // Postgres has these for ranges of anything too.
    const bool quoted = operands.front().type.tag == kUnknown;
    const bool holds = quoted ? name == "@>" : name == "<@" && operands.back().type.tag == kUnknown;
    if (operands.size() == 2 && holds) return NotOneOperator(name, operands, location);
    const bool path = name == "@@" || name == "@?";
    if (path && operands.front().type.tag == kJsonb) {
      return Refuse(location, fmt::format("{} of jsonb is not supported", name),
                    "Use jsonb_extract_path(), #> or @>: there is no jsonpath.");
    }
    return NoOperator(name, operands, location);
  }
  return Apply(*found.entry, found.arguments, std::move(operands), location);
}

// a + b + c + … leans to the left as deep as it is long: written from the innermost out, so that
// length costs no stack.
Result<Expr> QueryWriter::WriteOperator(const Json& body, const Place& place) {
  const auto chained = [](const Json& at) {
    const auto names = tree::Names(List(at, "name"));
    return Text(at, "kind") == "AEXPR_OP" && names.size() == 1 && Has(at, "lexpr") &&
           !IsOneOf(kLikes, names.front());
  };
  std::vector<const Json*> chain;
  const Json* innermost = &body;
  while (chained(*innermost)) {
    const auto left = Open((*innermost)["lexpr"]);
    if (!left.Is("A_Expr")) break;
    chain.push_back(innermost);
    innermost = left.body;
  }
  FIRN_TRY(auto expr, WriteOneOperator(*innermost, place));
  std::vector<std::pair<const Json*, Expr>> rights;
  for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
    FIRN_TRY(auto right, WriteExpr(At(**at, "rexpr"), place));
    rights.emplace_back(*at, std::move(right));
  }
  if (IsText(expr) && std::all_of(rights.begin(), rights.end(), [](const auto& one) {
        return tree::Names(List(*one.first, "name")).front() == "||" && IsText(one.second);
      })) {
    return WriteConcatenation(std::move(expr), rights);
  }
  for (auto& [node, right] : rights) {
    std::vector<Expr> operands;
    operands.push_back(std::move(expr));
    operands.push_back(std::move(right));
    FIRN_TRY(expr, Operate(tree::Names(List(*node, "name")).front(), std::move(operands),
                           tree::Location(*node)));
  }
  return expr;
}

// Halves of halves: the engine plans a tree in the cube of its depth, and nothing interrupts it.
Result<Expr> QueryWriter::WriteConcatenation(Expr first,
                                             std::span<std::pair<const Json*, Expr>> rest) {
  if (rest.empty()) return first;
  const size_t half = rest.size() / 2;
  FIRN_TRY(auto left, WriteConcatenation(std::move(first), rest.subspan(0, half)));
  FIRN_TRY(auto right, WriteConcatenation(std::move(rest[half].second), rest.subspan(half + 1)));
  return Concatenate(std::move(left), std::move(right), tree::Location(*rest[half].first));
}

Result<Expr> QueryWriter::WriteOneOperator(const Json& body, const Place& place) {
  const auto kind = Text(body, "kind");
  const int location = tree::Location(body);
  const auto names = tree::Names(List(body, "name"));
  if (names.empty() || (names.size() > 1 && names.front() != "pg_catalog")) {
    return Wrong(location, "42883", "operator does not exist");
  }
  const auto& name = names.back();
  if (kind == "AEXPR_BETWEEN" || kind == "AEXPR_NOT_BETWEEN") return WriteBetween(body, place);
  const auto row = Open(Has(body, "lexpr") ? body["lexpr"] : At(body, "rexpr"));
  if (row.Is("RowExpr")) {
    const auto other = Open(At(body, "rexpr"));
    if (kind == "AEXPR_IN") {
      return WriteRowIn(*row.body, List(*other.body, "items"), name == "<>", location, place);
    }
    const std::string how = kind == "AEXPR_DISTINCT"       ? "IS DISTINCT FROM"
                            : kind == "AEXPR_NOT_DISTINCT" ? "IS NOT DISTINCT FROM"
                                                           : name;
    if (other.Is("RowExpr")) return CompareRows(how, *row.body, *other.body, location, place);
  }
  if (kind == "AEXPR_IN") {
    return WriteIn(body, List(*Open(At(body, "rexpr")).body, "items"), name == "<>", place);
  }
  if (kind == "AEXPR_OP_ANY" || kind == "AEXPR_OP_ALL") {
    const auto array = Open(At(body, "rexpr"));
    const bool any = kind == "AEXPR_OP_ANY";
    if (array.Is("A_ArrayExpr") && name == (any ? "=" : "<>")) {
      return WriteIn(body, List(*array.body, "elements"), !any, place, /*is_array=*/true);
    }
    FIRN_TRY(auto left, WriteExpr(At(body, "lexpr"), place));
    FIRN_TRY(auto right, WriteExpr(At(body, "rexpr"), place));
    return WriteAnyOf(name, any, std::move(left), std::move(right), location);
  }
  if (kind == "AEXPR_BETWEEN_SYM" || kind == "AEXPR_NOT_BETWEEN_SYM") {
    return WriteBetweenSymmetric(body, place);
  }
  std::vector<Expr> operands;
  if (Has(body, "lexpr")) {
    FIRN_TRY(auto left, WriteExpr(body["lexpr"], place));
    operands.push_back(std::move(left));
  }
  if (operands.size() == 1 && IsOneOf(kLikes, name)) {
    return WriteLike(name, std::move(operands.front()), At(body, "rexpr"), location, place);
  }
  FIRN_TRY(auto right, WriteExpr(At(body, "rexpr"), place));
  operands.push_back(std::move(right));
  if (kind == "AEXPR_OP" || kind == "AEXPR_SIMILAR")
    return Operate(name, std::move(operands), location);
  auto& left = operands.front();
  if (kind == "AEXPR_DISTINCT" || kind == "AEXPR_NOT_DISTINCT") {
    const auto* words = kind == "AEXPR_DISTINCT" ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM";
    if (left.form == Expr::Form::kNull) std::swap(left, operands.back());
    // A test for NULL, which a value of any type passes or not.
    if (operands.back().form == Expr::Form::kNull && left.type.tag != kUnknown) {
      return Bool(fmt::format("({} {} NULL)", left.sql, words), location);
    }
    FIRN_TRY(const auto type, ToComparable("=", left, operands.back(), location));
    (void)type;
    return Bool(fmt::format("({} {} {})", left.sql, words, operands.back().sql), location);
  }
  if (kind == "AEXPR_NULLIF") return NullIf(std::move(left), std::move(operands.back()), location);
  return Refuse(location, "this operator is not supported", "docs/sql.md lists what there is.");
}

Result<Expr> QueryWriter::NullIf(Expr left, Expr right, int location) {
  auto value = left;
  FIRN_TRY(const auto type, ToComparable("=", left, right, location));
  if (type.tag == kChar) {  // with its own blanks
    if (value.type.tag != kChar) {
      FIRN_RETURN_IF_ERROR(Coerce(value, {.tag = kChar}, CastContext::kImplicit));
    }
    return NullIfEqual(left, right, value);
  }
  if (KeyFunction(type).empty()) {
    auto sql = fmt::format("nullif({}, {})", left.sql, right.sql);
    const bool keeps = value.type.tag != kChar && KeepsItsType(value.type.tag, left.type.tag);
    if (keeps) sql = fmt::format("CAST({} AS {})", sql, EngineType(value.type));
    auto kept = keeps ? value.type : left.type;
    if (kept.tag == kVarchar) kept = {.tag = kText};  // what is compared is a text
    return Expr{.sql = std::move(sql), .type = kept, .location = location};
  }
  FIRN_RETURN_IF_ERROR(Coerce(value, type, CastContext::kImplicit));
  return NullIfEqual(left, right, value);
}

std::string AsciiLower(std::string_view sql) {
  return fmt::format("translate({}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')",
                     sql);
}

std::string AsciiUpper(std::string_view sql) {
  return fmt::format("translate({}, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
                     sql);
}

Status QueryWriter::ToMatched(const std::string& op, Expr& left, int location) {
  if (left.type.tag == kName && op.ends_with("~*") && !op.ends_with("~~*")) {
    return Refuse(location, "~* of a name is not supported",
                  "Store it as text: a name knows only the letters of ASCII.");
  }
  if (left.type.tag == kChar) {  // its blanks count here
    FIRN_TRY(left.sql, OutputText(left, CastContext::kImplicit));
    left.type = {.tag = kText};
  }
  return {};
}

Result<Expr> QueryWriter::WriteLike(const std::string& op, Expr left, const Json& pattern,
                                    int location, const Place& place) {
  const auto call = Open(pattern);
  const bool escaped = call.Is("FuncCall") && FunctionName(*call.body) == "like_escape";
  Expr right;
  std::string escape = "\\";
  if (escaped) {
    FIRN_TRY(auto arguments, WriteList(List(*call.body, "args"), place));
    if (arguments.size() != 2) return Fail(ErrorCode::kInternal, "like_escape without an escape");
    if (arguments[1].form != Expr::Form::kLiteral || arguments[1].text.size() > 1) {
      for (auto& argument : arguments) {
        if (argument.type.tag != kUnknown && !IsString(argument.type.tag)) {
          return NoFunction("pg_catalog.like_escape", arguments, location);
        }
        FIRN_RETURN_IF_ERROR(Coerce(argument, {.tag = kText}, CastContext::kImplicit));
      }
      right = {.sql = fmt::format("sql_like_escape({}, {})", arguments[0].sql, arguments[1].sql),
               .type = {.tag = kText},
               .location = location};
      return LikeOf(op, std::move(left), std::move(right), location);
    }
    escape = arguments[1].text;
    const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    if (std::count_if(escape.begin(), escape.end(), starts) > 1) {
      return Wrong(arguments[1].location, "22025", "invalid escape string",
                   "Escape string must be empty or one character.");
    }
    right = std::move(arguments[0]);
  } else {
    FIRN_TRY(right, WriteExpr(pattern, place));
  }
  if (AreBytes(left, right)) {
    return Refuse(location, "LIKE of bytea is not supported", "Use position() or substring().");
  }
  for (auto* side : {&left, &right}) {
    if (side->type.tag != kUnknown && !IsString(side->type.tag)) {
      return NoOperator(op, {left, right}, location);
    }
  }
  const bool ascii = left.type.tag == kName && op.ends_with('*');
  FIRN_RETURN_IF_ERROR(ToMatched(op, left, location));
  const bool plain = right.form == Expr::Form::kLiteral &&
                     (escape.empty() || right.text.find(escape) == std::string::npos);
  FIRN_RETURN_IF_ERROR(Coerce(left, {.tag = kText}, CastContext::kImplicit));
  FIRN_RETURN_IF_ERROR(Coerce(right, {.tag = kText}, CastContext::kImplicit));
  if (ascii) {  // a name has the letters of ASCII only
    for (auto* side : {&left, &right}) side->sql = AsciiLower(side->sql);
  }
  const std::string_view word = op.ends_with('*') && !ascii ? "ILIKE" : "LIKE";
  if (plain && word == "LIKE") {
    if (auto own = LikeBeyondEngine(left.sql, right.text, right.sql); !own.empty()) {
      return Bool(fmt::format("({}({}))", op.starts_with('!') ? "NOT " : "", own), location);
    }
  }
  auto sql =
      fmt::format("{} {}{} {}", left.sql, op.starts_with('!') ? "NOT " : "", word, right.sql);
  if (!plain) sql += " ESCAPE " + QuoteLiteral(escape);
  return Bool("(" + sql + ")", location);
}

Result<Expr> QueryWriter::LikeOf(const std::string& op, Expr left, Expr right, int location) {
  if (AreBytes(left, right)) {
    return Refuse(location, "LIKE of bytea is not supported", "Use position() or substring().");
  }
  const bool ascii = left.type.tag == kName && op.ends_with('*');
  FIRN_RETURN_IF_ERROR(ToMatched(op, left, location));
  for (auto* side : {&left, &right}) {
    if (side->type.tag != kUnknown && !IsString(side->type.tag)) {
      return NoOperator(op, {left, right}, location);
    }
    FIRN_RETURN_IF_ERROR(Coerce(*side, {.tag = kText}, CastContext::kImplicit));
    if (ascii) side->sql = AsciiLower(side->sql);
  }
  return Bool(fmt::format("({}sql_{}({}, {}))", op.starts_with('!') ? "NOT " : "",
                          op.ends_with('*') && !ascii ? "ilike" : "like", left.sql, right.sql),
              location);
}

Result<Expr> QueryWriter::WriteRegex(const std::string& op, Expr left, Expr right, int location) {
  for (auto* side : {&left, &right}) {
    if (side->type.tag != kUnknown && !IsString(side->type.tag)) {
      return NoOperator(op, {left, right}, location);
    }
  }
  FIRN_RETURN_IF_ERROR(ToMatched(op, left, location));
  const bool common = right.form == Expr::Form::kLiteral && EngineReadsAlike(right.text);
  FIRN_RETURN_IF_ERROR(Coerce(left, {.tag = kText}, CastContext::kImplicit));
  FIRN_RETURN_IF_ERROR(Coerce(right, {.tag = kText}, CastContext::kImplicit));
  const bool any_case = op.ends_with('*');
  auto sql =
      common
          ? fmt::format("regexp_matches({}, {}, '{}')", left.sql, right.sql, any_case ? "si" : "s")
          : fmt::format("sql_regexp_like({}, {}, '{}')", left.sql, right.sql, any_case ? "i" : "");
  return Bool(op.starts_with('!') ? "(NOT " + sql + ")" : sql, location);
}

Result<Expr> QueryWriter::Concatenate(Expr left, Expr right, int location) {
  if (IsArray(left.type.tag) && left.type == right.type) {
    return Expr{.sql = fmt::format("(CASE WHEN {0} IS NULL THEN {1} WHEN {1} IS NULL THEN {0} "
                                   "ELSE list_concat({0}, {1}) END)",
                                   left.sql, right.sql),
                .type = left.type,
                .location = location};
  }
  if (AreBytes(left, right)) {
    FIRN_RETURN_IF_ERROR(Coerce(left, {.tag = kBytea}, CastContext::kImplicit));
    FIRN_RETURN_IF_ERROR(Coerce(right, {.tag = kBytea}, CastContext::kImplicit));
    return Expr{.sql = fmt::format("({} || {})", left.sql, right.sql),
                .type = left.type,
                .location = location};
  }
  if (IsArray(left.type.tag) || IsArray(right.type.tag)) {
    return ConcatenateArrays(std::move(left), std::move(right), location);
  }
  const auto json = [](const Expr& a, const Expr& b) {
    return a.type.tag == kJsonb && (b.type.tag == kJsonb || b.type.tag == kUnknown);
  };
  if (json(left, right) || json(right, left)) {
    FIRN_RETURN_IF_ERROR(Coerce(left, {.tag = kJsonb}, CastContext::kImplicit));
    FIRN_RETURN_IF_ERROR(Coerce(right, {.tag = kJsonb}, CastContext::kImplicit));
    return Expr{.sql = fmt::format("sql_jsonb_concat({}, {})", left.sql, right.sql),
                .type = {.tag = kJsonb},
                .location = location};
  }
  if (!IsText(left) && !IsText(right)) return NoOperator("||", {left, right}, location);
  FIRN_RETURN_IF_ERROR(Coerce(left, {.tag = kText}, CastContext::kExplicit));
  FIRN_RETURN_IF_ERROR(Coerce(right, {.tag = kText}, CastContext::kExplicit));
  return Expr{.sql = fmt::format("({} || {})", left.sql, right.sql),
              .type = {.tag = kText},
              .location = location};
}

// transformAExprIn: values that name no column are an array of their common type, others are
// compared one by one. The type decides about blanks and digits.
Result<Expr> QueryWriter::EachIn(const Expr& left, std::vector<Expr> exprs,
                                 const std::vector<bool>& fixed, bool negated, bool is_array,
                                 int location) {
  std::vector<ValueType> types;
  if (!is_array) types.push_back(left.type);
  for (size_t i = 0; i < exprs.size(); ++i) {
    if (fixed[i]) types.push_back(exprs[i].type);
  }
  const bool together = is_array || types.size() > 2;
  auto common = together ? CommonType(types) : std::nullopt;
  if (common) common->length = 0;
  if (common && common->tag == kNumeric) common = OpenNumeric();  // each with its own digits
  std::vector<std::pair<std::string, std::string>> lists;         // what is compared as one type
  for (size_t i = 0; i < exprs.size(); ++i) {
    auto& expr = exprs[i];
    const bool stays = common && common->tag == kChar && expr.type.tag == kChar;
    const bool quoted = expr.type.tag == kUnknown && !is_array && common && common->tag == kChar;
    if (fixed[i] && common && !stays && !quoted) {
      FIRN_RETURN_IF_ERROR(Coerce(expr, *common, CastContext::kImplicit));
    }
    auto compared = left;
    FIRN_TRY(const auto type, ToComparable("=", compared, expr, location));
    (void)type;
    if (lists.empty() || lists.back().first != compared.sql) {
      lists.emplace_back(compared.sql, expr.sql);
    } else {
      lists.back().second += ", " + expr.sql;
    }
  }
  if (lists.size() > 1 && IsVolatile(left.sql)) return RefuseVolatile(left.location);
  std::string sql;
  for (const auto& [compared, list] : lists) {
    sql += fmt::format("{}{} {} ({})",
                       sql.empty() ? ""
                       : negated   ? " AND "
                                   : " OR ",
                       compared, negated ? "NOT IN" : "IN", list);
  }
  return Bool("(" + sql + ")", location);
}

Result<Expr> QueryWriter::WriteIn(const Json& body, const Json& items, bool negated,
                                  const Place& place, bool is_array) {
  const int location = tree::Location(body);
  FIRN_TRY(auto left, WriteExpr(At(body, "lexpr"), place));
  std::vector<Expr> exprs;
  std::vector<bool> fixed;  // whether a value names no column of its own query
  for (const auto& item : items) {
    const auto seen = std::exchange(seen_, {});
    FIRN_TRY(auto expr, WriteExpr(item, place));
    exprs.push_back(std::move(expr));
    fixed.push_back(is_array || !seen_.own);
    seen_ = {seen.own || seen_.own, seen.outer || seen_.outer};
  }
  if (exprs.empty()) {
    return Refuse(location, "ANY of an empty array is not supported", "Write FALSE.");
  }
  if (HasSeveralTypes(left, exprs)) {
    return EachIn(left, std::move(exprs), fixed, negated, is_array, location);
  }
  const bool texts = std::any_of(exprs.begin(), exprs.end(),
                                 [](const Expr& expr) { return IsString(expr.type.tag); });
  if (left.type.tag == kInternalChar && texts) {
    FIRN_RETURN_IF_ERROR(Coerce(left, {.tag = kText}, CastContext::kImplicit));
  }
  std::vector<ValueType> types{left.type};
  for (const auto& expr : exprs) {
    types.push_back(expr.type);
    const bool arrays = IsArray(left.type.tag) && IsArray(expr.type.tag);
    if (arrays && left.type.tag != expr.type.tag) return NoOperator("=", {left, expr}, location);
  }
  if (!CommonType(types)) {
    const bool clocks = std::all_of(types.begin(), types.end(), [](const ValueType& type) {
      return type.tag == kTime || type.tag == kInterval || type.tag == kUnknown;
    });
    if (clocks) {
      FIRN_RETURN_IF_ERROR(Coerce(left, {.tag = kInterval}, CastContext::kImplicit));
      for (auto& expr : exprs) {
        FIRN_RETURN_IF_ERROR(Coerce(expr, {.tag = kInterval}, CastContext::kImplicit));
      }
    }
  }
  types = {left.type};
  for (const auto& expr : exprs) types.push_back(expr.type);
  if (!CommonType(types)) {
    for (const auto& expr : exprs) {
      const ValueType pair[] = {left.type, expr.type};
      if (!CommonType(pair)) return NoOperator("=", {left, expr}, location);
    }
  }
  exprs.insert(exprs.begin(), std::move(left));
  FIRN_TRY(const auto type, Unify(exprs, "IN"));
  if (!HasEquality(type.tag)) return NoOperator("=", {exprs[0], exprs[1]}, location);
  std::string list;
  for (size_t i = 1; i < exprs.size(); ++i) list += (i > 1 ? ", " : "") + Comparable(exprs[i]);
  return Bool(
      fmt::format("({} {} ({}))", Comparable(exprs.front()), negated ? "NOT IN" : "IN", list),
      location);
}

// Between the bounds in either order.
Result<Expr> QueryWriter::WriteBetweenSymmetric(const Json& body, const Place& place) {
  FIRN_TRY(auto one, WriteBetween(body, place, false));
  FIRN_TRY(const auto other, WriteBetween(body, place, true));
  if (IsVolatile(one.sql)) return RefuseVolatile(one.location);
  const bool negated = Text(body, "kind") == "AEXPR_NOT_BETWEEN_SYM";
  one.sql = fmt::format("({} {} {})", one.sql, negated ? "AND" : "OR", other.sql);
  return one;
}

Result<Expr> QueryWriter::WriteBetween(const Json& body, const Place& place, bool swapped) {
  const int location = tree::Location(body);
  if (IsEveryPage(body)) return Bool("(true)", location);
  const bool negated = Text(body, "kind").starts_with("AEXPR_NOT_BETWEEN");
  FIRN_TRY(auto left, WriteExpr(At(body, "lexpr"), place));
  FIRN_TRY(auto bounds, WriteList(List(*Open(At(body, "rexpr")).body, "items"), place));
  if (bounds.size() != 2) return Fail(ErrorCode::kInternal, "BETWEEN without two bounds");
  if (swapped) std::swap(bounds[0], bounds[1]);
  auto again = left;
  FIRN_TRY(const auto low_type, ToComparable(negated ? "<" : ">=", left, bounds[0], location));
  FIRN_TRY(const auto high_type, ToComparable(negated ? ">" : "<=", again, bounds[1], location));
  (void)low_type;
  (void)high_type;
  // The operand is written, and so evaluated, once wherever both bounds compare it as one type.
  if (left.sql == again.sql) {
    return Bool(fmt::format("({} {} {} AND {})", left.sql, negated ? "NOT BETWEEN" : "BETWEEN",
                            bounds[0].sql, bounds[1].sql),
                location);
  }
  if (IsVolatile(left.sql)) return RefuseVolatile(left.location);
  return Bool(fmt::format("({} {} {} {} {} {} {})", left.sql, negated ? "<" : ">=", bounds[0].sql,
                          negated ? "OR" : "AND", again.sql, negated ? ">" : "<=", bounds[1].sql),
              location);
}

}  // namespace firn::sql
