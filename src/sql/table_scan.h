// sql: a table's rows as engine text, and what is known of them without reading them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/table_definition.h"
#include "engine/engine.h"
#include "sql/parameters.h"
#include "sql/past_point.h"
#include "sql/query.h"
#include "sql/session_context.h"
#include "table/database.h"

namespace firn::sql {

/// The table's columns and no row.
std::string EmptyScan(const catalog::TableDefinition& table);

/// A table as a statement of the session's transaction sees it: with what that has written itself,
/// or as it was at some point of its past.
/// Lifetime: the statement's.
class SeenTable {
 public:
  /// `past`: null for the table as it is.
  SeenTable(SessionContext& session, std::shared_ptr<const catalog::TableDefinition> definition,
            std::shared_ptr<const PastPoint> past);

  /// What a query asks of the rows.
  struct Asked {
    const TableReference& reference;
    const std::vector<BoundParameter>* parameters;  // may be null
  };
  /// Null where rows are asked for; of a past there is none.
  const TableSummary* SummaryOf(const TableReference& reference) const {
    return past_ == nullptr && reference.only ? &*reference.only : nullptr;
  }
  /// A query with the table's columns and the hidden ones. Rows that the query does not ask for may
  /// be missing; where it asks for a summary the rows are any that have the same.
  Result<std::string> Scan(const Asked& asked, std::vector<engine::ScanHandle>& handles) const;

  /// Of a table as it is.
  int64_t CountRows() const;
  /// Whether no value of a column of floats is infinite or NaN. False: not known.
  bool AllFinite(const std::string& column) const;

 private:
  std::vector<const lake::DataFile*> Files() const;
  Result<std::string> ScanFiles(const Asked& asked, std::vector<const lake::DataFile*> files) const;
  Result<std::string> ScanRows(const Asked& asked, std::vector<engine::ScanHandle>& handles) const;
  int IndexOf(const std::string& name) const;  // -1: none of the table's own
  const columnar::Column& ColumnAt(int index) const {
    return definition_->columns.columns[static_cast<size_t>(index)];
  }
  std::optional<table::ZoneMap::Zone> HotZone(int column) const;
  /// What integers a column has. Nothing: not known, or it has others.
  std::optional<table::ZoneMap::Zone> ZoneOf(int column) const;

  SessionContext& session_;
  std::shared_ptr<const catalog::TableDefinition> definition_;
  std::shared_ptr<const table::TableVersion> version_;
  table::Snapshot snapshot_;
  std::shared_ptr<const PastPoint> past_;
  const TableBuffer* own_;  // null: nothing that is seen
};

}  // namespace firn::sql
