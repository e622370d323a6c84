#include "sql/copy.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>

#include "columnar/copy_reader.h"
#include "columnar/copy_writer.h"
#include "sql/freed_memory.h"
#include "sql/ident.h"
#include "sql/insert.h"
#include "sql/read.h"
#include "sql/relation_names.h"
#include "sql/relations.h"

namespace firn::sql {
namespace {

constexpr int64_t kBatchRows = 64 * 1024;
constexpr int64_t kBatchBytes = 8 << 20;
constexpr int64_t kLeastBatchBytes = 512 << 10;  // while transactions hold too much

Format FormatOf(const columnar::CopyOptions& options) {
  const bool binary = options.format == columnar::CopyOptions::Format::kBinary;
  return binary ? Format::kBinary : Format::kText;
}

Task<Status> Flush(columnar::CopyReader& reader, RowSink& sink) {
  auto batch = reader.Take();
  if (!batch) co_return Failure(std::move(batch).error());
  auto added = co_await sink.Add(*batch);
  if (added || sink.broken_row() < 0) co_return added;
  co_return Fail(std::move(added).error().WithWhere(reader.WhereOf(sink.broken_row())));
}

std::vector<TableName> WithoutPositions(const std::vector<std::string>& columns) {
  std::vector<TableName> names;
  for (const auto& column : columns) names.push_back({.name = column});
  return names;
}

Task<Result<std::string>> CopyFrom(SessionContext& session, const CopyCommand& command,
                                   Output& out) {
  auto table = RequireTable(session, command.table);
  if (!table) co_return Failure(std::move(table).error());
  auto targets = TargetColumns(**table, command.columns);
  if (!targets) co_return Failure(std::move(targets).error());
  auto allowed = RequireInsert(session, **table, *targets);
  if (!allowed) co_return Failure(std::move(allowed).error());
  auto options = columnar::ReadCopyOptions(command.options, columnar::CopyDirection::kFrom);
  if (!options) co_return Failure(std::move(options).error());
  options->row_bytes_max = std::min(options->row_bytes_max, session.services.copy_row_bytes_max);
  for (const auto* names : {&options->force_null, &options->force_not_null}) {
    auto known = TargetColumns(**table, WithoutPositions(*names));
    if (!known) co_return Failure(std::move(known).error());
  }
  auto columns = PickColumns(**table, *targets);
  const auto format = FormatOf(*options);
  const size_t width = columns.size();
  auto reader = columnar::CopyReader::Make(*std::move(options), std::move(columns), (*table)->name,
                                           *session.settings.text_style());
  if (!reader) co_return Failure(std::move(reader).error());

  RowSink sink(session, *table, *std::move(targets), true);
  // A load may take long, and what it pinned would stay in memory beside what it brings.
  const bool keyed = (*table)->PrimaryKey() != nullptr;
  if (!keyed) session.transaction.LetGoOfRows();
  auto& memory = session.services.transaction_memory;
  TransactionMemory::Share reading(memory);
  auto begun = co_await out.BeginCopyIn(format, width);
  if (!begun) co_return Failure(std::move(begun).error());
  while (true) {
    session.held->Leave();
    auto chunk = co_await out.ReadCopyData();
    session.held->Enter();
    if (keyed) {
      auto kept = session.transaction.CheckRows();
      if (!kept) co_return Failure(std::move(kept).error());
    }
    if (!chunk) co_return Failure(std::move(chunk).error());
    auto allowed = session.cancellation->Check();
    if (!allowed) co_return Failure(std::move(allowed).error());
    if (!*chunk) break;
    auto fed = (*reader)->Feed(**chunk);
    if ((*reader)->pending_bytes() >= kBatchBytes) NoteMemory();
    if (!fed) co_return Failure(std::move(fed).error());
    const int64_t pending = (*reader)->pending_bytes();
    reading.Set(pending);
    const bool full = (*reader)->pending_rows() >= kBatchRows ||
                      pending >= memory.Scaled(kBatchBytes, kLeastBatchBytes);
    if (!full) continue;
    auto flushed = co_await Flush(**reader, sink);
    if (!flushed) co_return Failure(std::move(flushed).error());
  }
  auto finished = (*reader)->Finish();
  if (!finished) co_return Failure(std::move(finished).error());
  auto flushed = co_await Flush(**reader, sink);
  if (!flushed) co_return Failure(std::move(flushed).error());
  co_return fmt::format("COPY {}", sink.rows());
}

/// The query of COPY table (columns) TO.
Result<Statement> TableQuery(const SessionContext& session, const CopyCommand& command) {
  std::string columns;
  const auto relation = FindRelation(session, command.table);
  if (relation && relation.table == nullptr) {
    const bool view = relation.type() == ObjectType::kView;
    auto wrong = MakeError(ErrorCode::kInvalidInput, "cannot copy from {} \"{}\"",
                           WordOf(relation.type()), command.table.name)
                     .WithSqlState("42809");
    if (view) wrong.hint = "Try the COPY (SELECT ...) TO variant.";
    return Fail(std::move(wrong));
  }
  const auto& table = relation.table;
  if (table) {
    FIRN_TRY(const auto targets, TargetColumns(*table, command.columns));
    for (const auto& column : PickColumns(*table, targets)) {
      if (!columns.empty()) columns += ", ";
      columns += QuoteIdentifier(column.name);
    }
  } else {
    FIRN_RETURN_IF_ERROR(DescribeRelation(session, command.table));
    for (const auto& column : command.columns) {
      if (!columns.empty()) columns += ", ";
      columns += QuoteIdentifier(column.name);
    }
  }
  FIRN_TRY(auto statements,
           Parse(fmt::format("SELECT {} FROM {}", columns.empty() ? "*" : columns,
                             QuoteQualified(command.table.schema, command.table.name))));
  return std::move(statements.front());
}

/// One message per row, as PostgreSQL sends them: clients read rows by it.
Task<Status> SendRows(const std::string& text, const std::vector<size_t>& row_ends, Output& out) {
  size_t at = 0;
  for (const size_t end : row_ends) {
    auto row = text.substr(at, end - at);
    auto sent = co_await out.CopyOutData(std::move(row));
    if (!sent) co_return sent;
    at = end;
  }
  co_return Status();
}

Task<Result<std::string>> CopyTo(SessionContext& session, const CopyCommand& command, Output& out) {
  Result<Statement> query =
      command.query ? Result<Statement>(*command.query) : TableQuery(session, command);
  if (!query) co_return Failure(std::move(query).error());
  auto options = columnar::ReadCopyOptions(command.options, columnar::CopyDirection::kTo);
  if (!options) co_return Failure(std::move(options).error());
  RunningRead::Request request;
  request.query = &*query;
  auto read = co_await RunningRead::Start(session, request);
  if (!read) co_return Failure(std::move(read).error());
  const auto& fields = (*read)->fields();
  auto writer = columnar::CopyWriter::Make(*options, fields, *session.settings.text_style());
  if (!writer) co_return Failure(std::move(writer).error());

  auto begun = co_await out.BeginCopyOut(FormatOf(*options), fields.size());
  if (!begun) co_return Failure(std::move(begun).error());
  std::string text;
  std::vector<size_t> row_ends;
  writer->AppendHeader(text);
  // A line of names is a message; the header of binary format goes with the first row's.
  if (options->header) row_ends.push_back(text.size());
  int64_t rows = 0;
  while (true) {
    auto batch = co_await (*read)->Next();
    if (!batch) co_return Failure(std::move(batch).error());
    if (!*batch) break;
    const auto& page = **batch;
    writer->AppendRows(page, 0, page.num_rows(), text, &row_ends);
    rows += page.num_rows();
    session.held->Leave();
    auto sent = co_await SendRows(text, row_ends, out);
    session.held->Enter();
    if (!sent) co_return Failure(std::move(sent).error());
    const size_t sent_bytes = row_ends.empty() ? 0 : row_ends.back();
    text.erase(0, sent_bytes);
    row_ends.clear();
  }
  writer->AppendTrailer(text);
  if (!text.empty() && row_ends.empty()) row_ends.push_back(text.size());
  auto sent = co_await SendRows(text, row_ends, out);
  if (!sent) co_return Failure(std::move(sent).error());
  auto ended = co_await out.EndCopyOut();
  if (!ended) co_return Failure(std::move(ended).error());
  co_return fmt::format("COPY {}", rows);
}

}  // namespace

Task<Result<std::string>> RunCopy(SessionContext& session, const CopyCommand& command,
                                  Output& out) {
  if (command.from) co_return co_await CopyFrom(session, command, out);
  co_return co_await CopyTo(session, command, out);
}

}  // namespace firn::sql
