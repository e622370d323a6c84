#include "engine/connection.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "engine/duckdb_types_internal.h"
#include "engine/engine_core_internal.h"

namespace firn::engine {
namespace {

Error ReleasedError() {
  return MakeError(ErrorCode::kInternal, "the statement's connection has been released");
}

// Fields of the prepared statement; unknown while a parameter's type is open. A column firn has
// no type for is an error already here.
Status DescribeColumns(StatementState& statement) {
  const idx_t count = duckdb_prepared_statement_column_count(statement.prepared.get());
  for (idx_t i = 0; i < count; ++i) {
    const OwnedType type(
        duckdb_prepared_statement_column_logical_type(statement.prepared.get(), i));
    if (!type || duckdb_get_type_id(type.get()) == DUCKDB_TYPE_INVALID) {
      statement.fields.clear();
      return {};
    }
    auto name = TakeString(duckdb_prepared_statement_column_name(statement.prepared.get(), i));
    FIRN_TRY(auto column, ResultColumn::Make(std::move(name), type.get()));
    statement.fields.push_back(column.field());
  }
  statement.fields_known = true;
  return {};
}

// "$1, $3" leaves $2 without a type, as in PostgreSQL.
Status CheckParameters(const StatementState& statement) {
  const idx_t count = duckdb_nparams(statement.prepared.get());
  for (idx_t i = 1; i <= count; ++i) {
    const auto name = TakeString(duckdb_parameter_name(statement.prepared.get(), i));
    if (name == std::to_string(i)) continue;
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "could not determine data type of parameter ${}", i)
            .WithSqlState("42P18"));
  }
  return {};
}

Status DescribeResult(StreamState& stream) {
  const idx_t count = duckdb_column_count(&stream.result);
  arrow::FieldVector arrow_fields;
  for (idx_t i = 0; i < count; ++i) {
    const OwnedType type(duckdb_column_logical_type(&stream.result, i));
    std::string name(View(duckdb_column_name(&stream.result, i)));
    FIRN_TRY(auto column, ResultColumn::Make(std::move(name), type.get()));
    const auto& field = column.field();
    arrow_fields.push_back(arrow::field(field.name, columnar::ArrowType(field.type)));
    stream.fields.push_back(field);
    stream.columns.push_back(std::move(column));
  }
  stream.schema = arrow::schema(std::move(arrow_fields));
  return {};
}

}  // namespace

Error InterruptedError() {
  return MakeError(ErrorCode::kCancelled, "canceling statement due to user request")
      .WithSqlState("57014");
}

void StreamState::Close() {
  if (open) duckdb_destroy_result(&result);
  open = false;
}

bool ConnectionState::HasOpenStream() const {
  const auto current = stream.lock();
  return current != nullptr && current->open && !current->ended;
}

Status ConnectionState::CheckReady() const {
  if (connection == nullptr) return Fail(ReleasedError());
  if (HasOpenStream()) {
    return Fail(MakeError(ErrorCode::kConflict, "a result of this connection is still being read")
                    .WithSqlState("55006"));
  }
  return {};
}

Status ConnectionState::SetOutOfCore(bool wanted) {
  if (out_of_core == wanted) return {};
  FIRN_RETURN_IF_ERROR(core->Run(connection, fmt::format("SET debug_force_external = {}", wanted)));
  out_of_core = wanted;
  return {};
}

ResultStream::ResultStream(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
ResultStream::~ResultStream() {
  if (!state_->open || state_->connection->connection == nullptr) return;
  // Without the interrupt and the empty statement DuckDB would go on filling its buffer and
  // keep the scans of the plan until the connection's next statement.
  const bool abandoned = !state_->ended;
  if (abandoned) {
    state_->connection->stop->store(true);
    duckdb_interrupt(state_->connection->connection);
  }
  state_->Close();
  if (abandoned) {
    (void)state_->connection->core->Run(state_->connection->connection, "");
    state_->connection->stop->store(false);
  }
}

const std::vector<columnar::Field>& ResultStream::fields() const {
  return state_->fields;
}

namespace {

// When one thread of a statement fails, DuckDB stops the others, and once in a hundred times it
// tells their end instead: interrupted, though nobody did. What the first one met is found by
// running the statement again.
Error FirstError(ConnectionState& connection, StatementState& statement, Error told) {
  const auto interrupted = [&] {
    return connection.interrupts.load() != statement.interrupts_seen;
  };
  if (told.SqlState() != "57014" || interrupted()) return told;
  OwnedPending pending;
  if (duckdb_pending_prepared_streaming(statement.prepared.get(), pending.out()) == DuckDBError) {
    return told;
  }
  duckdb_result result{};
  auto state = duckdb_execute_pending(pending.get(), &result);
  while (state != DuckDBError && !interrupted()) {
    const OwnedChunk chunk(duckdb_fetch_chunk(result));
    if (!chunk) break;
  }
  const auto text = View(duckdb_result_error(&result));
  if (!text.empty()) told = connection.core->MapError(text, statement.sql);
  duckdb_destroy_result(&result);
  return told;
}

/// Begins the statement; its result is open then, also where it is an error.
Status Begin(StreamState& stream) {
  auto& connection = *stream.connection;
  const auto& statement = *stream.statement;
  OwnedPending pending;
  if (duckdb_pending_prepared_streaming(statement.prepared.get(), pending.out()) == DuckDBError) {
    return Fail(
        connection.core->MapError(View(duckdb_pending_error(pending.get())), statement.sql));
  }
  // DuckDB forgets earlier interrupts when a query begins: remember them for it.
  if (connection.interrupts.load() != statement.interrupts_seen) {
    duckdb_interrupt(connection.connection);
    pending.Reset();
    (void)connection.core->Run(connection.connection, "");
    return Fail(InterruptedError());
  }
  const auto state = duckdb_execute_pending(pending.get(), &stream.result);
  stream.open = true;
  if (state != DuckDBError) return {};
  return Fail(connection.core->MapError(View(duckdb_result_error(&stream.result)), statement.sql));
}

bool FoundNoMemory(const Error& error) {
  return error.SqlState() == "53200";
}

/// Once more, for a statement that found no memory and has given no row.
Status BeginOutOfCore(StreamState& stream) {
  stream.Close();
  FIRN_RETURN_IF_ERROR(stream.connection->SetOutOfCore(true));
  return Begin(stream);
}

}  // namespace

Result<std::shared_ptr<arrow::RecordBatch>> ResultStream::Next() {
  auto& stream = *state_;
  if (stream.ended) return std::shared_ptr<arrow::RecordBatch>{};
  if (!stream.open) return Fail(stream.closed_with);
  auto& connection = *stream.connection;
  const auto fail = [&](Error error) -> Failure {
    stream.Close();
    stream.closed_with = error;
    return Fail(std::move(error));
  };
  if (connection.interrupts.load() != stream.statement->interrupts_seen) {
    return fail(InterruptedError());
  }
  const OwnedChunk chunk(duckdb_fetch_chunk(stream.result));
  if (!chunk) {
    // The end, or an error: only the result knows.
    const auto text = View(duckdb_result_error(&stream.result));
    if (!text.empty()) {
      auto error = connection.core->MapError(text, stream.statement->sql);
      stream.Close();
      error = FirstError(connection, *stream.statement, std::move(error));
      if (stream.begun || connection.out_of_core || !FoundNoMemory(error)) {
        return fail(std::move(error));
      }
      if (auto again = BeginOutOfCore(stream); !again) return fail(std::move(again).error());
      return Next();
    }
    stream.ended = true;
    stream.Close();
    return std::shared_ptr<arrow::RecordBatch>{};
  }
  stream.begun = true;
  const auto rows = static_cast<int64_t>(duckdb_data_chunk_get_size(chunk.get()));
  arrow::ArrayVector arrays;
  for (size_t i = 0; i < stream.columns.size(); ++i) {
    auto array = stream.columns[i].Convert(duckdb_data_chunk_get_vector(chunk.get(), i), rows);
    if (!array) return fail(std::move(array).error());
    arrays.push_back(*std::move(array));
  }
  return arrow::RecordBatch::Make(stream.schema, rows, std::move(arrays));
}

Query::Query(std::shared_ptr<StatementState> state) : state_(std::move(state)) {}
Query::~Query() = default;

size_t Query::parameter_count() const {
  return duckdb_nparams(state_->prepared.get());
}
bool Query::fields_known() const {
  return state_->fields_known;
}
const std::vector<columnar::Field>& Query::fields() const {
  return state_->fields;
}

Result<std::optional<columnar::Type>> Query::ParameterType(size_t index) const {
  const OwnedType type(duckdb_param_logical_type(state_->prepared.get(), index + 1));
  if (!type) return std::nullopt;
  const auto name = TypeName(type.get());
  if (name == "UNKNOWN" || name == "\"NULL\"") return std::nullopt;
  auto mapped = columnar::TypeFromDuckDb(name);
  if (mapped) return *mapped;
  return Fail(MakeError(ErrorCode::kUnsupported,
                        "parameter ${} has type {}, which is not supported", index + 1, name)
                  .WithHint("Cast the parameter to a supported type."));
}

Result<std::unique_ptr<ResultStream>> Query::Execute() {
  auto& connection = *state_->connection;
  FIRN_RETURN_IF_ERROR(connection.CheckReady());
  FIRN_RETURN_IF_ERROR(connection.SetOutOfCore(false));
  auto stream = std::make_shared<StreamState>();
  stream->connection = state_->connection;
  stream->statement = state_;
  auto begun = Begin(*stream);
  if (!begun && FoundNoMemory(begun.error())) begun = BeginOutOfCore(*stream);
  FIRN_RETURN_IF_ERROR(std::move(begun));
  connection.stream = stream;
  auto result = std::make_unique<ResultStream>(stream);  // closes on the way out of an error
  FIRN_RETURN_IF_ERROR(DescribeResult(*stream));
  return result;
}

void Interrupter::Interrupt() const {
  const auto state = state_.lock();
  if (state == nullptr) return;
  state->interrupts.fetch_add(1);
  const std::lock_guard lock(state->mutex);
  if (state->connection == nullptr) return;
  state->stop->store(true);
  duckdb_interrupt(state->connection);
}

Result<std::unique_ptr<Query>> Connection::Prepare(std::string_view sql) {
  FIRN_RETURN_IF_ERROR(state_->CheckReady());
  if (sql.find('\0') != std::string_view::npos) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "a statement cannot contain a zero byte")
                    .WithSqlState("22021"));
  }
  auto statement = std::make_shared<StatementState>();
  statement->connection = state_;
  statement->sql = sql;
  state_->stop->store(false);
  statement->interrupts_seen = state_->interrupts.load();
  if (duckdb_prepare(state_->connection, statement->sql.c_str(), statement->prepared.out()) ==
      DuckDBError) {
    const auto text = View(duckdb_prepare_error(statement->prepared.get()));
    return Fail(state_->core->MapError(text, statement->sql));
  }
  FIRN_RETURN_IF_ERROR(CheckParameters(*statement));
  FIRN_RETURN_IF_ERROR(DescribeColumns(*statement));
  std::erase_if(state_->statements, [](const auto& weak) { return weak.expired(); });
  state_->statements.push_back(statement);
  return std::make_unique<Query>(std::move(statement));
}

Status Connection::Run(std::string_view sql) {
  FIRN_RETURN_IF_ERROR(state_->CheckReady());
  state_->stop->store(false);
  return state_->core->Run(state_->connection, std::string(sql));
}

Status Connection::SetTimeZone(std::string_view name) {
  if (state_->time_zone == name) return {};
  std::string quoted;
  for (const char c : name) quoted.append(c == '\'' ? 2 : 1, c);
  auto status = Run(fmt::format("SET TimeZone = '{}'", quoted));
  if (!status) {
    if (status.error().remedy == Remedy::kRetry) return status;  // says nothing of the zone
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "invalid value for parameter \"TimeZone\": "
                          "\"{}\"",
                          name)
                    .WithSqlState("22023"));
  }
  state_->time_zone = name;
  return {};
}

ConnectionLease::ConnectionLease(std::shared_ptr<ConnectionState> state)
    : state_(std::move(state)), connection_(state_) {}

ConnectionLease& ConnectionLease::operator=(ConnectionLease&& other) noexcept {
  if (this == &other) return *this;
  Release();
  state_ = std::move(other.state_);
  connection_ = std::move(other.connection_);
  return *this;
}

ConnectionLease::~ConnectionLease() {
  Release();
}

void ConnectionLease::Release() {
  if (state_ == nullptr) return;
  const auto state = std::exchange(state_, nullptr);
  connection_.reset();
  duckdb_connection handle = nullptr;
  {
    const std::lock_guard lock(state->mutex);
    handle = std::exchange(state->connection, nullptr);
  }
  state->stop->store(true);
  duckdb_interrupt(handle);
  if (const auto stream = state->stream.lock()) {
    stream->Close();
    stream->closed_with = ReleasedError();
  }
  for (const auto& weak : state->statements) {
    if (const auto statement = weak.lock()) statement->prepared.Reset();
  }
  // The empty statement ends what the streams left in the connection and clears the interrupt.
  const auto cleaned =
      state->core->Run(handle, state->out_of_core ? "SET debug_force_external = false" : "");
  state->stop->store(false);
  if (!cleaned) {
    state->core->Disconnect(handle);
    return;
  }
  state->core->PutBack({handle, std::move(state->time_zone)});
}

}  // namespace firn::engine
