#include <algorithm>

#include <arrow/array.h>

#include "sql/ident.h"
#include "sql/intervals_apart_internal.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;

// How long the text gets when the engine has put macros' bodies in their places: an argument is
// copied up to kCopies times, and calls nest. Names of macros occur nowhere else outside quotes.
double ExpandedBytes(std::string_view sql) {
  constexpr double kCopies = 5;
  constexpr std::string_view kMacro = "firn_";
  std::vector<double> levels{1};
  double bytes = 0;
  bool in_macro_name = false;
  for (size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    bytes += levels.back();
    if (c == '\'' || c == '"') {
      const auto end = std::min(sql.find(c, i + 1), sql.size());
      bytes += levels.back() * static_cast<double>(end - i);
      i = end;
    } else if (c == '(') {
      levels.push_back(levels.back() * (in_macro_name ? kCopies : 1));
      in_macro_name = false;
    } else if (c == ')' && levels.size() > 1) {
      levels.pop_back();
    } else if (sql.substr(i, kMacro.size()) == kMacro) {
      in_macro_name = true;
    }
  }
  return bytes;
}

// The engine's own type may be a narrower decimal, or none for what it folds to NULL; the client
// was told this one. Bare columns have it.
void Settle(Expr& expr) {
  const bool bare = expr.sql.find('(') == std::string::npos && expr.type.tag != kNumeric;
  const bool cast = expr.sql.starts_with("CAST(") &&
                    expr.sql.ends_with(" AS " + EngineType(expr.type) + ")") &&
                    expr.sql.find('(', 5) == std::string::npos;
  if (!bare && !cast) expr.sql = fmt::format("CAST({} AS {})", expr.sql, EngineType(expr.type));
}

}  // namespace

Result<EngineQuery> QueryWriter::Done(std::string sql, std::vector<columnar::Field> fields) const {
  constexpr double kExpandedMax = 256 << 20;
  if (ExpandedBytes(sql) > kExpandedMax) {
    return Wrong(-1, "54001", "the query is too complex for the engine",
                 "Divisions and powers nest too deeply: write them in subqueries.");
  }
  EngineQuery query{.sql = WithIntervalsApart(std::move(sql)), .fields = std::move(fields)};
  for (const auto& type : parameters_) {
    query.parameters.push_back(*ToColumnar(type.value_or(ValueType{.tag = kText})));
  }
  return query;
}

Result<EngineQuery> QueryWriter::Write() {
  FIRN_TRY(auto block, WriteSelect(statement_.node(), nullptr, nullptr));
  if (!block.rows.empty()) {
    FIRN_TRY(block, Derived(std::move(block)));
  }
  std::vector<columnar::Field> fields;
  std::vector<bool> stored;
  for (auto& output : block.outputs) {
    stored.push_back(output.stored);
    const auto tag = output.expr.type.tag;
    if (tag == kInt8 && output.expr.type.user_type == kElementAndPlace) {
      return Refuse(output.expr.location, "row values are not supported", "Select its fields.");
    }
    if (tag == kRegclass || tag == kRegtype || tag == kRegnamespace || tag == kRegrole) {
      FIRN_RETURN_IF_ERROR(Coerce(output.expr, {.tag = kText}, CastContext::kExplicit));
      output.expr.type = {.tag = tag, .scale = 1};
    }
    auto type = ToColumnar(output.expr.type);
    if (!type) {
      return Refuse(output.expr.location, "a result of type interval is not supported",
                    "Select extract(epoch from ...), the length in seconds.");
    }
    if (type->kind == columnar::TypeKind::kNumeric) {
      const int32_t length = output.expr.type.length;
      if (length == 0) type->length = kComputed;
      if (length != 0 && columnar::IsBare(*type)) type->scale = length - kDeclared;
    }
    fields.push_back({output.name, *type});
    Settle(output.expr);
  }
  // ORDER BY names outputs by number, so that names may repeat.
  const bool cut = !block.limit.empty() || !block.distinct_on.empty();
  FIRN_TRY(auto finished, Finish(std::move(block)));
  FIRN_TRY(auto query, Done(std::move(finished.sql), std::move(fields)));
  query.stored = std::move(stored);
  query.cut = cut;
  query.known_row = KnownRow(query.fields);
  return query;
}

arrow::ArrayVector QueryWriter::KnownRow(const std::vector<columnar::Field>& fields) const {
  const auto& select = statement_.node();
  for (const char* clause : {"limitCount", "limitOffset", "withClause"}) {
    if (tree::Has(select, clause)) return {};
  }
  arrow::ArrayVector row;
  for (const auto& target : tree::List(select, "targetList")) {
    const auto value = tree::Open(tree::At(*tree::Open(target).body, "val"));
    const auto known = value.Is("FuncCall") ? KnownValue(*value.body) : nullptr;
    if (known == nullptr) return {};
    if (!known->type()->Equals(*columnar::ArrowType(fields[row.size()].type))) return {};
    row.push_back(known);
  }
  return row;
}

Result<Expr> QueryWriter::WriteDefault(const columnar::Column& target, int location) {
  if (target.default_sql.empty()) {
    return Expr{.form = Expr::Form::kNull, .location = location};
  }
  FIRN_TRY(const auto parsed, Parse("SELECT " + target.default_sql));
  if (parsed.size() != 1 || parsed.front().node_name() != "SelectStmt") {
    return Fail(ErrorCode::kCorrupt, "a default that is not an expression: {}", target.default_sql);
  }
  FIRN_TRY(auto collected, Collect(parsed.front()));
  QueryWriter writer(parsed.front(), context_, std::move(collected));
  FIRN_TRY(auto block, writer.WriteSelect(parsed.front().node(), nullptr, nullptr));
  if (block.outputs.size() != 1 || !block.tail.empty()) {
    return Fail(ErrorCode::kCorrupt, "a default that is not an expression: {}", target.default_sql);
  }
  auto expr = std::move(block.outputs.front().expr);
  expr.location = location;
  return expr;
}

Result<std::string> QueryWriter::FinishFor(Block&& block,
                                           std::span<const columnar::Column> targets) {
  const auto assign = [&](Expr& expr, const columnar::Column& target) -> Status {
    if (expr.form == Expr::Form::kDefault) {
      FIRN_TRY(expr, WriteDefault(target, expr.location));
    }
    const auto to = FromColumnar(target.type);
    if (IsOtherEnum(expr.type, to) || !CanCast(expr.type.tag, to.tag, CastContext::kAssignment)) {
      return Wrong(expr.location, "42804",
                   fmt::format("column \"{}\" is of type {} but expression is of type {}",
                               target.name, Display(to), Display(expr.type)),
                   "You will need to rewrite or cast the expression.");
    }
    FIRN_RETURN_IF_ERROR(Coerce(expr, to, CastContext::kAssignment));
    if (IsOpen(to)) FIRN_RETURN_IF_ERROR(ToOpen(expr));
    Settle(expr);
    return {};
  };
  const size_t width = block.rows.empty() ? block.outputs.size() : block.rows.front().size();
  if (width > targets.size()) {
    const auto& extra =
        block.rows.empty() ? block.outputs[targets.size()].expr : block.rows[0][targets.size()];
    return Wrong(extra.location, "42601", "INSERT has more expressions than target columns");
  }
  for (size_t i = 0; i < block.outputs.size(); ++i) {
    FIRN_RETURN_IF_ERROR(assign(block.outputs[i].expr, targets[i]));
  }
  for (auto& row : block.rows) {
    for (size_t i = 0; i < row.size(); ++i) FIRN_RETURN_IF_ERROR(assign(row[i], targets[i]));
  }
  FIRN_TRY(const auto finished, Finish(std::move(block)));
  std::string names;
  for (size_t i = 0; i < width; ++i) {
    names += (i > 0 ? ", " : "") + QuoteIdentifier(targets[i].name);
  }
  return fmt::format("SELECT * FROM ({}) AS r0({})", finished.sql, names);
}

Result<EngineQuery> QueryWriter::WriteFor(std::span<const columnar::Column> targets) {
  FIRN_TRY(auto block, WriteSelect(statement_.node(), nullptr, nullptr));
  const size_t width = block.rows.empty() ? block.outputs.size() : block.rows.front().size();
  FIRN_TRY(auto sql, FinishFor(std::move(block), targets));
  std::vector<columnar::Field> fields;
  for (size_t i = 0; i < width; ++i) fields.push_back({targets[i].name, targets[i].type});
  return Done(std::move(sql), std::move(fields));
}

namespace {

Status CheckIsRead(const Statement& query) {
  if (query.node_name() == "SelectStmt") return {};
  return Fail(ErrorCode::kInternal, "not a read: {}", query.node_name());
}

}  // namespace

Result<EngineQuery> WriteQuery(const Statement& query, const QueryContext& context) {
  FIRN_RETURN_IF_ERROR(CheckIsRead(query));
  FIRN_TRY(auto collected, Collect(query));
  return QueryWriter(query, context, std::move(collected)).Write();
}

Result<EngineQuery> WriteQueryFor(const Statement& query, const QueryContext& context,
                                  std::span<const columnar::Column> targets) {
  FIRN_RETURN_IF_ERROR(CheckIsRead(query));
  FIRN_TRY(auto collected, Collect(query));
  return QueryWriter(query, context, std::move(collected)).WriteFor(targets);
}

}  // namespace firn::sql
