#include "sql/read.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

#include <arrow/api.h>

#include "columnar/batch.h"
#include "sql/past_read.h"
#include "sql/pg_catalog/calls.h"
#include "sql/relations.h"
#include "sql/server_calls.h"
#include "sql/session_context.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using Batch = std::shared_ptr<arrow::RecordBatch>;

// One visit to the engine brings batches until one of these is reached, so that a large result
// does not pay a change of threads for every 2,048 rows.
constexpr size_t kBatchesPerVisit = 32;
constexpr int64_t kBytesPerVisit = 4 << 20;
// A statement that finds the engine broken begins so often in all.
constexpr int kBeginsMost = 3;
constexpr auto kVisitTime = std::chrono::milliseconds(10);

Result<EngineQuery> Write(const RunningRead::Request& request, const QueryContext& context) {
  return request.targets != nullptr ? WriteQueryFor(*request.query, context, *request.targets)
                                    : WriteQuery(*request.query, context);
}

Result<EngineQuery> WriteOrExplain(const RunningRead::Request& request,
                                   const QueryContext& context) {
  FIRN_TRY(auto written, Write(request, context));
  if (request.explain) {
    written.sql = (request.analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ") + written.sql;
    const columnar::Type text{.kind = columnar::TypeKind::kText};
    written.fields = {{"explain_key", text}, {"explain_value", text}};
  }
  return written;
}

Batch RowOf(const std::vector<columnar::Field>& fields, arrow::ArrayVector values) {
  arrow::FieldVector names;
  for (size_t i = 0; i < values.size(); ++i) {
    names.push_back(arrow::field(fields[i].name, values[i]->type()));
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(names)), 1, std::move(values));
}

// What the engine says of DECIMALs that do not fit, and firn_float_sum of infinite sums; see
// QueryContext::exact_numerics.
bool FitsWhenExact(const Error& error) {
  return error.SqlState() == "22003" && (error.message.find("numeric") != std::string::npos ||
                                         error.message == "value out of range: overflow");
}

}  // namespace

// Destroyed from the last member to the first: the stream before its query, the handles last.
struct RunningRead::Pinned {
  View view;
  std::vector<engine::ScanHandle> handles;
  std::shared_ptr<pg_catalog::CallToken> token;
  engine::ConnectionLease lease;
  std::unique_ptr<engine::Query> query;
  std::unique_ptr<engine::ResultStream> stream;

  std::string sql;
  ExactText exact;  // for a read that begins later
  std::string zone;
  std::vector<BoundParameter> parameters;

  Status Begin() {
    stream.reset();
    FIRN_RETURN_IF_ERROR(lease->SetTimeZone(zone));
    FIRN_TRY(query, lease->Prepare(sql));
    for (size_t i = 0; i < query->parameter_count(); ++i) {
      if (i >= parameters.size()) {
        return Fail(MakeError(ErrorCode::kInvalidInput, "there is no parameter ${}", i + 1)
                        .WithSqlState("42P02"));
      }
      FIRN_RETURN_IF_ERROR(query->Bind(i, parameters[i].type, *parameters[i].value));
    }
    FIRN_TRY(stream, query->Execute());
    return {};
  }

  void LetGoOfEngine() {
    stream.reset();
    query.reset();
    lease = {};
  }

  Result<Fetched> Fetch() {
    Fetched fetched;
    const auto until = std::chrono::steady_clock::now() + kVisitTime;
    int64_t bytes = 0;
    while (fetched.batches.size() < kBatchesPerVisit && bytes < kBytesPerVisit) {
      FIRN_TRY(auto batch, stream->Next());
      fetched.ended = batch == nullptr;
      if (fetched.ended) break;
      bytes += columnar::BatchBytes(*batch);
      fetched.batches.push_back(std::move(batch));
      if (std::chrono::steady_clock::now() > until) break;
    }
    return fetched;
  }

  /// The engine's columns must be what the client was told.
  Status CheckTypes(const std::vector<columnar::Field>& fields) const {
    const auto& given = stream->fields();
    bool same = given.size() == fields.size();
    for (size_t i = 0; same && i < fields.size(); ++i) {
      same = columnar::ArrowType(given[i].type)->Equals(columnar::ArrowType(fields[i].type));
      if (!same) {
        return Fail(ErrorCode::kInternal,
                    "the engine answered with another type: column={} want={} got={}",
                    fields[i].name, columnar::PostgresName(fields[i].type),
                    columnar::PostgresName(given[i].type));
      }
    }
    if (!same) {
      return Fail(ErrorCode::kInternal, "the engine answered with {} columns instead of {}",
                  given.size(), fields.size());
    }
    return {};
  }
};

// A fetch under way. Whoever comes second, its result or who wants it, sees the other.
struct RunningRead::Ahead {
  std::atomic<bool> unwanted{false};
  std::mutex mutex;
  std::optional<Result<Fetched>> result;        // guarded by mutex
  std::function<void(Result<Fetched>)> waiter;  // guarded by mutex

  void Finish(Result<Fetched> fetched) {
    std::unique_lock lock(mutex);
    if (!waiter) {
      result = std::move(fetched);
      return;
    }
    auto wake = std::move(waiter);
    lock.unlock();
    wake(std::move(fetched));
  }
  void Await(std::function<void(Result<Fetched>)> done) {
    std::unique_lock lock(mutex);
    if (!result) {
      waiter = std::move(done);
      return;
    }
    auto fetched = *std::move(result);
    lock.unlock();
    done(std::move(fetched));
  }
};

Result<ReadDescription> DescribeRead(SessionContext& session, const Statement& query,
                                     const std::vector<std::optional<columnar::Type>>& declared,
                                     const std::vector<columnar::Column>* targets) {
  QueryContext context;
  context.user_types = UserTypes::Of(session);
  context.resolve_table = [&session](const TableReference& reference) {
    return DescribeRelation(session, reference.table);
  };
  context.answer_call = DescribeServerCall;
  context.parameter_types = declared;
  context.style = session.settings.text_style();
  const RunningRead::Request request{.query = &query, .targets = targets};
  FIRN_TRY(auto written, Write(request, context));
  return ReadDescription{.fields = std::move(written.fields),
                         .parameters = std::move(written.parameters)};
}

RunningRead::RunningRead(SessionContext& session, std::vector<columnar::Field> fields,
                         std::shared_ptr<Pinned> pinned)
    : session_(session), fields_(std::move(fields)), pinned_(std::move(pinned)) {
  session_.held->Keeps(this, pinned_->view.snapshot.root);
}

RunningRead::~RunningRead() {
  session_.held->Drops(this);
  EndQuery();
}

void RunningRead::LetGo() {
  if (pinned_ == nullptr) return;
  taken_away_ = true;
  ready_.clear();
  EndQuery();
}

void RunningRead::EndQuery() {
  if (pinned_ == nullptr) return;
  if (ahead_) {
    // Nobody waits for these rows any more.
    ahead_->unwanted.store(true);
    pinned_->lease->interrupter().Interrupt();
  }
  // Giving a connection back waits for what still runs on it.
  asio::post(session_.services.workers.pool(),
             [pinned = std::move(pinned_)]() mutable { pinned.reset(); });
}

Task<Result<std::unique_ptr<RunningRead>>> RunningRead::Start(SessionContext& session,
                                                              Request request) {
  auto references = FindReferences(*request.query);
  if (!references) co_return Failure(std::move(references).error());
  auto waited = co_await AwaitServerCalls(session, references->calls, request.parameters);
  if (!waited) co_return Failure(std::move(waited).error());
  if (*waited) {
    auto again = session.transaction.BeginStatement();
    if (!again) co_return Failure(std::move(again).error());
  }
  auto travelled =
      co_await ResolvePasts(session, references->tables, request.parameters, request.out);
  if (!travelled) co_return Failure(std::move(travelled).error());
  for (const auto& reference : references->tables) {
    for (const auto& table : TablesUnder(session, reference.table)) {
      auto* own = session.transaction.FindBuffer(table->id);
      if (own == nullptr) continue;
      auto sealed = co_await own->SealFiles();
      if (!sealed) co_return Failure(std::move(sealed).error());
    }
  }

  auto pinned = std::make_shared<Pinned>();
  pinned->view = session.transaction.view();
  QueryContext context;
  context.user_types = UserTypes::Of(session);
  auto& held = *pinned;  // the read's from below on
  context.resolve_table = [&session, &held, &references,
                           &request](const TableReference& reference) {
    const auto& known = references->tables[reference.index];
    return ScanRelation(session, known, request.parameters, held.handles);
  };
  context.answer_call = [&session, &request](const ServerCall& call) {
    return AnswerServerCall(session, call, request.parameters);
  };
  context.style = session.settings.text_style();
  context.written_again = !request.later;
  if (request.parameters != nullptr) {
    for (const auto& bound : *request.parameters) context.parameter_types.emplace_back(bound.type);
  }
  session.views.count = 0;  // to describe it was another matter
  session.catalog_token.reset();
  context.catalog_token = [&session] { return pg_catalog::TokenOf(session); };
  auto written = WriteOrExplain(request, context);
  pinned->token = session.catalog_token;
  if (!written) co_return Failure(std::move(written).error());

  const auto& style = session.settings.text_style();
  pinned->zone = style->zone ? style->zone->engine_name() : "UTC";
  pinned->sql = std::move(written->sql);
  if (request.parameters != nullptr) pinned->parameters = *request.parameters;
  const ExactText exact = [&]() -> std::optional<EngineQuery> {
    context.exact_numerics = true;
    auto text = WriteOrExplain(request, context);
    if (!text || text->sql == held.sql) return std::nullopt;
    return *std::move(text);
  };
  if (request.later) {
    // The view will have moved on.
    auto text = exact();
    held.exact = [text = std::move(text)] { return text; };
  }
  auto known = request.explain ? arrow::ArrayVector() : std::move(written->known_row);
  std::unique_ptr<RunningRead> read(
      new RunningRead(session, std::move(written->fields), std::move(pinned)));
  if (!known.empty()) {
    read->begun_ = true;
    read->Keep({.batches = {RowOf(read->fields_, std::move(known))}, .ended = true});
  } else if (!request.later) {
    auto begun = co_await read->Begin(exact);
    if (!begun) co_return Failure(std::move(begun).error());
  }
  co_return read;
}

Task<Result<RunningRead::Fetched>> RunningRead::BeginOn() {
  const bool again = pinned_->query != nullptr;
  auto idle = again ? std::nullopt : session_.services.engine.TakeIdle();
  if (idle) {
    pinned_->lease = *std::move(idle);
  } else {
    const auto connect = [this] {
      pinned_->LetGoOfEngine();
      return session_.services.engine.Connect();
    };
    auto lease = co_await RunOn(session_.services.workers, connect);
    if (!lease) co_return Failure(std::move(lease).error());
    pinned_->lease = *std::move(lease);
  }
  const auto begin = [this]() -> Result<Fetched> {
    FIRN_RETURN_IF_ERROR(pinned_->Begin());
    FIRN_RETURN_IF_ERROR(pinned_->CheckTypes(fields_));
    return pinned_->Fetch();
  };
  const auto interrupter = pinned_->lease->interrupter();
  co_return co_await RunInterruptibly(session_, interrupter, begin);
}

Task<Status> RunningRead::Begin(const ExactText& exact) {
  begun_ = true;
  auto first = co_await BeginOn();
  // Another statement broke the engine; no row of this one has left yet.
  for (int i = 1; i < kBeginsMost && !first && first.error().remedy == Remedy::kRetry; ++i) {
    auto again = co_await BeginOn();
    first = std::move(again);
  }
  if (!first && FitsWhenExact(first.error())) {
    auto text = exact();
    if (text) {
      pinned_->sql = std::move(text->sql);
      fields_ = std::move(text->fields);
      auto again = co_await BeginOn();
      first = std::move(again);
    }
  }
  if (!first) {
    ended_ = true;
    // Positions in the engine's text mean nothing to the client.
    auto error = std::move(first).error();
    error.position = 0;
    co_return Fail(std::move(error));
  }
  Keep(*std::move(first));
  co_return Status();
}

void RunningRead::Keep(Fetched fetched) {
  ended_ = fetched.ended;
  ready_.assign(fetched.batches.begin(), fetched.batches.end());
}

void RunningRead::FetchAhead() {
  ahead_ = std::make_shared<Ahead>();
  asio::post(session_.services.workers.pool(), [pinned = pinned_, ahead = ahead_] {
    if (!ahead->unwanted.load()) ahead->Finish(pinned->Fetch());
  });
}

Task<Result<RunningRead::Fetched>> RunningRead::Fetch() {
  const auto interrupter = pinned_->lease->interrupter();
  if (!ahead_) {
    const auto fetch = [pinned = pinned_.get()] { return pinned->Fetch(); };
    co_return co_await RunInterruptibly(session_, interrupter, fetch);
  }
  session_.cancellation->SetInterrupt([interrupter] { interrupter.Interrupt(); });
  const auto wait = [ahead = ahead_](auto done) { ahead->Await(std::move(done)); };
  auto fetched = co_await AwaitCallback<Result<Fetched>>(wait);
  co_await Yield();
  ahead_.reset();
  session_.cancellation->SetInterrupt(nullptr);
  auto asked = session_.cancellation->Check();
  if (!fetched && !asked) co_return Failure(std::move(asked).error());
  co_return fetched;
}

Task<Result<Batch>> RunningRead::Next() {
  if (taken_away_) co_return Fail(SnapshotTooOld());
  if (!begun_) {
    auto begun = co_await Begin(pinned_->exact);
    if (!begun) co_return Failure(std::move(begun).error());
  }
  if (ready_.empty() && !ended_) {
    auto fetched = co_await Fetch();
    if (!fetched) {
      ended_ = true;
      auto error = std::move(fetched).error();
      error.position = 0;
      co_return Fail(std::move(error));
    }
    Keep(*std::move(fetched));
    if (!ended_) FetchAhead();
  }
  if (ready_.empty()) co_return Batch();
  auto batch = std::move(ready_.front());
  ready_.pop_front();
  co_return batch;
}

}  // namespace firn::sql
