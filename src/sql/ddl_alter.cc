#include <algorithm>

#include <arrow/record_batch.h>

#include "columnar/evolve.h"
#include "sql/check_constraints.h"
#include "sql/ddl_internal.h"
#include "sql/ident.h"
#include "sql/parameters.h"
#include "sql/read.h"
#include "sql/relations.h"
#include "sql/rights.h"

namespace firn::sql {
namespace {

using catalog::ColumnSequence;
using catalog::Constraint;
using catalog::TableDefinition;
using columnar::TypeKind;
using Kind = Constraint::Kind;

/// One ALTER TABLE: the definition as it is being changed, and what is to be found true of the
/// rows once all actions have spoken.
struct Alteration {
  SessionContext& session;
  Output& out;
  TableDefinition table;
  std::vector<FieldId> not_null;       // columns to be searched for NULLs
  std::vector<std::string> checks;     // constraints to be tried on the rows
  bool key = false;                    // the primary key is new
  std::string filled;                  // a column whose DEFAULT older rows would have to have
  std::vector<catalog::Change> after;  // objects, once the table is altered
};

Failure NoColumn(const TableDefinition& table, std::string_view column) {
  return Fail(MakeError(ErrorCode::kNotFound, "column \"{}\" of relation \"{}\" does not exist",
                        column, table.name)
                  .WithSqlState("42703"));
}

Result<size_t> ColumnIndex(const TableDefinition& table, const std::string& column) {
  const int index = table.columns.Find(column);
  if (index < 0) return NoColumn(table, column);
  return static_cast<size_t>(index);
}

bool IsNullConstant(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(c | 0x20); });
  return lower == "null";
}

Task<Status> Do(Alteration& to, const AddColumn& action) {
  auto& table = to.table;
  auto column = action.column.column;
  column.type = AsNumericsAreKept(to.session, column.type);
  if (table.columns.Find(column.name) >= 0) {
    if (action.if_not_exists) {
      co_return co_await Tell(to.out, "42701",
                              fmt::format("column \"{}\" of relation \"{}\" already exists, "
                                          "skipping",
                                          column.name, table.name));
    }
    co_return Fail(MakeError(ErrorCode::kAlreadyExists,
                             "column \"{}\" of relation \"{}\" already exists", column.name,
                             table.name)
                       .WithSqlState("42701"));
  }
  column.id = FieldId(++table.columns.last_field_id);
  if (column.type.array) column.element_id = FieldId(++table.columns.last_field_id);
  if (IsNullConstant(column.default_sql)) column.default_sql.clear();
  const bool fills = !column.default_sql.empty() || action.column.generated;
  table.columns.columns.push_back(column);
  const size_t index = table.columns.columns.size() - 1;
  auto checked = co_await CheckDefault(to.session, table, index);
  if (!checked) co_return checked;
  if (action.column.generated) {
    auto made = MakeColumnSequence(to.session, *action.column.generated, table, index);
    if (!made) co_return Failure(std::move(made).error());
    for (auto& change : *made) to.after.push_back(std::move(change));
  }
  if (fills) to.filled = column.name;
  if (table.columns.columns[index].not_null) to.not_null.push_back(column.id);
  for (const auto& spec : action.column.constraints) {
    const size_t before = table.constraints.size();
    auto put = PutConstraint(to.session, spec, table);
    if (!put) co_return put;
    to.key = to.key || spec.kind == Kind::kPrimaryKey;
    if (spec.kind != Kind::kCheck || table.constraints.size() == before) continue;
    for (const auto& one : table.constraints) {
      if (one.expression == spec.expression) to.checks.push_back(one.name);
    }
  }
  if (to.key) {
    for (const auto id : table.PrimaryKey()->columns) to.not_null.push_back(id);
  }
  co_return Status();
}

Task<Status> Do(Alteration& to, const DropColumn& action) {
  auto& table = to.table;
  const int found = table.columns.Find(action.name);
  if (found < 0 && action.if_exists) {
    co_return co_await Tell(to.out, "00000",
                            fmt::format("column \"{}\" of relation \"{}\" does not exist, skipping",
                                        action.name, table.name));
  }
  if (found < 0) co_return NoColumn(table, action.name);
  if (table.columns.columns.size() == 1) {
    co_return Fail(MakeError(ErrorCode::kUnsupported, "a table without columns is not supported")
                       .WithSqlState("0A000")
                       .WithHint("DROP TABLE drops the table itself."));
  }
  const auto id = table.columns.columns[static_cast<size_t>(found)].id;
  auto views = ViewsOverColumn(to.session, table, id);
  if (!views) co_return Failure(std::move(views).error());
  const auto what = fmt::format("column {} of table {}", DisplayIdentifier(action.name),
                                ShownName(to.session, table.schema, table.name));
  auto dropped = co_await DropDependents(to.session, what, *views, action.cascade, to.out);
  if (!dropped) co_return dropped;
  std::erase_if(table.constraints, [&](const Constraint& one) {
    return std::find(one.columns.begin(), one.columns.end(), id) != one.columns.end();
  });
  table.sequences.erase(id);
  table.columns.columns.erase(table.columns.columns.begin() + found);
  std::erase(to.not_null, id);
  for (const auto& sequence : OwnedSequences(to.session, table.id, id)) {
    to.after.emplace_back(catalog::DropObject{sequence->id});
  }
  co_return Status();
}

Failure RefuseType(const columnar::Type& from, const columnar::Type& to) {
  return Fail(MakeError(ErrorCode::kUnsupported, "changing a column from {} to {} is not supported",
                        columnar::PostgresName(from), columnar::PostgresName(to))
                  .WithSqlState("0A000")
                  .WithHint("Types are widened (smallint, integer, bigint; real, double precision; "
                            "numeric of the same scale; varchar to a longer one or text); for "
                            "others, CREATE TABLE AS with a cast."));
}

Task<Status> Do(Alteration& to, const AlterColumnType& action) {
  auto index = ColumnIndex(to.table, action.name);
  if (!index) co_return Failure(std::move(index).error());
  auto& column = to.table.columns.columns[*index];
  auto views = ViewsOverColumn(to.session, to.table, column.id);
  if (!views) co_return Failure(std::move(views).error());
  if (!views->empty()) {
    const auto& view = views->front().relation;
    co_return Fail(
        MakeError(ErrorCode::kUnsupported, "cannot alter type of a column used by a view or rule")
            .WithSqlState("0A000")
            .WithDetail(fmt::format("rule _RETURN on {} depends on column \"{}\"",
                                    Described(to.session, view), column.name))
            .WithHint("Drop the view, then make it again."));
  }
  if (action.has_using || !columnar::WidensTo(column.type, action.type)) {
    co_return RefuseType(column.type, action.type);
  }
  if (!columnar::IsBare(column.type)) column.type = action.type;
  for (const auto& sequence : OwnedSequences(to.session, to.table.id, column.id)) {
    if (!sequence->owner->identity) continue;
    auto next = std::make_shared<catalog::Sequence>(*sequence);
    next->revision += 1;
    auto applied = ApplyOptions({.type = column.type.kind}, false, *next);
    if (!applied) co_return applied;
    to.after.emplace_back(catalog::PutObject{std::move(next)});
  }
  co_return co_await CheckDefault(to.session, to.table, *index);
}

Task<Status> Do(Alteration& to, const SetColumnDefault& action) {
  auto index = ColumnIndex(to.table, action.name);
  if (!index) co_return Failure(std::move(index).error());
  auto& column = to.table.columns.columns[*index];
  const auto used = to.table.sequences.find(column.id);
  if (used != to.table.sequences.end()) {
    if (used->second.form != ColumnSequence::Form::kDefault) {
      co_return Fail(MakeError(ErrorCode::kInvalidInput,
                               "column \"{}\" of relation \"{}\" is an identity column",
                               column.name, to.table.name)
                         .WithSqlState("42601")
                         .WithHint(action.default_sql.empty()
                                       ? "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY "
                                         "instead."
                                       : ""));
    }
    to.table.sequences.erase(used);
  }
  column.default_sql = IsNullConstant(action.default_sql) ? "" : action.default_sql;
  co_return co_await CheckDefault(to.session, to.table, *index);
}

Task<Status> Do(Alteration& to, const SetColumnNotNull& action) {
  auto index = ColumnIndex(to.table, action.name);
  if (!index) co_return Failure(std::move(index).error());
  auto& column = to.table.columns.columns[*index];
  if (action.not_null) {
    if (!column.not_null) to.not_null.push_back(column.id);
    column.not_null = true;
    co_return Status();
  }
  const auto* key = to.table.PrimaryKey();
  if (key != nullptr &&
      std::find(key->columns.begin(), key->columns.end(), column.id) != key->columns.end()) {
    co_return Fail(
        MakeError(ErrorCode::kInvalidInput, "column \"{}\" is in a primary key", column.name)
            .WithSqlState("42P16"));
  }
  const auto used = to.table.sequences.find(column.id);
  if (used != to.table.sequences.end() && used->second.form != ColumnSequence::Form::kDefault) {
    co_return Fail(MakeError(ErrorCode::kInvalidInput,
                             "column \"{}\" of relation \"{}\" is an identity column", column.name,
                             to.table.name)
                       .WithSqlState("42601"));
  }
  column.not_null = false;
  std::erase(to.not_null, column.id);
  co_return Status();
}

Task<Status> Do(Alteration& to, const AddConstraint& action) {
  const auto& spec = action.constraint;
  const auto before = to.table.constraints;
  auto put = PutConstraint(to.session, spec, to.table);
  if (!put) co_return put;
  if (spec.kind == Kind::kPrimaryKey) {
    to.key = true;
    for (const auto id : to.table.PrimaryKey()->columns) to.not_null.push_back(id);
  }
  if (spec.kind != Kind::kCheck || spec.not_valid) co_return Status();
  for (const auto& one : to.table.constraints) {
    if (std::find(before.begin(), before.end(), one) == before.end()) {
      to.checks.push_back(one.name);
    }
  }
  co_return Status();
}

Task<Status> Do(Alteration& to, const DropConstraint& action) {
  const auto* constraint = to.table.FindConstraint(action.name);
  if (constraint == nullptr && action.if_exists) {
    co_return co_await Tell(
        to.out, "00000",
        fmt::format("constraint \"{}\" of relation \"{}\" does not exist, skipping", action.name,
                    to.table.name));
  }
  if (constraint == nullptr) {
    co_return Fail(MakeError(ErrorCode::kNotFound,
                             "constraint \"{}\" of relation \"{}\" does not exist", action.name,
                             to.table.name)
                       .WithSqlState("42704"));
  }
  std::erase_if(to.table.constraints,
                [&](const Constraint& one) { return one.name == action.name; });
  co_return Status();
}

Task<Status> Do(Alteration& to, const SetTableOptions& action) {
  for (const auto& [name, value] : action.options) to.table.options[name] = value;
  for (const auto& name : action.reset) to.table.options.erase(name);
  co_return Status();
}

Failure IdentityError(std::string_view sqlstate, std::string message) {
  Error error;
  error.code = ErrorCode::kInvalidInput;
  error.message = std::move(message);
  return Fail(std::move(error).WithSqlState(sqlstate));
}

Task<Status> Do(Alteration& to, const AddIdentity& action) {
  auto index = ColumnIndex(to.table, action.name);
  if (!index) co_return Failure(std::move(index).error());
  const auto& column = to.table.columns.columns[*index];
  const auto named = fmt::format("column \"{}\" of relation \"{}\"", column.name, to.table.name);
  if (!column.not_null) {
    co_return IdentityError("55000",
                            named + " must be declared NOT NULL before identity can be added");
  }
  if (column.type.kind != TypeKind::kInt2 && column.type.kind != TypeKind::kInt4 &&
      column.type.kind != TypeKind::kInt8) {
    co_return IdentityError("22023", "identity column type must be smallint, integer, or bigint");
  }
  const auto used = to.table.sequences.find(column.id);
  if (used != to.table.sequences.end() && used->second.form != ColumnSequence::Form::kDefault) {
    co_return IdentityError("55000", named + " is already an identity column");
  }
  if (!column.default_sql.empty()) {
    co_return IdentityError("55000", named + " already has a default value");
  }
  auto generated = action.generated;
  generated.options.type = column.type.kind;
  auto made = MakeColumnSequence(to.session, generated, to.table, *index);
  if (!made) co_return Failure(std::move(made).error());
  for (auto& change : *made) to.after.push_back(std::move(change));
  co_return Status();
}

/// The identity column's sequence; null with a notice when IF EXISTS says so.
Result<std::shared_ptr<const catalog::Sequence>> IdentityOf(Alteration& to,
                                                            const std::string& column) {
  FIRN_TRY(const auto index, ColumnIndex(to.table, column));
  const auto used = to.table.sequences.find(to.table.columns.columns[index].id);
  if (used == to.table.sequences.end() || used->second.form == ColumnSequence::Form::kDefault) {
    return std::shared_ptr<const catalog::Sequence>();
  }
  return to.session.transaction.view().catalog->Find<catalog::Sequence>(used->second.sequence);
}

Task<Status> Do(Alteration& to, const DropIdentity& action) {
  auto sequence = IdentityOf(to, action.name);
  if (!sequence) co_return Failure(std::move(sequence).error());
  const auto message = fmt::format("column \"{}\" of relation \"{}\" is not an identity column",
                                   action.name, to.table.name);
  if (*sequence == nullptr && action.if_exists) {
    co_return co_await Tell(to.out, "00000", message + ", skipping");
  }
  if (*sequence == nullptr) co_return IdentityError("55000", message);
  to.table.sequences.erase((*sequence)->owner->column);
  to.after.emplace_back(catalog::DropObject{(*sequence)->id});
  co_return Status();
}

Task<Status> Do(Alteration& to, const AlterIdentity& action) {
  auto sequence = IdentityOf(to, action.name);
  if (!sequence) co_return Failure(std::move(sequence).error());
  if (*sequence == nullptr) {
    co_return IdentityError("55000",
                            fmt::format("column \"{}\" of relation \"{}\" is not an identity "
                                        "column",
                                        action.name, to.table.name));
  }
  if (action.form) to.table.sequences[(*sequence)->owner->column].form = *action.form;
  auto next = std::make_shared<catalog::Sequence>(**sequence);
  next->revision += 1;
  auto applied = ApplyOptions(action.options, false, *next);
  if (applied) applied = to.session.transaction.AddChange(catalog::PutObject{next});
  if (!applied || !action.options.restart) co_return applied;
  co_return RestartSequence(to.session, *next, action.options.restart_with.value_or(next->start));
}

/// The first row of a query over the altered table, or null.
Task<Result<std::shared_ptr<arrow::RecordBatch>>> FirstRow(SessionContext& session,
                                                           std::string sql) {
  auto statements = Parse(sql);
  if (!statements) co_return Failure(std::move(statements).error());
  RunningRead::Request request;
  request.query = &statements->front();
  auto read = co_await RunningRead::Start(session, request);
  if (!read) co_return Failure(std::move(read).error());
  while (true) {
    auto batch = co_await (*read)->Next();
    if (!batch) co_return Failure(std::move(batch).error());
    if (*batch == nullptr || (*batch)->num_rows() > 0) co_return *std::move(batch);
  }
}

Task<Status> CheckFilled(Alteration& to, const std::string& from) {
  if (to.filled.empty()) co_return Status();
  auto row = co_await FirstRow(to.session, "SELECT 1 FROM " + from + " LIMIT 1");
  if (!row) co_return Failure(std::move(row).error());
  if (*row == nullptr) co_return Status();
  co_return Fail(MakeError(ErrorCode::kUnsupported,
                           "column \"{}\" cannot be added with a value to rows that are there",
                           to.filled)
                     .WithSqlState("0A000")
                     .WithHint("Iceberg format version 2 has no defaults for older rows: add the "
                               "column without DEFAULT, then ALTER COLUMN ... SET DEFAULT for new "
                               "rows, or use CREATE TABLE AS."));
}

Task<Status> CheckNotNull(Alteration& to, const std::string& from) {
  for (const auto id : to.not_null) {
    const int index = to.table.IndexOf(id);
    if (index < 0) continue;
    const auto& column = to.table.columns.columns[static_cast<size_t>(index)].name;
    auto row = co_await FirstRow(
        to.session,
        fmt::format("SELECT 1 FROM {} WHERE {} IS NULL LIMIT 1", from, QuoteIdentifier(column)));
    if (!row) co_return Failure(std::move(row).error());
    if (*row == nullptr) continue;
    co_return Fail(
        MakeError(ErrorCode::kInvalidInput, "column \"{}\" of relation \"{}\" contains null values",
                  column, to.table.name)
            .WithSqlState("23502")
            .About({.schema = to.table.schema, .table = to.table.name, .column = column}));
  }
  co_return Status();
}

Task<Status> CheckRowsOf(Alteration& to, const std::string& from) {
  for (const auto& name : to.checks) {
    const auto* constraint = to.table.FindConstraint(name);
    if (constraint == nullptr) continue;
    auto row = co_await FirstRow(
        to.session,
        fmt::format("SELECT 1 FROM {} WHERE ({}) IS FALSE LIMIT 1", from, constraint->expression));
    if (!row) co_return Failure(std::move(row).error());
    if (*row == nullptr) continue;
    co_return Fail(
        MakeError(ErrorCode::kInvalidInput,
                  "check constraint \"{}\" of relation \"{}\" is violated by some row", name,
                  to.table.name)
            .WithSqlState("23514")
            .About({.schema = to.table.schema, .table = to.table.name, .constraint = name}));
  }
  co_return Status();
}

Task<Status> CheckKey(Alteration& to, const std::string& from) {
  if (!to.key || to.table.PrimaryKey() == nullptr) co_return Status();
  const auto key = table::KeyColumns(to.table);
  std::string columns;
  std::string shown;
  for (const auto& column : key) {
    columns += (columns.empty() ? "" : ", ") + QuoteIdentifier(column.name);
    shown += (shown.empty() ? "" : ", ") + DisplayIdentifier(column.name);
  }
  auto row = co_await FirstRow(
      to.session,
      fmt::format("SELECT {0} FROM {1} GROUP BY {0} HAVING count(*) > 1 LIMIT 1", columns, from));
  if (!row) co_return Failure(std::move(row).error());
  if (*row != nullptr) {
    std::string values;
    for (size_t i = 0; i < key.size(); ++i) {
      const auto text = TextOfValue(key[i].type, *(*row)->column(static_cast<int>(i)), 0, {});
      values += (i > 0 ? ", " : "") + text.value_or("null");
    }
    co_return Fail(MakeError(ErrorCode::kAlreadyExists, "could not create unique index \"{}\"",
                             to.table.PrimaryKey()->name)
                       .WithSqlState("23505")
                       .WithDetail(fmt::format("Key ({})=({}) is duplicated.", shown, values))
                       .About({.schema = to.table.schema,
                               .table = to.table.name,
                               .constraint = to.table.PrimaryKey()->name}));
  }
  auto* buffer = to.session.transaction.FindBuffer(to.table.id);
  if (buffer == nullptr) co_return Status();
  co_return buffer->GatherKeys(to.session.transaction.view().snapshot.visible);
}

Task<Status> Validate(Alteration& to) {
  if (to.filled.empty() && to.not_null.empty() && to.checks.empty() && !to.key) {
    co_return Status();
  }
  to.session.transaction.MustNotChange(to.table.id);
  const auto from = QuoteQualified(to.table.schema, to.table.name);
  auto done = co_await CheckFilled(to, from);
  if (done) done = co_await CheckNotNull(to, from);
  if (done) done = co_await CheckRowsOf(to, from);
  if (done) done = co_await CheckKey(to, from);
  co_return done;
}

}  // namespace

Task<Status> Run(SessionContext& session, const AlterTableCommand& command, Output& out) {
  const auto relation = FindRelation(session, command.table);
  if (!relation && command.if_exists) {
    co_return co_await Tell(
        out, "00000", fmt::format("relation \"{}\" does not exist, skipping", command.table.name));
  }
  auto found = RequireTable(session, command.table);
  if (!found) co_return Failure(std::move(found).error());
  if (auto owner = RequireOwner(session, relation); !owner) co_return owner;
  Alteration to{.session = session, .out = out, .table = **found};
  for (const auto& action : command.actions) {
    Status done;
    // A visitor cannot be awaited inside its own call.
    auto doing = std::visit([&](const auto& one) { return Do(to, one); }, action);
    done = co_await std::move(doing);
    if (!done) co_return done;
  }
  auto altered = session.transaction.AlterTable(to.table);
  if (altered) altered = AddChanges(session, std::move(to.after));
  if (!altered) co_return altered;
  co_return co_await Validate(to);
}

}  // namespace firn::sql
