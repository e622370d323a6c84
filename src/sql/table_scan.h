// sql: a table's rows as engine text, and what is known of them without reading them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/table_definition.h"
#include "engine/engine.h"
#include "sql/file_pruning.h"
#include "sql/parameters.h"
#include "sql/past_point.h"
#include "sql/query.h"
#include "sql/session_context.h"
#include "table/database.h"

namespace firn::sql {

/// The table's columns and no row.
std::string EmptyScan(const catalog::TableDefinition& table);

/// A table of a FROM clause as a statement of the session's transaction sees it: with what that has
/// written itself, or as it was at some point of its past. Rows that the query does not ask for
/// (TableReference) may be missing.
/// Lifetime: the statement's.
class SeenTable {
 public:
  /// `parameters` may be null. `past`: null for the table as it is.
  SeenTable(SessionContext& session, std::shared_ptr<const catalog::TableDefinition> definition,
            const TableReference& reference, const std::vector<BoundParameter>* parameters,
            std::shared_ptr<const PastPoint> past);

  /// Null where rows are asked for; of a past there is none.
  const TableSummary* summary() const { return summary_; }
  /// A query with the table's columns and the hidden ones. Where a summary is asked for the rows
  /// are any that have the same one.
  Result<std::string> Scan(std::vector<engine::ScanHandle>& handles) const;

  /// Columns that the query groups by and that the scan has as numbers too.
  std::vector<ResolvedTable::Coded> Coded() const;

  /// Of a table as it is.
  int64_t CountRows() const;
  /// What is known of the summary's extremes without reading many rows (ResolvedTable::extremes).
  std::map<std::string, std::shared_ptr<arrow::Array>> KnownExtremes() const;
  /// Whether no value of a column of floats is infinite or NaN. False: not known.
  bool AllFinite(const std::string& column) const;

 private:
  std::vector<const lake::DataFile*> AllFiles() const;
  Result<std::string> ScanFiles() const;
  Result<std::string> ScanRows(std::vector<engine::ScanHandle>& handles) const;
  bool has_hot_rows() const { return past_ == nullptr || past_->kind != PastPoint::Kind::kFiles; }
  /// Those of the reference's that can be had as numbers.
  std::vector<table::NeededRows::Coded> FindCoded(const std::vector<std::string>& grouped) const;
  int IndexOf(const std::string& name) const;  // -1: none of the table's own
  const columnar::Column& ColumnAt(int index) const {
    return definition_->columns.columns[static_cast<size_t>(index)];
  }
  /// Of the rows in memory. Nothing: not known. What takes long is found out in the background,
  /// for the next one who asks.
  std::optional<table::ZoneMap::Zone> HotZone(int column) const;
  /// The same of a column of texts that has few; null: not known.
  std::shared_ptr<const table::TextCodes> HotTexts(int column) const;
  /// Calls `learn` in the background, unless somebody learns already.
  void Learn(std::function<void()> learn) const;
  /// Whether rows in memory are to have each value of `distinct_` once.
  std::optional<table::NeededRows::Distinct> HotDistinct() const;

  SessionContext& session_;
  std::shared_ptr<const catalog::TableDefinition> definition_;
  std::shared_ptr<const table::TableVersion> version_;
  table::Snapshot snapshot_;
  std::shared_ptr<const PastPoint> past_;
  const TableSummary* summary_;
  table::RecordBatches own_rows_;
  std::vector<const lake::DataFile*> files_;  // that may have rows that are asked for
  std::vector<table::ColumnRange> ranges_;    // which the values of such rows are in
  std::vector<table::NeededRows::Coded> coded_;
  int distinct_ = -1;  // the column of which each value is enough once
  std::optional<std::vector<ColumnExtremes>> file_extremes_;  // those asked for, if files tell
};

}  // namespace firn::sql
