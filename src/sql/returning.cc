#include "sql/returning.h"

#include <utility>

#include <arrow/api.h>

#include "columnar/batch.h"
#include "columnar/table_schema.h"
#include "columnar/through_text.h"
#include "sql/rights.h"

namespace firn::sql {
namespace {

/// Places of columns in the table, and the names they go by.
using Places = std::vector<std::pair<size_t, std::string>>;

Result<Places> Resolve(const catalog::TableDefinition& table, const ReturningList& returning) {
  const auto& columns = table.columns.columns;
  Places places;
  for (const auto& item : returning.items) {
    if (!item.relation.empty() && item.relation != returning.relation) {
      return Fail(MakeError(ErrorCode::kNotFound, "missing FROM-clause entry for table \"{}\"",
                            item.relation)
                      .WithSqlState("42P01")
                      .WithPosition(item.position));
    }
    if (item.column.empty()) {
      for (size_t i = 0; i < columns.size(); ++i) places.emplace_back(i, columns[i].name);
      continue;
    }
    const int index = table.columns.Find(item.column);
    if (index < 0) {
      const auto shown =
          item.relation.empty() ? "\"" + item.column + "\"" : item.relation + "." + item.column;
      return Fail(MakeError(ErrorCode::kNotFound, "column {} does not exist", shown)
                      .WithSqlState("42703")
                      .WithPosition(item.position));
    }
    places.emplace_back(static_cast<size_t>(index), item.name);
  }
  return places;
}

}  // namespace

Result<std::vector<columnar::Field>> ReturnedFields(const SessionContext& session,
                                                    const catalog::TableDefinition& table,
                                                    const ReturningList& returning) {
  FIRN_TRY(const auto places, Resolve(table, returning));
  std::vector<columnar::Field> fields;
  std::vector<FieldId> read;
  for (const auto& [place, name] : places) {
    const auto& column = table.columns.columns[place];
    fields.push_back({name, column.type});
    read.push_back(column.id);
  }
  FIRN_RETURN_IF_ERROR(RequireRightOnColumns(session, table, read, catalog::Right::kSelect));
  return fields;
}

Result<std::unique_ptr<RowStream>> ReturnedRows(
    const SessionContext& session, const catalog::TableDefinition& table,
    const ReturningList& returning,
    const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  FIRN_TRY(auto fields, ReturnedFields(session, table, returning));
  FIRN_TRY(const auto places, Resolve(table, returning));
  FIRN_TRY(const auto whole,
           columnar::ConcatenateBatches(columnar::ArrowSchema(table.columns), batches));
  arrow::ArrayVector columns;
  arrow::FieldVector arrow_fields;
  for (size_t i = 0; i < places.size(); ++i) {
    const auto& type = fields[i].type;
    FIRN_TRY(auto values,
             columnar::ThroughText(type, whole->column(static_cast<int>(places[i].first)),
                                   columnar::ArrowType(type)));
    arrow_fields.push_back(arrow::field(fields[i].name, values->type()));
    columns.push_back(std::move(values));
  }
  auto rows = arrow::RecordBatch::Make(arrow::schema(std::move(arrow_fields)), whole->num_rows(),
                                       std::move(columns));
  return std::make_unique<FixedRows>(std::move(fields), std::move(rows));
}

}  // namespace firn::sql
