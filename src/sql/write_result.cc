#include <algorithm>

#include "sql/ident.h"
#include "sql/query_writer_internal.h"

namespace firn::sql {
namespace {

using enum TypeTag;

}  // namespace

EngineQuery QueryWriter::Done(std::string sql, std::vector<columnar::Field> fields) const {
  EngineQuery query{.sql = std::move(sql), .fields = std::move(fields)};
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
  for (auto& output : block.outputs) {
    const auto type = ToColumnar(output.expr.type);
    if (!type) {
      return Refuse(output.expr.location, "a result of type interval is not supported",
                    "Select extract(epoch from ...), the length in seconds.");
    }
    fields.push_back({output.name, *type});
    // The engine may have a narrower decimal; the client was told this one.
    if (output.expr.type.tag == kNumeric) {
      output.expr.sql =
          fmt::format("CAST({} AS {})", output.expr.sql, EngineType(output.expr.type));
    }
  }
  // ORDER BY names outputs by number, so that names may repeat.
  FIRN_TRY(auto finished, Finish(std::move(block)));
  return Done(std::move(finished.sql), std::move(fields));
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
    if (!CanCast(expr.type.tag, to.tag, CastContext::kAssignment)) {
      return Wrong(expr.location, "42804",
                   fmt::format("column \"{}\" is of type {} but expression is of type {}",
                               target.name, DisplayType(to.tag), DisplayType(expr.type.tag)),
                   "You will need to rewrite or cast the expression.");
    }
    return Coerce(expr, to, CastContext::kAssignment);
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
