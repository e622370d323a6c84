// A short life of a whole database, for tests that interrupt it: what was done, what came of it,
// what may therefore be there afterwards, and what is.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "table/database.h"

namespace firn::table {

/// One row as a reader sees it: its number, and the column that came with ALTER TABLE.
using SeenRow = std::pair<int64_t, std::string>;

/// Tables by name with their columns and rows (sorted).
struct World {
  struct Table {
    std::vector<std::string> columns;
    std::vector<SeenRow> rows;
    bool operator==(const Table&) const = default;
  };
  std::map<std::string, Table> tables;

  bool operator==(const World&) const = default;
  /// Tables with rows counted by the transaction that brought them: "a(id): 1×3 4×500".
  std::string ToString() const;
};

/// Something asked of the database, and the answer.
struct Deed {
  enum class Kind : uint8_t { kCreate, kWrite, kAddColumn, kTruncate, kDrop };
  enum class Outcome : uint8_t { kAcknowledged, kRefused, kUnknown };
  Kind kind = Kind::kWrite;
  std::vector<std::string> tables;
  int64_t number = 0;  // of a write: its rows are number * 1'000'000 + 0, 1, …
  int64_t rows = 0;
  Outcome outcome = Outcome::kUnknown;
  Lsn last_lsn;  // when acknowledged
  // How many changes the disk had seen when it was asked for and when the answer came.
  size_t asked = 0;
  size_t answered = SIZE_MAX;
};

/// Every world that may be found by those who come after `changes` changes of the disk: what was
/// acknowledged is there, what was refused is not, what had no answer is there whole or not at all.
std::vector<World> PossibleWorlds(const std::vector<Deed>& deeds, size_t changes);

/// Runs the script, and looks at what is there.
///
/// Lifetime: borrows the file system.
class ScriptedLife {
 public:
  /// `now`: how many changes the disk has seen.
  ScriptedLife(std::string dir, io::FileSystem& files, std::function<size_t()> now);

  /// Two tables, small and large transactions over one and both, files added, ALTER, TRUNCATE, a
  /// table that comes and goes, rounds, segments rolled and retired, a clean stop, a second start.
  /// Goes on where it can when something fails.
  void Live();

  Status Open();
  void Close() { database_.reset(); }
  Status Stop();
  Status Flush();
  /// Adds rows to every table there is. Part of the deeds.
  void WriteToAll(int64_t rows);

  /// What the open database shows: hot rows, added files and the lake's files together.
  Result<World> Observe();
  /// What the open database's tables hold in the lake, by the newest metadata on disk and nothing
  /// else. Errors: kCorrupt for a row that is there twice, a file that is not there …
  Result<std::vector<int64_t>> ReadLake();
  /// Follows the version hints of all table folders, as readers without a catalog do. By the
  /// table's name.
  std::map<std::string, Status> FollowHints() const;

  Lsn next_lsn() const { return database_->lsn_state().next; }
  const std::vector<Deed>& deeds() const { return deeds_; }
  /// How often something asked for was not granted.
  int complaints() const { return complaints_; }
  /// Begins anew, numbering transactions from here on.
  void Forget(int64_t next = 1);

 private:
  using Definition = std::shared_ptr<const catalog::TableDefinition>;

  Status Noted(Status status);
  Result<CommitReceipt> Commit(CommitRequest request);
  Definition Find(const std::string& name) const;
  std::shared_ptr<arrow::RecordBatch> Rows(const catalog::TableDefinition& table, int64_t number,
                                           int64_t rows) const;
  Status AddFile(const catalog::TableDefinition& table, int64_t number, int64_t rows,
                 TableWrite* write);
  void Answer(const Result<CommitReceipt>& receipt);
  void Begin(Deed deed);
  void Create(const std::string& name);
  void Write(const std::vector<std::string>& names, int64_t rows, bool as_files = false);
  void Change(Deed::Kind kind, const std::string& name);
  void FirstHalf();
  void SecondHalf();
  Status FollowHint(const std::string& folder) const;
  Status ReadFile(const lake::DataFile& file, std::vector<SeenRow>* rows);
  Result<std::vector<SeenRow>> ReadTable(const Snapshot& snapshot, TableId id);

  const std::string dir_;
  io::FileSystem& files_;
  const std::function<size_t()> now_;
  std::vector<Deed> deeds_;
  int64_t next_ = 1;
  int complaints_ = 0;
  std::unique_ptr<engine::Engine> engine_;
  std::map<std::string, std::vector<SeenRow>> read_before_;  // by path and content
  std::unique_ptr<Database> database_;
};

}  // namespace firn::table
