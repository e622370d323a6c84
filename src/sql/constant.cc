#include <charconv>

#include "sql/constant_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Flag;
using tree::Has;
using tree::Open;
using tree::Text;

size_t SkipComment(std::string_view text, size_t at) {
  if (text.substr(at, 2) == "--") return std::min(text.find('\n', at), text.size());
  int depth = 0;
  while (at < text.size()) {
    if (text.substr(at, 2) == "/*") {
      ++depth;
      at += 2;
    } else if (text.substr(at, 2) == "*/") {
      at += 2;
      if (--depth == 0) break;
    } else {
      ++at;
    }
  }
  return at;
}

// libpg_query's JSON leaves an integer out unless it is positive. The text has it: some minus
// signs and parentheses, then the digits. An odd number of signs is what made it negative.
std::string IntegerAt(std::string_view text, size_t at) {
  while (at < text.size() && !(text[at] >= '0' && text[at] <= '9')) {
    const auto two = text.substr(at, 2);
    at = two == "--" || two == "/*" ? SkipComment(text, at) : at + 1;
  }
  size_t end = at;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  while (at + 1 < end && text[at] == '0') ++at;
  const std::string digits(text.substr(at, end - at));
  return digits.empty() || digits == "0" ? "0" : "-" + digits;
}

/// "-0.0" is 0.0: no numeric has a negative zero.
std::string_view WithoutSignOfZero(std::string_view text) {
  const bool zero =
      text.substr(0, text.find_first_of("eE")).find_first_of("123456789") == text.npos;
  return zero && text.starts_with('-') ? text.substr(1) : text;
}

bool FitsBigint(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Cell ReadConstant(const Statement& statement, const tree::Json& a_const) {
  Cell cell;
  const int location = tree::Location(a_const);
  cell.position = statement.Position(location);
  if (Has(a_const, "ival")) {
    const int value = tree::Number(tree::At(a_const, "ival"), "ival");
    cell.kind = Cell::Kind::kInteger;
    cell.text = value > 0 ? std::to_string(value)
                          : IntegerAt(*statement.source, static_cast<size_t>(location));
  } else if (Has(a_const, "fval")) {
    cell.text = WithoutSignOfZero(Text(tree::At(a_const, "fval"), "fval"));
    cell.kind = FitsBigint(cell.text) ? Cell::Kind::kInteger : Cell::Kind::kFloat;
  } else if (Has(a_const, "sval")) {
    cell.text = Text(tree::At(a_const, "sval"), "sval");
    cell.kind = Cell::Kind::kString;
  } else if (Has(a_const, "boolval")) {
    cell.text = Flag(tree::At(a_const, "boolval"), "boolval") ? "true" : "false";
    cell.kind = Cell::Kind::kBool;
  }
  return cell;
}

Result<std::optional<Cell>> ReadCell(const Statement& statement, const tree::Json& node) {
  const auto open = Open(node);
  if (open.Is("A_Const")) {
    if (Has(*open.body, "bsval")) return std::nullopt;
    return ReadConstant(statement, *open.body);
  }
  Cell cell;
  if (open.IsNode()) cell.position = statement.Position(tree::Location(*open.body));
  if (open.Is("SetToDefault")) {
    cell.kind = Cell::Kind::kDefault;
    return cell;
  }
  if (open.Is("ParamRef")) {
    cell.kind = Cell::Kind::kParameter;
    cell.parameter = tree::Number(*open.body, "number");
    return cell;
  }
  if (!open.Is("TypeCast")) return std::nullopt;
  const auto arg = Open(At(*open.body, "arg"));
  const bool literal = arg.Is("A_Const") && (Has(*arg.body, "sval") || Flag(*arg.body, "isnull"));
  if (!literal && !arg.Is("ParamRef")) return std::nullopt;
  FIRN_TRY(auto inner, ReadCell(statement, tree::At(*open.body, "arg")));
  FIRN_TRY(inner->cast, DecodeTypeName(statement, At(*open.body, "typeName")));
  return inner;
}

std::optional<std::string> ReadOptionText(const Statement& statement, const tree::Json& node,
                                          int location) {
  const auto open = Open(node);
  if (open.Is("String")) return std::string(Text(*open.body, "sval"));
  if (open.Is("Float")) return std::string(Text(*open.body, "fval"));
  if (open.Is("Boolean")) return Flag(*open.body, "boolval") ? "true" : "false";
  if (open.Is("Integer")) {
    const int value = tree::Number(*open.body, "ival");
    if (value > 0) return std::to_string(value);
    const auto equals = statement.source->find_first_of("-0", static_cast<size_t>(location));
    return equals == std::string::npos ? "0" : IntegerAt(*statement.source, equals);
  }
  if (open.Is("A_Const")) {
    const auto cell = ReadConstant(statement, *open.body);
    if (cell.kind != Cell::Kind::kNull) return cell.text;
  }
  if (open.Is("TypeName")) {
    const auto names = tree::Names(tree::List(*open.body, "names"));
    if (!names.empty()) return names.back();
  }
  return std::nullopt;
}

}  // namespace firn::sql
