// catalog: checksums of what is in catalog.db, which SQLite has none of.
//
// A row's column `crc` is the CRC32C of its table's name and its values; statements make it with
// firn_crc(table, value, …). The row `totals` of `state` has the number of all other rows and the
// XOR of their checksums, so a row that is gone, or is as it once was, is missed. The row `format`
// has the file's version and the checksum of its schema.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/sqlite_connection.h"

namespace firn::catalog {

struct SummedTable {
  std::string_view name;
  std::string_view key;      // its column
  std::string_view columns;  // all but `crc`, the key first
};
inline constexpr SummedTable kState{"state", "key", "key, value"};
inline constexpr SummedTable kTables{"tables", "id", "id, definition"};
inline constexpr SummedTable kLakePointers{"lake_pointers", "table_id",
                                           "table_id, metadata_version, flushed_lsn"};
inline constexpr SummedTable kObjects{"objects", "id", "id, kind, belongs_to, definition"};

/// The summed rows of one file.
///
/// Threads:  confined to its connection.
/// Failure:  kCorrupt with the file's name (Connection::Damaged) for what does not hold.
class SqliteSums {
 public:
  /// The version of the file since which it has checksums.
  static constexpr int64_t kSince = 4;

  /// Of all rows but the one that holds this.
  struct Totals {
    int64_t rows = 0;
    uint32_t crc = 0;
    bool operator==(const Totals&) const = default;
  };

  explicit SqliteSums(Connection& connection) : connection_(connection) {}

  /// Teaches the connection firn_crc. Before any other statement.
  Status Register();

  /// What the file says of itself: kCorrupt unless `version` and the schema are what was noted
  /// when the file came to that version. The schema of one above `known` is not looked at.
  Status CheckFormat(int64_t version, int64_t known);
  /// In the transaction that brings the file to `version`: notes that, and counts all rows anew.
  Status NoteFormat(int64_t version);

  /// Around the writes of a transaction: totals are read, and written again.
  Status Begin();
  Status End();
  /// `write` puts or deletes the row of this key, and no other.
  Status Write(const SummedTable& table, std::string_view key,
               const std::function<Status()>& write);

  /// Hands out every row whose checksum holds, its columns in the order of `table.columns`. A
  /// failure of `row` is the file's damage, told with table and key.
  Status Each(const SummedTable& table, Totals& seen,
              const std::function<Status(const Query&)>& row);
  /// `seen`: by Each of all tables. No row is missing, and none is an old one.
  Status CheckTotals(const Totals& seen);

 private:
  Status Count(const SummedTable& table, std::string_view key, int64_t sign);
  Result<uint32_t> SchemaCrc();
  Failure Damaged(const SummedTable& table, std::string_view key, std::string_view what) const;

  Connection& connection_;
  Totals totals_;  // of the transaction under way
};

}  // namespace firn::catalog
