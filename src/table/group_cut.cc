#include "table/group_cut.h"

#include <algorithm>

#include <arrow/api.h>

namespace firn::table {
namespace {

/// Rows with LSNs up to `last`: LSNs rise within a batch.
int64_t RowsUpTo(const arrow::RecordBatch& batch, Lsn last) {
  const auto& lsns = static_cast<const arrow::UInt64Array&>(*batch.column(batch.num_columns() - 2));
  const auto* first = lsns.raw_values();
  return std::upper_bound(first, first + lsns.length(), last.value()) - first;
}

void CutTable(log::TableChanges& table, Lsn last) {
  size_t kept = 0;
  for (auto& batch : table.rows) {
    batch = batch->Slice(0, RowsUpTo(*batch, last));
    kept += static_cast<size_t>(batch->num_rows());
  }
  std::erase_if(table.rows, [](const auto& batch) { return batch->num_rows() == 0; });
  if (!table.change_types.empty()) table.change_types.resize(kept);
  if (!table.victims.empty()) table.victims.resize(kept);
}

}  // namespace

bool CutGroup(log::Group& group, std::optional<Lsn> lsn, std::optional<int64_t> time_us) {
  auto& transactions = group.transactions;
  const auto end = std::find_if(transactions.begin(), transactions.end(), [&](const auto& one) {
    return (lsn && one.last_lsn > *lsn) || (time_us && one.commit_us > *time_us);
  });
  if (end == transactions.end()) return true;
  transactions.erase(end, transactions.end());
  if (transactions.empty()) return false;
  group.last_lsn = transactions.back().last_lsn;
  for (auto& table : group.tables) CutTable(table, group.last_lsn);
  std::erase_if(group.tables, [](const auto& table) { return table.rows.empty(); });
  std::erase_if(group.catalog, [&](const auto& record) { return record.lsn > group.last_lsn; });
  return false;
}

}  // namespace firn::table
