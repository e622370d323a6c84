#include "table/tests/scripted_life.h"

#include <algorithm>
#include <filesystem>

#include <arrow/api.h>

#include "columnar/table_schema.h"
#include "lake/data_file_writer.h"
#include "lake/iceberg_table.h"
#include "table/data_folder.h"
#include "table/tests/answers.h"

namespace firn::table {
namespace {

using columnar::TypeKind;
using Kind = Deed::Kind;
using Outcome = Deed::Outcome;

constexpr int64_t kRowsPerNumber = 1'000'000;
constexpr auto kColumn = "id";
constexpr auto kAddedColumn = "note";

void Do(const Deed& deed, World* world) {
  for (const auto& name : deed.tables) {
    auto& table = world->tables[name];
    switch (deed.kind) {
      case Kind::kCreate:
        table.columns = {kColumn};
        break;
      case Kind::kAddColumn:
        table.columns.emplace_back(kAddedColumn);
        break;
      case Kind::kTruncate:
        table.rows.clear();
        break;
      case Kind::kDrop:
        world->tables.erase(name);
        break;
      case Kind::kWrite:
        for (int64_t i = 0; i < deed.rows; ++i) {
          const int64_t id = deed.number * kRowsPerNumber + i;
          table.rows.emplace_back(id, table.columns.size() > 1 ? std::to_string(id) : "");
        }
        break;
    }
  }
}

Outcome OutcomeOf(const Result<CommitReceipt>& receipt) {
  if (receipt) return Outcome::kAcknowledged;
  return receipt.error().code == ErrorCode::kUnknownOutcome ? Outcome::kUnknown : Outcome::kRefused;
}

void AppendRows(const arrow::RecordBatch& batch, std::vector<SeenRow>* rows) {
  const auto ids = std::static_pointer_cast<arrow::Int64Array>(batch.GetColumnByName(kColumn));
  const auto notes =
      std::static_pointer_cast<arrow::StringArray>(batch.GetColumnByName(kAddedColumn));
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    const bool noted = notes != nullptr && notes->IsValid(i);
    rows->emplace_back(ids->Value(i), noted ? notes->GetString(i) : "");
  }
}

}  // namespace

std::string World::ToString() const {
  std::string text;
  for (const auto& [name, table] : tables) {
    text += fmt::format("{}({}):", name, fmt::join(table.columns, ", "));
    std::map<int64_t, int64_t> counts;
    for (const auto& row : table.rows) ++counts[row.first / kRowsPerNumber];
    for (const auto& [number, count] : counts) text += fmt::format(" {}×{}", number, count);
    text += "; ";
  }
  return text;
}

std::vector<World> PossibleWorlds(const std::vector<Deed>& deeds, size_t changes) {
  std::vector<World> worlds(1);
  for (const auto& deed : deeds) {
    if (deed.asked >= changes && changes != SIZE_MAX) break;
    const bool answered = deed.answered <= changes;
    if (answered && deed.outcome == Outcome::kRefused) continue;
    const bool unknown = !answered || deed.outcome == Outcome::kUnknown;
    const size_t count = worlds.size();
    for (size_t i = 0; i < count; ++i) {
      if (unknown) worlds.push_back(worlds[i]);
      Do(deed, &worlds[i]);
    }
  }
  for (auto& world : worlds) {
    for (auto& [name, table] : world.tables) std::sort(table.rows.begin(), table.rows.end());
  }
  return worlds;
}

ScriptedLife::ScriptedLife(std::string dir, io::FileSystem& files, std::function<size_t()> now)
    : dir_(std::move(dir)), files_(files), now_(std::move(now)) {
  engine_ =
      engine::Engine::Open({.temp_dir = dir_ + "_engine", .allowed_directories = {dir_}}).value();
}

void ScriptedLife::Forget(int64_t next) {
  deeds_.clear();
  next_ = next;
  complaints_ = 0;
}

Status ScriptedLife::Noted(Status status) {
  if (!status) ++complaints_;
  return status;
}

Status ScriptedLife::Open() {
  database_.reset();
  DatabaseOptions options{.data_dir = dir_, .files = &files_};
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"log_prepare_bytes", "16kB"},
                                          {"log_piece_bytes", "16kB"},
                                          {"segment_bytes_max", "64kB"},
                                          {"time_travel_window", "0ms"}}) {
    FIRN_RETURN_IF_ERROR(options.settings.Set(name, value, SettingOrigin::kFlag));
  }
  auto opened = Database::Open(std::move(options));
  if (!opened) return Noted(Failure(std::move(opened.error())));
  database_ = *std::move(opened);
  return {};
}

Status ScriptedLife::Stop() {
  return Noted(database_->Stop());
}

Status ScriptedLife::Flush() {
  return Noted(FlushAndWait(*database_));
}

Result<CommitReceipt> ScriptedLife::Commit(CommitRequest request) {
  return CommitAndWait(*database_, std::move(request));
}

ScriptedLife::Definition ScriptedLife::Find(const std::string& name) const {
  return database_->TakeSnapshot().root->catalog->FindTable("public", name);
}

void ScriptedLife::Begin(Deed deed) {
  deed.asked = now_();
  deeds_.push_back(std::move(deed));
}

void ScriptedLife::Answer(const Result<CommitReceipt>& receipt) {
  deeds_.back().outcome = OutcomeOf(receipt);
  if (receipt) deeds_.back().last_lsn = receipt->last_lsn;
  if (!receipt) ++complaints_;
  deeds_.back().answered = now_();
}

void ScriptedLife::Create(const std::string& name) {
  Begin({.kind = Kind::kCreate, .tables = {name}});
  catalog::TableDefinition definition{.name = name};
  definition.columns.columns = {{FieldId(1), kColumn, {TypeKind::kInt8}, false, ""}};
  definition.columns.last_field_id = 1;
  const auto prepared = database_->PrepareTable(std::move(definition));
  if (!prepared) return Answer(Failure(prepared.error()));
  Answer(Commit({.changes = {catalog::CreateTable{*prepared}}}));
  if (deeds_.back().outcome == Outcome::kRefused) database_->DiscardTable(**prepared);
}

std::shared_ptr<arrow::RecordBatch> ScriptedLife::Rows(const catalog::TableDefinition& table,
                                                       int64_t number, int64_t rows) const {
  arrow::Int64Builder ids;
  arrow::StringBuilder notes;
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t id = number * kRowsPerNumber + i;
    if (!ids.Append(id).ok() || !notes.Append(std::to_string(id)).ok()) std::abort();
  }
  arrow::ArrayVector columns = {*ids.Finish()};
  if (table.columns.columns.size() > 1) columns.push_back(*notes.Finish());
  return arrow::RecordBatch::Make(columnar::ArrowSchema(table.columns), rows, std::move(columns));
}

Status ScriptedLife::AddFile(const catalog::TableDefinition& table, int64_t number, int64_t rows,
                             TableWrite* write) {
  FIRN_TRY(const auto writer, database_->NewDataFile(table));
  FIRN_RETURN_IF_ERROR(writer->Write(*Rows(table, number, rows)));
  FIRN_TRY(auto file, writer->Finish());
  write->files.push_back(std::move(file));
  return {};
}

// One transaction; `as_files`: its rows are written as data files before it commits.
void ScriptedLife::Write(const std::vector<std::string>& names, int64_t rows, bool as_files) {
  for (const auto& name : names) {
    if (Find(name) == nullptr) return;
  }
  Begin({.tables = names, .number = next_++, .rows = rows});
  const int64_t number = deeds_.back().number;
  CommitRequest request;
  for (const auto& name : names) {
    const auto table = Find(name);
    auto& write =
        request.writes.emplace_back(TableWrite{.table = table->id, .schema = table->columns.id});
    if (!as_files) {
      write.rows.push_back(Rows(*table, number, rows));
    } else if (auto added = AddFile(*table, number, rows, &write); !added) {
      return Answer(Failure(std::move(added.error())));
    }
  }
  const auto writes = request.writes;
  Answer(Commit(std::move(request)));
  if (deeds_.back().outcome != Outcome::kRefused) return;
  for (const auto& write : writes) {
    for (const auto& file : write.files) database_->DiscardDataFile(file);
  }
}

void ScriptedLife::Change(Kind kind, const std::string& name) {
  const auto table = Find(name);
  if (table == nullptr) return;
  Begin({.kind = kind, .tables = {name}});
  if (kind == Kind::kDrop) return Answer(Commit({.changes = {catalog::DropTable{table->id}}}));
  if (kind == Kind::kTruncate) {
    return Answer(Commit({.changes = {catalog::TruncateTable{table->id}}}));
  }
  auto next = *table;
  auto& columns = next.columns;
  columns.id = SchemaId(columns.id.value() + 1);
  columns.columns.push_back(
      {FieldId(++columns.last_field_id), kAddedColumn, {TypeKind::kText}, false, ""});
  const auto altered = std::make_shared<const catalog::TableDefinition>(std::move(next));
  Answer(Commit({.changes = {catalog::AlterTable{altered}}}));
}

void ScriptedLife::FirstHalf() {
  Create("a");
  Create("b");
  Write({"a"}, 1);
  Write({"a", "b"}, 3);
  Write({"a", "b"}, 400, true);
  (void)Flush();
  Write({"b"}, 2);
  Change(Kind::kAddColumn, "a");
  Write({"a", "b"}, 2);
  Change(Kind::kTruncate, "b");
  Write({"b"}, 1);
  Create("c");
  Write({"c"}, 50, true);
  Change(Kind::kDrop, "c");
  (void)Flush();
}

void ScriptedLife::SecondHalf() {
  for (int i = 0; i < 3; ++i) Write({"a"}, 1200);  // a segment each
  Write({"a", "b"}, 3);
  (void)Flush();  // retires
  Write({"b"}, 1200);
  Write({"a"}, 30, true);
  Change(Kind::kTruncate, "a");
  Write({"a"}, 2);
}

void ScriptedLife::Live() {
  if (!Open()) return;
  FirstHalf();
  SecondHalf();
  (void)Stop();
  if (!Open()) return;
  Write({"a"}, 1);
  (void)Flush();
  Write({"a", "b"}, 2);
  (void)Stop();
}

void ScriptedLife::WriteToAll(int64_t rows) {
  std::vector<std::string> names;
  for (const auto& [id, table] : database_->TakeSnapshot().root->tables) {
    names.push_back(table->definition->name);
  }
  if (!names.empty()) Write(names, rows);
}

Status ScriptedLife::ReadFile(const lake::DataFile& file, std::vector<SeenRow>* rows) {
  const auto path = LocalPath(file.path);
  // A file never changes and reading one takes a query.
  FIRN_TRY(const auto content, io::ReadFile(files_, path));
  const auto key = fmt::format("{} {}", path, std::hash<std::string>()(content));
  auto read = read_before_.find(key);
  if (read == read_before_.end()) {
    FIRN_TRY(auto connection, engine_->Connect());
    FIRN_TRY(const auto query,
             connection->Prepare(fmt::format("SELECT * FROM read_parquet('{}')", path)));
    FIRN_TRY(const auto stream, query->Execute());
    std::vector<SeenRow> found;
    for (;;) {
      FIRN_TRY(const auto batch, stream->Next());
      if (batch == nullptr) break;
      AppendRows(*batch, &found);
    }
    read = read_before_.emplace(key, std::move(found)).first;
  }
  if (static_cast<int64_t>(read->second.size()) != file.rows) {
    return Fail(ErrorCode::kCorrupt, "rows of a file: path={} want={} got={}", path, file.rows,
                read->second.size());
  }
  rows->insert(rows->end(), read->second.begin(), read->second.end());
  return {};
}

Result<std::vector<SeenRow>> ScriptedLife::ReadTable(const Snapshot& snapshot, TableId id) {
  const auto table = snapshot.root->Find(id);
  std::vector<SeenRow> rows;
  std::vector<int> columns;
  for (size_t i = 0; i < table->definition->columns.columns.size(); ++i) {
    columns.push_back(static_cast<int>(i));
  }
  const auto schema = columnar::ArrowSchema(table->definition->columns);
  FIRN_TRY(const auto readers, HotRows(snapshot, table, {})->Begin(columns, 1));
  for (const auto& reader : readers) {
    for (;;) {
      FIRN_TRY(const auto batch, reader->Next());
      if (batch == nullptr) break;
      AppendRows(*arrow::RecordBatch::Make(schema, batch->num_rows(), batch->columns()), &rows);
    }
  }
  for (const auto* files : {&table->lake_files, &table->added_files}) {
    for (const auto& file : *files) FIRN_RETURN_IF_ERROR(ReadFile(*file, &rows));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

Result<World> ScriptedLife::Observe() {
  const auto snapshot = database_->TakeSnapshot();
  World world;
  for (const auto& [id, definition] : snapshot.root->catalog->tables()) {
    auto& table = world.tables[definition->name];
    for (const auto& column : definition->columns.columns) table.columns.push_back(column.name);
    FIRN_TRY(table.rows, ReadTable(snapshot, id));
  }
  return world;
}

Result<std::vector<int64_t>> ScriptedLife::ReadLake() {
  std::vector<int64_t> ids;
  for (const auto& [id, table] : database_->TakeSnapshot().root->tables) {
    const auto folder = WarehouseDir(dir_) + "/" + table->definition->folder;
    FIRN_TRY(const auto newest, lake::IcebergTable::NewestVersion(files_, folder));
    FIRN_TRY(const auto lake_table, lake::IcebergTable::Load(files_, folder, newest));
    FIRN_TRY(const auto files, lake_table.Files());
    std::vector<SeenRow> rows;
    for (const auto& file : files) {
      FIRN_RETURN_IF_ERROR(lake::ReadFooter(files_, LocalPath(file.path)));
      FIRN_RETURN_IF_ERROR(ReadFile(file, &rows));
    }
    std::sort(rows.begin(), rows.end());
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i > 0 && rows[i].first == rows[i - 1].first) {
        return Fail(ErrorCode::kCorrupt, "twice in the lake: {}", rows[i].first);
      }
      ids.push_back(rows[i].first);
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Status ScriptedLife::FollowHint(const std::string& folder) const {
  FIRN_TRY(const auto hint, io::ReadFile(files_, folder + "/metadata/version-hint.text"));
  FIRN_TRY(const auto table, lake::IcebergTable::Load(files_, folder, std::atoll(hint.c_str())));
  FIRN_TRY(const auto files, table.Files());
  for (const auto& file : files) {
    FIRN_RETURN_IF_ERROR(lake::ReadFooter(files_, LocalPath(file.path)));
  }
  return {};
}

std::map<std::string, Status> ScriptedLife::FollowHints() const {
  std::map<std::string, Status> found;
  const auto tables = WarehouseDir(dir_) + "/main/public";
  if (!std::filesystem::exists(tables)) return found;
  for (const auto& entry : std::filesystem::directory_iterator(tables)) {
    const auto name = entry.path().filename().string();
    found[name.substr(0, name.rfind('-'))] = FollowHint(entry.path());
  }
  return found;
}

}  // namespace firn::table
