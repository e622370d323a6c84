#include <algorithm>
#include <array>

#include "engine/scan_source.h"
#include "sql/constant_internal.h"
#include "sql/decode_ddl_internal.h"
#include "sql/ident.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using catalog::ColumnSequence;
using columnar::TypeKind;
using tree::At;
using tree::Flag;
using tree::Has;
using tree::List;
using tree::Open;
using tree::Refuse;
using tree::Text;
using tree::Wrong;
using Kind = catalog::Constraint::Kind;

constexpr size_t kColumnsMax = 1600;  // as Postgres

// Names that every table has already, Postgres', firn's and its scan's.
constexpr std::array<std::string_view, 10> kSystemColumns = {
    "tableoid", "xmin",  "cmin",        "xmax",          "cmax",
    "ctid",     "__lsn", "__timestamp", "__change_type", engine::kPresentColumn};

struct Serial {
  std::string_view name;
  TypeKind type;
};
constexpr std::array<Serial, 6> kSerials = {{{"serial", TypeKind::kInt4},
                                             {"serial4", TypeKind::kInt4},
                                             {"bigserial", TypeKind::kInt8},
                                             {"serial8", TypeKind::kInt8},
                                             {"smallserial", TypeKind::kInt2},
                                             {"serial2", TypeKind::kInt2}}};

Status CheckCollation(const Statement& statement, const tree::Json& clause) {
  const auto names = tree::Names(List(clause, "collname"));
  constexpr std::array<std::string_view, 4> kSame = {"C", "POSIX", "default", "ucs_basic"};
  if (!names.empty() && std::find(kSame.begin(), kSame.end(), names.back()) != kSame.end()) {
    return {};
  }
  return Refuse(statement, tree::Location(clause), "this collation is not supported",
                "Text is ordered by bytes: COLLATE \"C\".");
}

Status CheckStorable(const Statement& statement, const tree::Json& type_name,
                     const columnar::Type& type) {
  const int location = tree::Location(type_name);
  if (!columnar::IsStorable(type.kind)) {
    return Refuse(statement, location,
                  "columns of type " + columnar::PostgresName(type) + " are not supported",
                  "Use oid, bigint or text.");
  }
  // Its blanks at the end would be part of the value, but not of comparisons.
  if (type.kind == TypeKind::kChar && type.length == 0) {
    return Refuse(statement, location, "columns of type bpchar without a length are not supported",
                  "Use text, or char(n).");
  }
  return {};
}

const Serial* SerialOf(const tree::Json& type_name) {
  const auto names = tree::Names(List(type_name, "names"));
  if (names.size() != 1) return nullptr;
  for (const auto& serial : kSerials) {
    if (serial.name == names.front()) return &serial;
  }
  return nullptr;
}

std::string ForeignKeyText(const tree::Json& body) {
  const auto& target = At(body, "pktable");
  std::string text = "REFERENCES " + QuoteQualified(std::string(Text(target, "schemaname")),
                                                    std::string(Text(target, "relname")));
  std::string columns;
  for (const auto& name : tree::Names(List(body, "pk_attrs"))) {
    columns += (columns.empty() ? "" : ", ") + QuoteIdentifier(name);
  }
  if (!columns.empty()) text += "(" + columns + ")";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kActions = {
      {{"c", "CASCADE"}, {"n", "SET NULL"}, {"d", "SET DEFAULT"}, {"r", "RESTRICT"}}};
  for (const auto& [member, when] :
       {std::pair("fk_upd_action", " ON UPDATE "), std::pair("fk_del_action", " ON DELETE ")}) {
    for (const auto& [code, action] : kActions) {
      if (Text(body, member) == code) text += when + std::string(action);
    }
  }
  return text;
}

/// A foreign key, which is recorded only, is recorded as deferrable; what is enforced is enforced
/// at once.
Status MakeDeferrable(const Statement& statement, const tree::Json& body, bool deferred,
                      ConstraintSpec& spec) {
  if (spec.kind != Kind::kForeignKey) {
    return Refuse(statement, tree::Location(body), "deferrable constraints are not supported",
                  "Leave DEFERRABLE out.");
  }
  constexpr std::string_view kDeferrable = " DEFERRABLE";
  if (spec.expression.find(kDeferrable) == std::string::npos) spec.expression += kDeferrable;
  if (deferred) spec.expression += " INITIALLY DEFERRED";
  return {};
}

/// DEFERRABLE and its like, which follow a column's constraint as clauses of their own. False: it
/// is something else.
Result<bool> TakeAttribute(const Statement& statement, const tree::Json& body,
                           std::vector<ConstraintSpec>& constraints) {
  const auto kind = Text(body, "contype");
  if (!kind.starts_with("CONSTR_ATTR_")) return false;
  if (constraints.empty()) {
    return Wrong(statement, tree::Location(body), "42601", "misplaced DEFERRABLE clause");
  }
  const bool deferred = kind == "CONSTR_ATTR_DEFERRED";
  if (deferred || kind == "CONSTR_ATTR_DEFERRABLE") {
    FIRN_RETURN_IF_ERROR(MakeDeferrable(statement, body, deferred, constraints.back()));
  }
  return true;
}

struct ColumnState {
  ColumnSpec spec;
  bool nullable = false;
};

/// NULL, NOT NULL, DEFAULT, GENERATED: what is the column's own. False: a constraint.
Result<bool> TakeOwnClause(const Statement& statement, const ClauseText& text,
                           const tree::Json& body, const std::set<int>& stops,
                           std::string_view table, ColumnState& state) {
  const auto kind = Text(body, "contype");
  auto& column = state.spec.column;
  const auto multiple = [&](std::string_view what) {
    return Wrong(
        statement, tree::Location(body), "42601",
        fmt::format("{} specified for column \"{}\" of table \"{}\"", what, column.name, table));
  };
  if (kind == "CONSTR_NOTNULL") {
    column.not_null = true;
  } else if (kind == "CONSTR_NULL") {
    state.nullable = true;
  } else if (kind == "CONSTR_DEFAULT") {
    if (!column.default_sql.empty()) return multiple("multiple default values");
    if (state.spec.generated) {
      return multiple(state.spec.generated->form == ColumnSequence::Form::kDefault
                          ? "multiple default values"
                          : "both default and identity");
    }
    FIRN_RETURN_IF_ERROR(CheckRowExpression(statement, At(body, "raw_expr"), "DEFAULT expression"));
    column.default_sql = text.DefaultAt(tree::Location(body), stops);
  } else if (kind == "CONSTR_IDENTITY") {
    if (state.spec.generated) return multiple("multiple identity specifications");
    if (!column.default_sql.empty()) return multiple("both default and identity");
    if (column.type.kind != TypeKind::kInt2 && column.type.kind != TypeKind::kInt4 &&
        column.type.kind != TypeKind::kInt8) {
      return Wrong(statement, -1, "22023",
                   "identity column type must be smallint, integer, or bigint");
    }
    GeneratedBy generated{.form = Text(body, "generated_when") == "a"
                                      ? ColumnSequence::Form::kAlways
                                      : ColumnSequence::Form::kByDefault};
    FIRN_TRY(generated.options, DecodeSequenceOptions(statement, List(body, "options")));
    generated.options.type = column.type.kind;
    column.not_null = true;
    state.spec.generated = std::move(generated);
  } else if (kind == "CONSTR_GENERATED") {
    return Refuse(statement, tree::Location(body), "GENERATED ALWAYS AS columns are not supported",
                  "Compute the value in the query, or in a view.");
  } else {
    return false;
  }
  return true;
}

bool SameButCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

}  // namespace

Status CheckColumnName(std::string_view name) {
  const bool taken = std::any_of(kSystemColumns.begin(), kSystemColumns.end(),
                                 [name](auto system) { return SameButCase(system, name); });
  if (!taken) return {};
  return Fail(MakeError(ErrorCode::kInvalidInput,
                        "column name \"{}\" conflicts with a system column name", name)
                  .WithSqlState("42701"));
}

Status CheckColumnNames(const std::vector<std::string_view>& names) {
  if (names.size() > kColumnsMax) {
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "tables can have at most {} columns", kColumnsMax)
            .WithSqlState("54011"));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    const auto name = names[i];
    FIRN_RETURN_IF_ERROR(CheckColumnName(name));
    for (size_t j = 0; j < i; ++j) {
      const auto other = names[j];
      if (name == other) {
        return Fail(
            MakeError(ErrorCode::kInvalidInput, "column \"{}\" specified more than once", name)
                .WithSqlState("42701"));
      }
      if (!SameButCase(name, other)) continue;
      return Fail(MakeError(ErrorCode::kUnsupported,
                            "columns whose names differ only in case are not supported: \"{}\", "
                            "\"{}\"",
                            other, name)
                      .WithSqlState("0A000")
                      .WithHint("Many readers of the lake could not tell them apart."));
    }
  }
  return {};
}

Result<ConstraintSpec> DecodeConstraint(const Statement& statement, const ClauseText& text,
                                        const tree::Json& body, const std::string& column) {
  const auto kind = Text(body, "contype");
  ConstraintSpec spec{.name = std::string(Text(body, "conname"))};
  spec.position = statement.Position(tree::Location(body));
  spec.not_valid = Flag(body, "skip_validation");
  spec.columns = tree::Names(List(body, "keys"));
  if (Has(body, "indexname")) {
    return Refuse(statement, tree::Location(body), "USING INDEX is not supported",
                  "Name the columns of the key.");
  }
  if (kind == "CONSTR_CHECK") {
    FIRN_RETURN_IF_ERROR(CheckRowExpression(statement, At(body, "raw_expr"), "check constraint"));
    spec.expression = text.CheckAt(tree::Location(body));
  } else if (kind == "CONSTR_PRIMARY") {
    spec.kind = Kind::kPrimaryKey;
  } else if (kind == "CONSTR_UNIQUE") {
    spec.kind = Kind::kUnique;
  } else if (kind == "CONSTR_FOREIGN") {
    spec.kind = Kind::kForeignKey;
    spec.columns = tree::Names(List(body, "fk_attrs"));
    spec.expression = ForeignKeyText(body);
  } else if (kind == "CONSTR_EXCLUSION") {
    return Refuse(statement, tree::Location(body), "EXCLUDE constraints are not supported",
                  "Leave the constraint out; CHECK and PRIMARY KEY are enforced.");
  } else {
    return Refuse(statement, tree::Location(body), "deferrable constraints are not supported",
                  "Leave DEFERRABLE out.");
  }
  if (Flag(body, "deferrable") || Flag(body, "initdeferred")) {
    FIRN_RETURN_IF_ERROR(MakeDeferrable(statement, body, Flag(body, "initdeferred"), spec));
  }
  if (!column.empty() && kind != "CONSTR_CHECK") spec.columns = {column};
  return spec;
}

namespace {

/// What no column can be of.
Status CheckNotPseudo(const Statement& statement, const tree::Json& type_name,
                      const std::string& column) {
  constexpr std::array<std::string_view, 16> kPseudo = {
      "any",        "anyarray", "anycompatible", "anycompatiblearray",
      "anyelement", "anyenum",  "anymultirange", "anynonarray",
      "anyrange",   "cstring",  "event_trigger", "internal",
      "record",     "trigger",  "unknown",       "void"};
  const auto names = tree::Names(List(type_name, "names"));
  const bool own = names.size() == 1 || (names.size() == 2 && names.front() == "pg_catalog");
  if (!own || std::find(kPseudo.begin(), kPseudo.end(), names.back()) == kPseudo.end()) return {};
  const auto shown = names.back() == "any" ? std::string("\"any\"") : names.back();
  return Wrong(statement, -1, "42P16",
               fmt::format("column \"{}\" has pseudo-type {}{}", column, shown,
                           Has(type_name, "arrayBounds") ? "[]" : ""));
}

}  // namespace

Result<ColumnSpec> DecodeColumn(const Statement& statement, const ClauseText& text,
                                const tree::Json& body, std::string_view table) {
  ColumnState state;
  auto& column = state.spec.column;
  column.name = Text(body, "colname");
  FIRN_RETURN_IF_ERROR(CheckColumnName(column.name));
  const auto& type_name = At(body, "typeName");
  if (const auto* serial = SerialOf(type_name)) {
    column.type = {.kind = serial->type};
    column.not_null = true;
    state.spec.generated = GeneratedBy{};
    state.spec.generated->options.type = serial->type;
  } else {
    FIRN_RETURN_IF_ERROR(CheckNotPseudo(statement, type_name, column.name));
    FIRN_TRY(column.type, DecodeTypeName(statement, type_name));
    FIRN_RETURN_IF_ERROR(CheckStorable(statement, type_name, column.type));
  }
  std::set<int> stops;
  for (const auto& item : List(body, "constraints")) {
    stops.insert(tree::Location(*Open(item).body));
  }
  if (Has(body, "collClause")) {
    stops.insert(tree::Location(At(body, "collClause")));
    FIRN_RETURN_IF_ERROR(CheckCollation(statement, At(body, "collClause")));
  }
  for (const auto& item : List(body, "constraints")) {
    const auto& constraint = *Open(item).body;
    FIRN_TRY(const bool own, TakeOwnClause(statement, text, constraint, stops, table, state));
    if (own) continue;
    FIRN_TRY(const bool attribute, TakeAttribute(statement, constraint, state.spec.constraints));
    if (attribute) continue;
    FIRN_TRY(auto spec, DecodeConstraint(statement, text, constraint, column.name));
    state.spec.constraints.push_back(std::move(spec));
  }
  const auto domain =
      statement.user_types == nullptr ? nullptr : statement.user_types->Find(column.type.user_type);
  if (domain != nullptr && column.default_sql.empty()) column.default_sql = domain->default_sql;
  if (state.nullable && column.not_null) {
    return Wrong(statement, tree::Location(body), "42601",
                 "conflicting NULL/NOT NULL declarations for column \"" + column.name +
                     "\" of table \"" + std::string(table) + "\"");
  }
  return std::move(state.spec);
}

}  // namespace firn::sql
