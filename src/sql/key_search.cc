#include "sql/key_search.h"

#include <algorithm>

#include <arrow/api.h>

#include "columnar/evolve.h"
#include "sql/file_scan.h"
#include "sql/ident.h"
#include "sql/internal_query.h"
#include "sql/parameters.h"

namespace firn::sql {
namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;

Error Taken(const catalog::TableDefinition& table, const arrow::RecordBatch& values, int64_t row) {
  std::string names;
  std::string shown;
  const auto key = table::KeyColumns(table);
  for (size_t i = 0; i < key.size(); ++i) {
    const char* comma = i > 0 ? ", " : "";
    names += comma + DisplayIdentifier(key[i].name);
    const auto text = TextOfValue(key[i].type, *values.column(static_cast<int>(i)), row, {});
    shown += comma + text.value_or("null");
  }
  return MakeError(ErrorCode::kAlreadyExists,
                   "duplicate key value violates unique constraint \"{}\"",
                   table.PrimaryKey()->name)
      .WithSqlState("23505")
      .WithDetail(fmt::format("Key ({})=({}) already exists.", names, shown))
      .About({.schema = table.schema, .table = table.name, .constraint = table.PrimaryKey()->name});
}

/// The key's columns of rows that carry field ids.
Result<Batch> KeyValues(const catalog::TableDefinition& table, const Batch& rows) {
  columnar::TableSchema schema;
  schema.columns = table::KeyColumns(table);
  return columnar::EvolveRows(rows, columnar::ArrowSchema(schema));
}

std::vector<columnar::Field> KeyFields(const std::vector<columnar::Column>& key) {
  std::vector<columnar::Field> fields;
  for (size_t i = 0; i < key.size(); ++i) {
    fields.push_back({fmt::format("k{}", i), key[i].type});
  }
  return fields;
}

std::string SameKey(const std::vector<columnar::Column>& key) {
  std::string condition;
  for (size_t i = 0; i < key.size(); ++i) {
    condition +=
        fmt::format("{}k.k{} = f.{}", i > 0 ? " AND " : "", i, QuoteIdentifier(key[i].name));
  }
  return condition;
}

std::string KeyNames(const std::vector<columnar::Column>& key) {
  std::string names;
  for (size_t i = 0; i < key.size(); ++i) {
    names += fmt::format("{}{} AS k{}", i > 0 ? ", " : "", QuoteIdentifier(key[i].name), i);
  }
  return names;
}

/// Columns `names` of rows in memory as queries see them; `handle`: the engine's name of the rows.
std::string ReadHeld(const std::vector<columnar::Field>& names, std::string_view handle) {
  std::string list;
  for (const auto& field : names) {
    const auto name = QuoteIdentifier(field.name);
    list += fmt::format("{}{} AS {}", list.empty() ? "" : ", ", FromStored(field.type, name), name);
  }
  return fmt::format("(SELECT {} FROM {})", list, handle);
}

std::vector<columnar::Field> FieldsOf(const catalog::TableDefinition& table) {
  std::vector<columnar::Field> fields;
  for (const auto& column : table.columns.columns) fields.push_back({column.name, column.type});
  return fields;
}

std::vector<const lake::DataFile*> FilesOf(const table::TableVersion& version, Lsn since) {
  std::vector<const lake::DataFile*> found;
  for (const auto* files : {&version.lake_files, &version.added_files}) {
    for (const auto& file : *files) {
      if (since == Lsn() || file->last_lsn > since) found.push_back(file.get());
    }
  }
  return found;
}

/// The first of the rows whose key is in the files; -1: none.
Result<int64_t> FirstInFiles(engine::Engine& engine, const catalog::TableDefinition& table,
                             const std::vector<const lake::DataFile*>& files, const Batch& values) {
  FIRN_TRY(const auto scan, ScanOfFiles(table, files));
  const auto key = table::KeyColumns(table);
  auto fields = KeyFields(key);
  fields.push_back({"r", {columnar::TypeKind::kInt8}});
  const auto seen = fields;
  for (auto& field : fields) field.type = columnar::Stored(field.type);
  arrow::Int64Builder numbers;
  for (int64_t i = 0; i < values->num_rows(); ++i) (void)numbers.Append(i);
  auto columns = values->columns();
  columns.push_back(numbers.Finish().ValueOrDie());
  arrow::FieldVector arrow_fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    arrow_fields.push_back(arrow::field(fields[i].name, columns[i]->type()));
  }
  InternalQuery query;
  query.handles.push_back(
      RegisterBatch(engine, std::move(fields),
                    arrow::RecordBatch::Make(arrow::schema(std::move(arrow_fields)),
                                             values->num_rows(), std::move(columns))));
  query.sql = fmt::format(
      "SELECT min(k.r) AS r FROM {} AS k WHERE EXISTS (SELECT 1 FROM ({}) AS f "
      "WHERE {})",
      ReadHeld(seen, query.handles.back().sql()), scan, SameKey(key));
  FIRN_TRY(const auto found, RunInternalQuery(engine, query));
  for (const auto& batch : found) {
    const auto& column = *batch->column(0);
    if (batch->num_rows() == 1 && column.IsValid(0)) {
      return static_cast<const arrow::Int64Array&>(column).Value(0);
    }
  }
  return -1;
}

}  // namespace

Task<Result<std::optional<BrokenRow>>> SearchKeys(
    SessionContext& session, const std::shared_ptr<const catalog::TableDefinition>& table,
    const Batch& rows) {
  std::optional<BrokenRow> taken;
  const auto key = table::KeyColumns(*table);
  if (key.empty() || rows->num_rows() == 0) co_return taken;
  auto values = KeyValues(*table, rows);
  if (!values) co_return Failure(std::move(values).error());
  const auto keys = table::KeysOf(**values, key);
  const auto [version, snapshot] = session.transaction.VersionOf(table);
  int64_t first = -1;
  for (const auto& generation : version->generations) {
    const auto found = generation->FindKeys(key, keys);
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] == Lsn() || found[i] > snapshot.visible) continue;
      if (first < 0 || static_cast<int64_t>(i) < first) first = static_cast<int64_t>(i);
      break;
    }
  }
  const auto files = FilesOf(*version, Lsn());
  if (!files.empty()) {
    const auto search = [&] {
      return FirstInFiles(session.services.engine, *table, files, *values);
    };
    auto in_files = co_await RunOn(session.services.workers, search);
    if (!in_files) co_return Failure(std::move(in_files).error());
    if (*in_files >= 0 && (first < 0 || *in_files < first)) first = *in_files;
  }
  auto& buffer = session.transaction.BufferOf(table);
  const auto again = buffer.AddKeys(keys, snapshot.visible);
  if (again && (first < 0 || static_cast<int64_t>(*again) < first)) {
    first = static_cast<int64_t>(*again);
  }
  if (first >= 0) taken = BrokenRow{.row = first, .error = Taken(*table, **values, first)};
  co_return taken;
}

Task<Status> SearchNewRows(Services& services, const table::Snapshot& snapshot,
                           const TableBuffer& buffer, Lsn since) {
  const auto version = snapshot.root->Find(buffer.table()->id);
  // A table that is gone, or has other columns, is told of at the next attempt.
  if (version == nullptr || version->definition->columns.id != buffer.table()->columns.id) {
    co_return Status();
  }
  const auto& table = *version->definition;
  const auto key = table::KeyColumns(table);
  const auto search = [&]() -> Result<std::vector<Batch>> {
    InternalQuery query;
    std::string own;
    const auto own_files = buffer.files();
    std::vector<const lake::DataFile*> spilled;
    for (const auto& file : own_files) spilled.push_back(&file);
    const auto add = [&](std::string& to, const std::string& scan) {
      to +=
          fmt::format("{}SELECT {} FROM {}", to.empty() ? "" : " UNION ALL ", KeyNames(key), scan);
    };
    FIRN_TRY(const auto own_scan, ScanOfFiles(table, spilled));
    if (!own_scan.empty()) add(own, "(" + own_scan + ")");
    auto empty = std::make_shared<table::TableVersion>(*version);
    empty->generations.clear();
    query.handles.push_back(
        services.engine.Register(table::HotRows(snapshot, empty, buffer.batches())));
    add(own, ReadHeld(FieldsOf(table), query.handles.back().sql()));
    FIRN_TRY(auto others, ScanOfFiles(table, FilesOf(*version, since)));
    if (!others.empty()) {
      others = fmt::format("SELECT * EXCLUDE ({}, __lsn, __timestamp) FROM ({}) UNION ALL ",
                           QuoteIdentifier(engine::kPresentColumn), others);
    }
    query.handles.push_back(services.engine.Register(table::HotRows(snapshot, version, {})));
    others +=
        fmt::format("SELECT * FROM {}", ReadHeld(FieldsOf(table), query.handles.back().sql()));
    query.sql = fmt::format(
        "SELECT k.* FROM ({}) AS k WHERE EXISTS (SELECT 1 FROM ({}) AS f "
        "WHERE {}) LIMIT 1",
        own, others, SameKey(key));
    return RunInternalQuery(services.engine, query);
  };
  auto found = co_await RunOn(services.workers, search);
  if (!found) co_return Failure(std::move(found).error());
  for (const auto& batch : *found) {
    if (batch->num_rows() > 0) co_return Fail(Taken(table, *batch, 0));
  }
  co_return Status();
}

}  // namespace firn::sql
