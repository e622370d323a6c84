#include <algorithm>
#include <set>

#include "sql/classify_internal.h"
#include "sql/constant_internal.h"
#include "sql/decode_internal.h"
#include "sql/value_type_internal.h"

namespace firn::sql {
namespace {

using tree::At;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;

Result<std::vector<TableName>> DecodeColumns(const Statement& statement, const tree::Json& cols) {
  std::vector<TableName> columns;
  std::set<std::string> seen;
  for (const auto& item : cols) {
    const auto& target = *Open(item).body;
    const int location = tree::Location(target);
    TableName column{.name = std::string(Text(target, "name")),
                     .position = statement.Position(location)};
    if (Has(target, "indirection")) {
      return Refuse(statement, location, "assigning to a part of a column is not supported",
                    "Name the whole column.");
    }
    if (!seen.insert(column.name).second) {
      return Wrong(statement, location, "42701",
                   "column \"" + column.name + "\" specified more than once");
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

Result<ReturningList> DecodeReturning(const Statement& statement, const tree::Json& insert) {
  const auto& relation = At(insert, "relation");
  ReturningList list{
      .relation = std::string(Has(relation, "alias") ? Text(At(relation, "alias"), "aliasname")
                                                     : Text(relation, "relname")),
      .items = {}};
  for (const auto& node : List(insert, "returningList")) {
    const auto& target = *Open(node).body;
    const auto value = Open(At(target, "val"));
    const int location = tree::FirstLocation(node);
    const auto& fields = List(value.IsNode() ? *value.body : target, "fields");
    if (!value.Is("ColumnRef") || fields.empty() || fields.size() > 2) {
      return Refuse(statement, location, "expressions in RETURNING are not supported",
                    "Name columns of the table, or *.");
    }
    ReturningList::Item item{.position = statement.Position(location)};
    if (fields.size() == 2) item.relation = Text(*Open(fields.front()).body, "sval");
    const auto last = Open(fields.back());
    if (last.Is("String")) item.column = Text(*last.body, "sval");
    item.name = Has(target, "name") ? std::string(Text(target, "name")) : item.column;
    list.items.push_back(std::move(item));
  }
  return list;
}

Result<std::vector<std::vector<Cell>>> DecodeRows(const Statement& statement,
                                                  const tree::Json& lists, size_t columns) {
  std::vector<std::vector<Cell>> rows;
  rows.reserve(lists.size());
  for (const auto& list : lists) {
    std::vector<Cell> row;
    const auto& items = List(*Open(list).body, "items");
    row.reserve(items.size());
    for (const auto& item : items) {
      FIRN_TRY(auto cell, ReadCell(statement, item));
      if (!cell) return Fail(ErrorCode::kInternal, "not a simple value in INSERT");
      row.push_back(std::move(*cell));
    }
    const int location = items.empty() ? -1 : tree::FirstLocation(items.front());
    if (!rows.empty() && rows.front().size() != row.size()) {
      return Wrong(statement, location, "42601", "VALUES lists must all be the same length");
    }
    if (columns > 0 && row.size() > columns) {
      return Wrong(statement, tree::FirstLocation(items[columns]), "42601",
                   "INSERT has more expressions than target columns");
    }
    if (columns > row.size()) {
      return Wrong(statement, location, "42601", "INSERT has more target columns than expressions");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

bool IsNumber(columnar::TypeKind kind) {
  using Kind = columnar::TypeKind;
  return kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8 ||
         kind == Kind::kFloat4 || kind == Kind::kFloat8 || kind == Kind::kNumeric;
}
bool IsInteger(columnar::TypeKind kind) {
  using Kind = columnar::TypeKind;
  return kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8;
}
bool IsText(columnar::TypeKind kind) {
  return kind == columnar::TypeKind::kText || kind == columnar::TypeKind::kVarchar ||
         kind == columnar::TypeKind::kChar || kind == columnar::TypeKind::kName;
}

// "12.5", ".5", "1e3", "-7.25E-2" as digits with at most one point and no exponent.
std::string WithoutExponent(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto mark = text.find_first_of("eE");
  int exponent = 0;
  if (mark != text.npos) {
    exponent = std::atoi(std::string(text.substr(mark + 1)).c_str());
    text = text.substr(0, mark);
  }
  const auto point = text.find('.');
  std::string whole(text.substr(0, point));
  std::string part(point == text.npos ? "" : text.substr(point + 1));
  constexpr int kExponentMax = 400;  // beyond every type there is
  exponent = std::clamp(exponent, -kExponentMax, kExponentMax);
  for (; exponent > 0; --exponent) {
    whole += part.empty() ? '0' : part.front();
    if (!part.empty()) part.erase(0, 1);
  }
  for (; exponent < 0; ++exponent) {
    part.insert(part.begin(), whole.empty() ? '0' : whole.back());
    if (!whole.empty()) whole.pop_back();
  }
  const auto first = whole.find_first_not_of('0');
  whole = first == whole.npos ? "0" : whole.substr(first);
  return (negative ? "-" : "") + whole + (part.empty() ? "" : "." + part);
}

// numeric to integer, half away from zero.
std::string Rounded(std::string_view number) {
  std::string text = WithoutExponent(number);
  const auto point = text.find('.');
  if (point == text.npos) return text;
  const bool up = text[point + 1] >= '5';
  text.resize(point);
  if (!up) return text == "-0" ? "0" : text;
  const bool negative = text.starts_with('-');
  std::string digits = negative ? text.substr(1) : text;
  size_t i = digits.size();
  while (i > 0 && digits[i - 1] == '9') digits[--i] = '0';
  if (i == 0) {
    digits.insert(digits.begin(), '1');
  } else {
    ++digits[i - 1];
  }
  return (negative ? "-" : "") + digits;
}

Failure WrongType(const Cell& cell, const columnar::Column& column, std::string_view expression) {
  return Fail(MakeError(ErrorCode::kInvalidInput,
                        "column \"{}\" is of type {} but expression is of type {}", column.name,
                        DisplayType(FromColumnar(column.type).tag), expression)
                  .WithSqlState("42804")
                  .WithHint("You will need to rewrite or cast the expression.")
                  .WithPosition(cell.position));
}

std::string_view IntegerType(const Cell& cell) {
  const auto digits = cell.text.size() - (cell.text.starts_with('-') ? 1 : 0);
  if (digits < 10) return "integer";
  const long long value = std::atoll(cell.text.c_str());
  return value >= INT32_MIN && value <= INT32_MAX ? "integer" : "bigint";
}

}  // namespace

Result<Command> DecodeInsert(const Statement& statement, const tree::Json& body) {
  const auto& relation = At(body, "relation");
  const int location = tree::Location(relation);
  FIRN_TRY(const auto table, DecodeTableName(statement, relation));
  if (Has(body, "onConflictClause")) {
    return Refuse(statement, tree::Location(At(body, "onConflictClause")),
                  "INSERT ... ON CONFLICT is not supported",
                  "Leave it out: a row whose PRIMARY KEY is there fails with 23505.");
  }
  std::optional<ReturningList> returning;
  if (Has(body, "returningList")) {
    FIRN_TRY(returning, DecodeReturning(statement, body));
  }
  if (Text(body, "override") == "OVERRIDING_SYSTEM_VALUE" ||
      Text(body, "override") == "OVERRIDING_USER_VALUE") {
    return Refuse(statement, location, "OVERRIDING is not supported", "Leave it out.");
  }
  FIRN_TRY(auto columns, DecodeColumns(statement, List(body, "cols")));
  // What Parse could not move into a query: it must not be left out in silence.
  if (Has(body, "withClause")) {
    return Refuse(statement, statement.begin, "WITH is not supported here",
                  "Write INSERT INTO ... WITH ... SELECT.");
  }
  if (!Has(body, "selectStmt")) {
    InsertValuesCommand command{.table = table};
    command.rows.emplace_back();
    command.returning = std::move(returning);
    return command;
  }
  if (!HasSimpleValues(body)) {
    return InsertQueryCommand{table, std::move(columns), Inner(statement, At(body, "selectStmt")),
                              std::move(returning)};
  }
  InsertValuesCommand command{.table = table};
  const auto& select = *Open(At(body, "selectStmt")).body;
  FIRN_TRY(command.rows, DecodeRows(statement, List(select, "valuesLists"), columns.size()));
  command.columns = std::move(columns);
  command.values = Inner(statement, At(body, "selectStmt"));
  command.returning = std::move(returning);
  return command;
}

Result<std::optional<std::string>> TextForColumn(const Cell& cell, const columnar::Column& column) {
  const auto kind = column.type.kind;
  const bool array = column.type.array;
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return std::nullopt;
    case Cell::Kind::kString:
      if (cell.cast && (cell.cast->array != array ||
                        (cell.cast->kind != kind && !(IsText(cell.cast->kind) && IsText(kind))))) {
        return WrongType(cell, column, DisplayType(FromColumnar(*cell.cast).tag));
      }
      return cell.text;
    case Cell::Kind::kBool:
      if (!array && (kind == columnar::TypeKind::kBool || IsText(kind))) return cell.text;
      return WrongType(cell, column, "boolean");
    case Cell::Kind::kInteger:
      if (!array && (IsNumber(kind) || IsText(kind) || kind == columnar::TypeKind::kOid)) {
        return cell.text;
      }
      return WrongType(cell, column, IntegerType(cell));
    case Cell::Kind::kFloat:
      if (array) return WrongType(cell, column, "numeric");
      if (IsInteger(kind)) return Rounded(cell.text);
      if (IsNumber(kind)) return cell.text;
      if (IsText(kind)) return WithoutExponent(cell.text);
      return WrongType(cell, column, "numeric");
    case Cell::Kind::kParameter:
    case Cell::Kind::kDefault:
    case Cell::Kind::kCall:
      break;
  }
  return Fail(ErrorCode::kInternal, "not a constant");
}

}  // namespace firn::sql
