#include "sql/parse_duckdb.h"

#include <arrow/api.h>

#include "sql/dialect.h"

namespace firn::sql {
namespace {

Result<std::string> DuckDbTree(engine::Connection& connection, const std::string& sql) {
  arrow::StringBuilder builder;
  FIRN_CHECK(builder.Append(sql).ok());
  const auto text = builder.Finish().ValueOrDie();
  FIRN_TRY(const auto query, connection.Prepare(kDuckDbParseSql));
  FIRN_RETURN_IF_ERROR(query->Bind(0, {.kind = columnar::TypeKind::kText}, *text));
  FIRN_TRY(const auto stream, query->Execute());
  FIRN_TRY(const auto batch, stream->Next());
  if (!batch || batch->num_rows() != 1) return std::string();
  return static_cast<const arrow::StringArray&>(*batch->column(0)).GetString(0);
}

}  // namespace

Task<Result<std::vector<Statement>>> ParseDuckDb(SessionContext& session, const std::string& sql) {
  const auto connect = [&session] { return session.services.engine.Connect(); };
  auto lease = co_await RunOn(session.services.workers, connect);
  if (!lease) co_return Failure(std::move(lease).error());
  const auto parse = [&lease, &sql] { return DuckDbTree(**lease, sql); };
  const auto interrupter = (*lease)->interrupter();
  auto tree = co_await RunInterruptibly(session, interrupter, parse);
  // What DuckDB cannot parse is told in Postgres' words.
  if (!tree) co_return std::vector<Statement>();
  co_return FromDuckDb(sql, *tree);
}

}  // namespace firn::sql
