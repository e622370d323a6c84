// sql: a read under way: the text for the engine, with every table spliced in at one view, and
// the stream it answers with.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "engine/engine.h"
#include "sql/parameters.h"
#include "sql/query.h"
#include "sql/row_stream.h"
#include "sql/snapshot_hold.h"

namespace firn::sql {

struct SessionContext;

/// What a read returns and asks for, without running it.
struct ReadDescription {
  std::vector<columnar::Field> fields;
  std::vector<columnar::Type> parameters;
};

/// Types only: nothing is read. `targets`: as WriteQueryFor.
Result<ReadDescription> DescribeRead(SessionContext& session, const Statement& query,
                                     const std::vector<std::optional<columnar::Type>>& declared,
                                     const std::vector<columnar::Column>* targets);

/// The text of one scan of the table: legs only where there are rows.
struct ScanText {
  std::string sql;
  std::vector<engine::ScanHandle> handles;
};

/// Rows of one query, at the statement's view of the transaction.
///
/// Threads:  one at a time; the engine works on the worker pool.
/// Lifetime: pins its root, files and own rows; dropping it ends the query in the background.
class RunningRead final : public RowStream, private RowHolder {
 public:
  struct Request {
    const Statement* query = nullptr;
    const std::vector<BoundParameter>* parameters = nullptr;  // null: none
    const std::vector<columnar::Column>* targets = nullptr;   // as WriteQueryFor, or null
    Output* out = nullptr;                                    // for notices; null: nobody is told
    bool explain = false;
    bool analyze = false;
    bool later = false;  // the engine begins with the first Next()
  };

  static Task<Result<std::unique_ptr<RunningRead>>> Start(SessionContext& session, Request request);
  ~RunningRead() override;

  const std::vector<columnar::Field>& fields() const override { return fields_; }
  Task<Result<std::shared_ptr<arrow::RecordBatch>>> Next() override;

 private:
  struct Pinned;
  /// The query written so that no numeric overflows, if that makes a difference.
  using ExactText = std::function<std::optional<EngineQuery>()>;
  RunningRead(SessionContext& session, std::vector<columnar::Field> fields,
              std::shared_ptr<Pinned> pinned);
  void LetGo() override;
  /// Ends the query in the background.
  void EndQuery();

  struct Ahead;
  struct Fetched {
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    bool ended = false;  // there are no more
  };

  /// The next batches, while the engine makes those after them: who reads on and on has them ready
  /// when these are sent.
  Task<Result<Fetched>> Fetch();
  void FetchAhead();
  void Keep(Fetched fetched);
  /// Takes a connection of the engine and begins there, up to the first rows.
  Task<Result<Fetched>> BeginOn();
  /// The same, whatever else the first attempt asks for.
  Task<Status> Begin(const ExactText& exact);

  SessionContext& session_;
  std::vector<columnar::Field> fields_;
  std::shared_ptr<Pinned> pinned_;
  std::shared_ptr<Ahead> ahead_;  // null: nothing is being fetched
  bool begun_ = false;
  std::deque<std::shared_ptr<arrow::RecordBatch>> ready_;
  bool ended_ = false;
  bool taken_away_ = false;  // its rows, by the watch
};

}  // namespace firn::sql
