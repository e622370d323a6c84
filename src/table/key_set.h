// table: which keys the rows of a generation have.
//
// A key is kept as 128 bits of hash: that two keys of a table share one is less likely than that
// the machine adds wrongly, and the statement that fails looks at the values themselves.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <arrow/type_fwd.h>

#include "base/ids.h"
#include "catalog/table_definition.h"
#include "columnar/table_schema.h"

namespace firn::table {

struct RowKey {
  uint64_t high = 0;
  uint64_t low = 0;

  auto operator<=>(const RowKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H state, const RowKey& key) {
    return H::combine(std::move(state), key.high, key.low);
  }
};

/// The key of each row. `rows` carries field ids; a column may be narrower than the key's: equal
/// values have equal keys all the same. No value of a key is NULL.
std::vector<RowKey> KeysOf(const arrow::RecordBatch& rows,
                           const std::vector<columnar::Column>& key);

/// The columns of the table's primary key, in its order.
std::vector<columnar::Column> KeyColumns(const catalog::TableDefinition& table);

/// Threads: guarded by its owner.
class KeySet {
 public:
  explicit KeySet(std::vector<columnar::Column> key) : key_(std::move(key)) {}

  bool IsBy(const std::vector<columnar::Column>& key) const;
  /// LSNs of the rows: lsns[i], or first_lsn + i when null.
  void Add(const arrow::RecordBatch& rows, Lsn first_lsn, const uint64_t* lsns);
  /// Lsn() where there is none.
  std::vector<Lsn> Find(const std::vector<RowKey>& wanted) const;

 private:
  const std::vector<columnar::Column> key_;
  absl::flat_hash_map<RowKey, Lsn> lsns_;
};

}  // namespace firn::table
