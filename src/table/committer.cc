#include "table/committer.h"

#include <algorithm>

#include <arrow/api.h>

#include "base/crash_point.h"
#include "columnar/table_schema.h"
#include "table/added_files.h"
#include "table/table_changes.h"
#include "table/table_folder.h"

namespace firn::table {
namespace {

// A group ends when its rows reach this many bytes: replies of small transactions do not wait
// for a long write.
constexpr int64_t kGroupBytes = 32 << 20;

// Above this a transaction takes long enough to write that it is not done on a session's thread.
constexpr int64_t kRowsLedByOthers = 4096;
/// After a group that was refused the log is left alone for so many times what it cost to take its
/// rows back, which may be a copy of a large generation.
constexpr double kRestAfterRefusal = 20;
/// How long a refusal is told to those who ask, when nobody has tried since.
constexpr double kRefusalToldSeconds = 10;

Error DroppedTable(TableId id) {
  return MakeError(ErrorCode::kNotFound, "the table was dropped by another session: id={}", id)
      .WithSqlState("42P01");
}

Failure ChangedMeanwhile(const std::string& name) {
  return Fail(MakeError(ErrorCode::kConflict, "could not serialize access due to concurrent update")
                  .WithSqlState("40001")
                  .WithRemedy(Remedy::kRetry)
                  .WithDetail(fmt::format("\"{}\" changed while the transaction ran.", name))
                  .WithHint("Run the transaction again."));
}

bool Truncates(const CommitRequest& request, TableId id) {
  return std::any_of(request.changes.begin(), request.changes.end(), [id](const auto& change) {
    const auto* truncate = std::get_if<catalog::TruncateTable>(&change);
    return truncate != nullptr && truncate->table == id;
  });
}

// Rows that came since the transaction searched the table for its keys.
Status CheckKeys(const TableVersion& table, const TableWrite& write,
                 const catalog::TableDefinition& definition) {
  const auto again = [&] {
    return Fail(MakeError(ErrorCode::kConflict,
                          "duplicate key value violates unique constraint \"{}\"",
                          definition.PrimaryKey()->name)
                    .WithSqlState("23505")
                    .WithRemedy(Remedy::kRetry)
                    .About({.schema = definition.schema,
                            .table = definition.name,
                            .constraint = definition.PrimaryKey()->name}));
  };
  for (const auto* files : {&table.lake_files, &table.added_files}) {
    for (const auto& file : *files) {
      if (file->last_lsn > write.keys_checked) return again();
    }
  }
  const auto key = KeyColumns(definition);
  for (const auto& generation : table.generations) {
    if (generation->last_lsn() <= write.keys_checked) continue;
    const auto found = generation->FindKeys(key, write.keys);
    if (std::any_of(found.begin(), found.end(), [](Lsn lsn) { return lsn != Lsn(); })) {
      return again();
    }
  }
  return {};
}

// Rows of other columns would be acknowledged and never read back.
Status CheckColumns(const catalog::TableDefinition& table, const TableWrite& write) {
  const auto& columns = table.columns.columns;
  for (const auto& rows : write.rows) {
    if (rows->schema() == table.ArrowSchema()) continue;
    bool same = rows->num_columns() == static_cast<int>(columns.size());
    for (size_t i = 0; same && i < columns.size(); ++i) {
      const auto& type = *rows->column(static_cast<int>(i))->type();
      same = type.Equals(*columnar::ArrowType(columnar::Stored(columns[i].type)));
    }
    if (!same) {
      return Fail(ErrorCode::kSchemaMismatch, "rows for \"{}\" do not have its columns: {}",
                  table.name, rows->schema()->ToString());
    }
  }
  return {};
}

}  // namespace

// A group being put together.
struct Committer::Building {
  std::shared_ptr<Root> current;
  std::shared_ptr<Root> next;  // set once something but rows changes
  // The generations that take rows, in the order they began to: an ALTER between two
  // transactions gives a table two.
  struct Touched {
    std::shared_ptr<const catalog::TableDefinition> definition;
    std::shared_ptr<Generation> generation;
    Generation::Position begin;
  };
  std::vector<Touched> touched;
  log::Group group;
  GroupFacts facts;
  Lsn next_lsn;
  int64_t commit_us = 0;
  std::vector<std::pair<CommitDone, CommitReceipt>> accepted;

  const Root& root() const { return next ? *next : *current; }
  Root& Change() {
    if (!next) next = current->Clone();
    return *next;
  }
  void Touch(const TableVersion& table) {
    const auto& generation = table.generations.back();
    const bool known = std::any_of(touched.begin(), touched.end(),
                                   [&](const auto& one) { return one.generation == generation; });
    if (!known) touched.push_back({table.definition, generation, generation->Mark()});
  }
};

Committer::Committer(Collaborators collaborators, std::shared_ptr<Root> root,
                     int64_t last_commit_us)
    : with_(std::move(collaborators)),
      next_lsn_(with_.log.next_lsn()),
      last_commit_us_(last_commit_us),
      root_(std::move(root)),
      leader_([this] { LeadOn(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(queue_mutex_);
    ending_ = true;
  }
  lead_.notify_all();
  leader_.join();
}

void Committer::Submit(std::shared_ptr<const CommitRequest> request, CommitDone done) {
  Item item{.request = std::move(request), .done = std::move(done)};
  Enqueue({&item, 1});
}
void Committer::Submit(std::vector<Admission::Writer> writers) {
  std::vector<Item> items;
  for (auto& writer : writers) {
    items.push_back({.request = std::move(writer.request), .done = std::move(writer.done)});
  }
  Enqueue(items);
}
void Committer::Submit(RootChange change, std::function<void(Status)> done) {
  Item item{.root_change = std::move(change), .root_done = std::move(done)};
  Enqueue({&item, 1});
}

void Committer::Enqueue(std::span<Item> items) {
  bool lead = false;
  bool hand_over = false;
  // Who alone commits does it on its thread, which has nothing else to do; beside others, and with
  // many rows, the thread has other sessions to serve while the disk works.
  bool others_wait = std::any_of(items.begin(), items.end(), IsLarge);
  {
    const std::lock_guard lock(queue_mutex_);
    for (auto& item : items) {
      // A sequence's state comes without rows, from whoever inserts.
      const bool rows = item.request != nullptr && !item.request->writes.empty();
      if (rows && item.request->session != last_session_) {
        last_session_ = item.request->session;
        others_wait = true;
      }
      if (!stopping_ || item.root_change) queue_.push_back(std::exchange(item, {}));
    }
    lead = !leading_ && !queue_.empty();
    leading_ = leading_ || lead;
    hand_over = lead && others_wait;
    handed_over_ = handed_over_ || hand_over;
  }
  for (const auto& refused : items) {
    if (!refused.done) continue;
    refused.done(
        Fail(MakeError(ErrorCode::kCancelled, "the server is stopping").WithSqlState("57P01")));
  }
  if (hand_over) {
    lead_.notify_one();
  } else if (lead) {
    LeadOnce();
  }
}

bool Committer::IsLarge(const Item& item) {
  if (item.request == nullptr) return false;
  int64_t rows = 0;
  for (const auto& write : item.request->writes) {
    for (const auto& batch : write.rows) rows += batch->num_rows();
  }
  return rows > kRowsLedByOthers;
}

void Committer::Stop() {
  std::unique_lock lock(queue_mutex_);
  stopping_ = true;
  idle_.wait(lock, [this] { return !leading_; });
}

void Committer::LeadOnce() {
  std::vector<Item> items;
  {
    const std::lock_guard lock(queue_mutex_);
    items.swap(queue_);
  }
  Run(std::move(items));
  {
    const std::lock_guard lock(queue_mutex_);
    handed_over_ = !queue_.empty();
    leading_ = handed_over_;
    if (!leading_) idle_.notify_all();
    if (!handed_over_) return;
  }
  lead_.notify_one();
}

void Committer::LeadOn() {
  std::unique_lock lock(queue_mutex_);
  for (;;) {
    lead_.wait(lock, [this] { return handed_over_ || ending_; });
    if (!handed_over_) return;
    while (!queue_.empty()) {
      auto items = std::exchange(queue_, {});
      lock.unlock();
      Run(std::move(items));
      lock.lock();
    }
    handed_over_ = false;
    leading_ = false;
    idle_.notify_all();
  }
}

void Committer::Run(std::vector<Item> items) noexcept {
  for (std::span<Item> rest(items); !rest.empty();) {
    if (rest.front().root_change) {
      RunRootChange(rest.front());
      rest = rest.subspan(1);
    } else {
      RunGroup(rest);
    }
  }
}

void Committer::RunRootChange(Item& item) {
  auto next = TakeSnapshot().root->Clone();
  const Status changed = item.root_change(*next);
  if (changed) Publish(std::move(next));
  item.root_done(changed);
}

void Committer::RunGroup(std::span<Item>& items) {
  Building building;
  {
    std::lock_guard lock(root_mutex_);
    building.current = root_;
  }
  building.next_lsn = next_lsn_;
  building.group.first_lsn = next_lsn_;
  // The wall clock may jump back; commit times never do.
  building.commit_us = std::max(with_.clock.NowMicros(), last_commit_us_.load());
  while (!items.empty() && !items.front().root_change && building.facts.row_bytes < kGroupBytes) {
    Item item = std::move(items.front());
    items = items.subspan(1);
    if (auto admitted = Admit(building, item); !admitted) {
      item.done(Failure(std::move(admitted.error())));
    }
  }
  Finish(building);
}

Status Committer::Admit(Building& building, Item& item) {
  FIRN_RETURN_IF_ERROR(with_.log.PoisonReason());
  FIRN_RETURN_IF_ERROR(broken_);
  if (refused_until_ > 0 && MonotonicSeconds() < refused_until_) FIRN_RETURN_IF_ERROR(Refusal());
  std::shared_ptr<const catalog::Version> catalog;
  const CommitRequest& request = *item.request;
  FIRN_RETURN_IF_ERROR(Validate(building, request, &catalog));
  const Lsn first = building.next_lsn;
  ApplyChanges(building, request, std::move(catalog));
  for (const auto& write : request.writes) ApplyWrite(building, write);
  CommitReceipt receipt{.last_lsn = Lsn(building.next_lsn.value() - 1),
                        .commit_us = building.commit_us};
  if (building.next_lsn > first) {
    building.group.transactions.push_back({.last_lsn = receipt.last_lsn,
                                           .commit_us = building.commit_us,
                                           .session = request.session});
    ++building.facts.transactions;
  }
  building.accepted.emplace_back(std::move(item.done), receipt);
  return {};
}

Status Committer::Validate(const Building& building, const CommitRequest& request,
                           std::shared_ptr<const catalog::Version>* catalog) const {
  *catalog = building.root().catalog;
  for (const auto& change : request.changes) {
    FIRN_TRY(*catalog, (*catalog)->Apply(change));
  }
  for (const auto& write : request.writes) {
    const auto definition = (*catalog)->FindTable(write.table);
    if (definition == nullptr) return Fail(DroppedTable(write.table));
    if (definition->columns.id != write.schema) return ChangedMeanwhile(definition->name);
    FIRN_RETURN_IF_ERROR(CheckColumns(*definition, write));
    const auto table = building.root().Find(write.table);
    if (!write.keys.empty() && table != nullptr && !Truncates(request, write.table)) {
      FIRN_RETURN_IF_ERROR(CheckKeys(*table, write, *definition));
    }
  }
  for (const auto& looked : request.unchanged) {
    const auto table = building.root().Find(looked.table);
    if (table == nullptr) return Fail(DroppedTable(looked.table));
    if (LastChange(*table) > looked.since) return ChangedMeanwhile(table->definition->name);
  }
  return {};
}

void Committer::ApplyChanges(Building& building, const CommitRequest& request,
                             std::shared_ptr<const catalog::Version> catalog) {
  if (request.changes.empty()) return;
  building.Change().catalog = std::move(catalog);
  for (const auto& change : request.changes) {
    ApplyChange(building, change);
    building.group.catalog.push_back({.lsn = building.next_lsn,
                                      .kind = std::string(catalog::KindOf(change)),
                                      .table = catalog::TableOf(change),
                                      .json = catalog::ToJson(change)});
    building.facts.changes.emplace_back(building.next_lsn, change);
    building.next_lsn = building.next_lsn + 1;
  }
}

void Committer::ApplyChange(Building& building, const catalog::Change& change) {
  auto& tables = building.Change().tables;
  const auto found = tables.find(catalog::TableOf(change));
  const lake::HistoryStart now{.lsn = building.next_lsn, .us = building.commit_us};
  if (const auto* create = std::get_if<catalog::CreateTable>(&change)) {
    const auto made = with_.new_table(create->table);
    made->history = now;
    tables[create->table->id] = made;
  } else if (found == tables.end()) {
    return;  // about an object
  } else if (const auto* alter = std::get_if<catalog::AlterTable>(&change)) {
    found->second = Altered(*found->second, alter->table);
  } else if (std::holds_alternative<catalog::TruncateTable>(change)) {
    found->second = Truncated(*found->second, now);
  } else if (std::holds_alternative<catalog::DropTable>(change)) {
    tables.erase(found);
  }
}

void Committer::ApplyWrite(Building& building, const TableWrite& write) {
  auto table = building.root().Find(write.table);
  building.Touch(*table);
  Generation& generation = table->open();
  const int64_t bytes_before = generation.bytes();
  for (const auto& rows : write.rows) {
    generation.Append(rows, building.next_lsn, building.commit_us);
    building.next_lsn = building.next_lsn + rows->num_rows();
  }
  building.facts.row_bytes += generation.bytes() - bytes_before;
  if (write.files.empty()) return;
  AddedFiles added{.commit_us = building.commit_us};
  auto changed = std::make_shared<TableVersion>(*table);
  for (auto file : write.files) {
    file.first_lsn = building.next_lsn;
    file.last_lsn = building.next_lsn + (file.rows - 1);
    file.commit_us = building.commit_us;
    building.next_lsn = building.next_lsn + file.rows;
    changed->added_files.push_back(std::make_shared<const lake::DataFile>(file));
    added.files.push_back(std::move(file));
  }
  building.group.catalog.push_back({.lsn = added.files.front().first_lsn,
                                    .kind = std::string(kAddFilesKind),
                                    .table = write.table,
                                    .json = ToJson(added)});
  building.Change().tables[write.table] = std::move(changed);
}

void Committer::Finish(Building& building) {
  const Lsn last(building.next_lsn.value() - 1);
  if (building.next_lsn > building.group.first_lsn) {
    building.group.last_lsn = last;
    for (const auto& touched : building.touched) {
      const auto& definition = *touched.definition;
      auto rows = touched.generation->Since(touched.begin);
      if (rows.empty()) continue;
      building.group.tables.push_back({.table = definition.id,
                                       .schema_id = definition.columns.id,
                                       .name = definition.QualifiedName(),
                                       .rows = std::move(rows)});
    }
    CrashPoint("commit.before_write");
    if (auto written = with_.log.Append(building.group); !written) {
      // Rows were appended above: they must stay above `visible` for ever. A log that failed
      // before it wrote is not poisoned, and gives their LSNs to others: then they have to go.
      const double began = MonotonicSeconds();
      if (!with_.log.PoisonReason() || !TakeBack(building)) broken_ = written;
      NoteRefusal(written, MonotonicSeconds() - began);
      for (auto& [done, receipt] : building.accepted) done(Failure(written.error()));
      return;
    }
    CrashPoint("commit.synced");
    if (refusing_.load(std::memory_order_relaxed)) NoteRefusal({}, 0);
    next_lsn_ = building.next_lsn;
    last_commit_us_ = building.commit_us;
    if (building.next) {
      for (const auto& [lsn, change] : building.facts.changes) {
        if (!std::holds_alternative<catalog::DropTable>(change)) continue;
        if (const auto table = building.current->Find(catalog::TableOf(change))) {
          table->folder->MarkDropped();
          CrashPoint("drop.marked");
        }
      }
      building.next->visible.store(last.value());
      Publish(std::move(building.next));
    } else {
      // Sequentially consistent, as WaitFor is: of a waiter and a commit, one sees the other.
      building.current->visible.store(last.value());
    }
    building.facts.last_lsn = last;
    with_.on_group(building.facts);
    CrashPoint("commit.published");
    WakeWaiters(last);
  }
  for (auto& [done, receipt] : building.accepted) done(receipt);
}

void Committer::NoteRefusal(Status refused, double seconds) {
  const double now = MonotonicSeconds();
  refused_until_ = refused ? 0 : now + kRestAfterRefusal * seconds;
  refusing_.store(!refused);
  const std::lock_guard lock(refusal_mutex_);
  refusal_ = std::move(refused);
  refused_at_ = now;
}

Status Committer::Refusal() const {
  if (!refusing_.load()) return {};
  const std::lock_guard lock(refusal_mutex_);
  return MonotonicSeconds() - refused_at_ < kRefusalToldSeconds ? refusal_ : Status();
}

Status Committer::TakeBack(const Building& building) {
  auto next = building.current->Clone();
  const Lsn before(building.group.first_lsn.value() - 1);
  for (const auto& touched : building.touched) {
    const auto found = next->tables.find(touched.definition->id);
    // Else the group itself made the table, or the generation.
    if (found == next->tables.end()) continue;
    if (found->second->generations.back() != touched.generation) continue;
    auto table = std::make_shared<TableVersion>(*found->second);
    auto kept = table->NewGeneration(touched.generation->schema());
    for (const auto& rows : touched.generation->Read(before, nullptr, true)) {
      FIRN_RETURN_IF_ERROR(kept->Replay(rows));
    }
    table->generations.back() = std::move(kept);
    found->second = std::move(table);
  }
  Publish(std::move(next));
  return {};
}

void Committer::Publish(std::shared_ptr<Root> root) {
  {
    std::lock_guard lock(root_mutex_);
    root_.swap(root);
  }
  LeaveGenerations(*root, *root_);
}

void Committer::LeaveGenerations(const Root& old, const Root& next) {
  for (const auto& [id, table] : old.tables) {
    const auto now = next.Find(id);
    if (now == table) continue;
    for (const auto& generation : table->generations) {
      const auto stays = now != nullptr && std::count(now->generations.begin(),
                                                      now->generations.end(), generation) > 0;
      if (!stays) generation->Leave();
    }
  }
}

Snapshot Committer::TakeSnapshot() const {
  std::shared_ptr<Root> root;
  {
    std::lock_guard lock(root_mutex_);
    root = root_;
  }
  const Lsn visible(root->visible.load());
  return {std::move(root), visible};
}

void Committer::WaitFor(Lsn lsn, std::function<void()> done) {
  {
    std::lock_guard lock(waiters_mutex_);
    waiters_.emplace_back(lsn, std::move(done));
    waiter_count_.store(waiters_.size());
  }
  WakeWaiters(TakeSnapshot().visible);
}

void Committer::WakeWaiters(Lsn visible) {
  if (waiter_count_.load() == 0) return;
  std::vector<std::function<void()>> ready;
  {
    std::lock_guard lock(waiters_mutex_);
    std::erase_if(waiters_, [&](auto& waiter) {
      if (waiter.first > visible) return false;
      ready.push_back(std::move(waiter.second));
      return true;
    });
    waiter_count_.store(waiters_.size());
  }
  for (auto& done : ready) done();
}

}  // namespace firn::table
