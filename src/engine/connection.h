// engine: statements on one DuckDB connection. Every call but Interrupt() may block for as long
// as DuckDB works and belongs on a worker pool.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/types.h"

namespace firn::engine {

struct ConnectionState;
struct StatementState;
struct StreamState;

/// The rows of one execution, in batches of at most 2,048.
///
/// Threads:  one at a time.
/// Lifetime: may be dropped half-way; the rest of the work is then cancelled. Batches handed out
///           own their memory.
class ResultStream {
 public:
  explicit ResultStream(std::shared_ptr<StreamState> state);
  ~ResultStream();
  ResultStream(const ResultStream&) = delete;
  ResultStream& operator=(const ResultStream&) = delete;

  /// What the batches hold: known here even when Query::fields_known() was false.
  const std::vector<columnar::Field>& fields() const;
  /// The next batch, or null at the end. Its columns have exactly columnar::ArrowType of the
  /// field's type. Errors: those of the statement while it runs; 22003 for a HUGEINT that
  /// numeric(38,0) cannot hold; 57014 after Interrupt().
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  std::shared_ptr<StreamState> state_;
};

/// One prepared statement; may be executed again once its stream has ended or gone.
class Query {
 public:
  explicit Query(std::shared_ptr<StatementState> state);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  /// Parameters are $1 … $n without gaps.
  size_t parameter_count() const;
  /// The type DuckDB derives for a parameter (index from 0); nullopt where it does not know.
  Result<std::optional<columnar::Type>> ParameterType(size_t index) const;
  /// False when the result types depend on parameters not yet bound ("SELECT $1"); cast such
  /// parameters in the text, or look at ResultStream::fields().
  bool fields_known() const;
  const std::vector<columnar::Field>& fields() const;

  /// Sets a parameter (index from 0) to the one value of `value`, an array of ArrowType(type).
  Status Bind(size_t index, const columnar::Type& type, const arrow::Array& value);
  /// Begins; returns when the first rows are there. All parameters must be bound.
  Result<std::unique_ptr<ResultStream>> Execute();

 private:
  std::shared_ptr<StatementState> state_;
};

/// Stops what a lease is doing, from any thread; harmless once the lease is over.
class Interrupter {
 public:
  Interrupter() = default;
  explicit Interrupter(std::weak_ptr<ConnectionState> state) : state_(std::move(state)) {}
  /// The running statement, and queries prepared before now, end with 57014. A statement that
  /// DuckDB is still binding ends at its next step.
  void Interrupt() const;

 private:
  std::weak_ptr<ConnectionState> state_;
};

/// Runs one statement at a time.
/// Threads: one at a time, but Interrupt() any.
/// Failure: 55006 for a statement begun while the stream of another is open.
class Connection {
 public:
  explicit Connection(std::shared_ptr<ConnectionState> state) : state_(std::move(state)) {}

  /// Errors carry SQLSTATE and, where DuckDB has it, the position in `sql`.
  Result<std::unique_ptr<Query>> Prepare(std::string_view sql);
  /// Runs a statement for its effect (SET, LOAD …) and drops its rows.
  Status Run(std::string_view sql);
  /// The session's time zone, for casts and extracts of timestamptz. A new lease has UTC.
  Status SetTimeZone(std::string_view name);

  void Interrupt() { interrupter().Interrupt(); }
  Interrupter interrupter() const { return Interrupter(state_); }

 private:
  std::shared_ptr<ConnectionState> state_;
};

/// Holds a pooled connection. When it goes, what still runs is interrupted, its streams and
/// queries are closed (their later calls fail), and the connection goes back to the pool.
class ConnectionLease {
 public:
  ConnectionLease() = default;
  explicit ConnectionLease(std::shared_ptr<ConnectionState> state);
  ConnectionLease(ConnectionLease&& other) noexcept = default;
  ConnectionLease& operator=(ConnectionLease&& other) noexcept;
  ~ConnectionLease();

  Connection* operator->() { return &*connection_; }
  Connection& operator*() { return *connection_; }
  explicit operator bool() const { return state_ != nullptr; }

 private:
  void Release();

  std::shared_ptr<ConnectionState> state_;
  std::optional<Connection> connection_;
};

}  // namespace firn::engine
