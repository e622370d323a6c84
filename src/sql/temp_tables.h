// sql: a session's temporary tables: definitions and committed rows, in memory only.
//
// To everybody else they are not there: not in the log, not in the catalog, not in the lake. Here
// they are tables of the schema pg_temp, with the versions that other tables have in a root.
#pragma once

#include <map>
#include <memory>

#include "catalog/version.h"
#include "sql/ddl_commands.h"
#include "table/root.h"

namespace firn::sql {

inline constexpr std::string_view kTempSchema = "pg_temp";

class TempTables {
 public:
  using VersionPtr = std::shared_ptr<const table::TableVersion>;

  bool empty() const { return tables_.empty(); }
  VersionPtr Find(TableId table) const;
  /// The catalog with the schema pg_temp and the tables in it.
  Result<std::shared_ptr<const catalog::Version>> Overlay(
      std::shared_ptr<const catalog::Version> catalog) const;

  /// What a transaction did, at its commit. Changes of other tables are none of its business.
  void Apply(const catalog::Change& change);
  void Append(TableId table, const std::shared_ptr<arrow::RecordBatch>& rows);
  void SetOnCommit(TableId table, OnCommit on_commit);
  /// What ON COMMIT says, at the end of every committed transaction.
  void EndTransaction();
  void Clear() { tables_.clear(); }

 private:
  struct Held {
    std::shared_ptr<table::TableVersion> version;
    OnCommit on_commit = OnCommit::kPreserve;
  };
  std::map<TableId, Held> tables_;
};

}  // namespace firn::sql
