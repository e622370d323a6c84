#include "sql/table_buffer.h"

#include <utility>

#include <arrow/api.h>

#include "base/crash_point.h"
#include "columnar/batch.h"
#include "columnar/evolve.h"
#include "sql/temp_tables.h"

namespace firn::sql {
namespace {

// Arrow bytes after which a spilled file ends and the next begins.
constexpr int64_t kFileBytes = int64_t{1} << 30;
// What a transaction may hold in memory while it is tight, and however tight it is.
constexpr int64_t kTightBytes = 4 << 20;
constexpr int64_t kLeastBytes = 256 << 10;
// Arrow bytes of a row group while memory is tight: it is in memory until it ends.
constexpr int64_t kTightRowGroup = 8 << 20;
constexpr int64_t kLeastRowGroup = 512 << 10;
// Batches below this many rows are worth merging.
constexpr int64_t kMergeRows = 32 * 1024;

}  // namespace

TableBuffer::TableBuffer(Services& services, std::shared_ptr<const catalog::TableDefinition> table)
    : services_(services),
      table_(std::move(table)),
      bytes_max_(table_->schema == kTempSchema ? INT64_MAX
                                               : services.settings.Bytes("transaction_memory")),
      held_(services.transaction_memory),
      encoding_(services.transaction_memory) {}

TableBuffer::~TableBuffer() = default;

bool TableBuffer::IsFull() const {
  if (held_.bytes() >= bytes_max_) return true;
  const auto& memory = services_.transaction_memory;
  const bool tight = memory.tight() && bytes_max_ != INT64_MAX;
  return tight && held_.bytes() >= memory.Scaled(kTightBytes, kLeastBytes);
}

Task<Status> TableBuffer::Append(std::shared_ptr<arrow::RecordBatch> batch) {
  if (CanKeep()) co_return Keep(std::move(batch));
  if (batch->num_rows() == 0) co_return Status();
  const auto spill = [this, batch] { return Spill(*batch); };
  auto spilled = co_await RunOn(services_.workers, spill);
  if (spilled) rows_ += batch->num_rows();
  co_return spilled;
}

bool TableBuffer::CanKeep() const {
  return !IsFull() && writer_ == nullptr && files_.empty();
}

Status TableBuffer::Keep(std::shared_ptr<arrow::RecordBatch> batch) {
  if (batch->num_rows() == 0) return {};
  held_.Set(held_.bytes() + columnar::BatchBytes(*batch));
  rows_ += batch->num_rows();
  batches_.push_back(std::move(batch));
  return MergeSmall();
}

// As in a binary counter: each row is copied once per doubling.
Status TableBuffer::MergeSmall() {
  while (batches_.size() >= merge_floor_ + 2) {
    auto& last = batches_.back();
    auto& before = batches_[batches_.size() - 2];
    const bool alike = before->num_rows() < 2 * last->num_rows() &&
                       before->schema()->Equals(*last->schema(), true);
    if (!alike || before->num_rows() + last->num_rows() > kMergeRows) break;
    FIRN_TRY(auto merged, columnar::ConcatenateBatches(last->schema(), {before, last}));
    before = std::move(merged);
    batches_.pop_back();
  }
  return {};
}

void TableBuffer::Follow(std::shared_ptr<const catalog::TableDefinition> table) {
  table_ = std::move(table);
  writer_is_old_ = writer_ != nullptr;
}

Task<Status> TableBuffer::Truncate() {
  auto sealed = co_await SealFiles();
  if (!sealed) co_return sealed;
  from_ = {.batches = batches_.size(), .files = files_.size(), .keys = keys_.size()};
  merge_floor_ = batches_.size();
  rows_ = 0;
  RebuildKeySet();
  co_return Status();
}

void TableBuffer::RebuildKeySet() {
  key_set_.clear();
  key_set_.insert(keys_.begin() + static_cast<ptrdiff_t>(from_.keys), keys_.end());
}

std::optional<size_t> TableBuffer::AddKeys(const std::vector<table::RowKey>& keys, Lsn searched) {
  if (keys_.empty()) keys_checked_ = searched;
  keys_checked_ = std::min(keys_checked_, searched);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!key_set_.insert(keys[i]).second) return i;
    keys_.push_back(keys[i]);
  }
  return std::nullopt;
}

Status TableBuffer::GatherKeys(Lsn searched) {
  if (writer_ != nullptr || files_.size() > from_.files) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "a primary key cannot be added to a table that this transaction has "
                          "filled with so many rows")
                    .WithSqlState("0A000")
                    .WithHint("Commit first, or declare the key in CREATE TABLE."));
  }
  keys_.resize(from_.keys);
  RebuildKeySet();
  const auto key = table::KeyColumns(*table_);
  for (const auto& batch : batches()) (void)AddKeys(table::KeysOf(*batch, key), searched);
  keys_checked_ = searched;
  return {};
}

Status TableBuffer::Spill(const arrow::RecordBatch& batch) {
  if (writer_is_old_) FIRN_RETURN_IF_ERROR(EndFile());
  writer_is_old_ = false;
  if (writer_ == nullptr) {
    FIRN_TRY(writer_, services_.database.NewDataFile(*table_));
    writer_bytes_ = 0;
  }
  FIRN_RETURN_IF_ERROR(writer_->Write(batch));
  writer_bytes_ += columnar::BatchBytes(batch);
  const auto& memory = services_.transaction_memory;
  const int64_t row_group = writer_->row_group_bytes();
  encoding_.Set(row_group);
  if (memory.tight() && row_group >= memory.Scaled(kTightRowGroup, kLeastRowGroup)) {
    writer_->EndRowGroup();
  }
  return writer_bytes_ >= kFileBytes ? EndFile() : Status();
}

Status TableBuffer::EndFile() {
  if (writer_ == nullptr) return {};
  auto file = writer_->Finish();
  writer_.reset();
  encoding_.Set(0);
  if (!file) return Failure(std::move(file).error());
  CrashPoint("transaction.file_written");
  files_.push_back(*std::move(file));
  return {};
}

Task<Status> TableBuffer::SealFiles() {
  if (writer_ == nullptr) co_return Status();
  const auto end = [this] { return EndFile(); };
  co_return co_await RunOn(services_.workers, end);
}

Task<Result<TableBuffer::Mark>> TableBuffer::TakeMark() {
  auto sealed = co_await SealFiles();
  if (!sealed) co_return Failure(std::move(sealed).error());
  merge_floor_ = batches_.size();
  co_return Mark{.end = {.batches = batches_.size(), .files = files_.size(), .keys = keys_.size()},
                 .from = from_,
                 .rows = rows_,
                 .bytes = held_.bytes()};
}

Task<void> TableBuffer::RollbackTo(Mark mark) {
  std::vector<lake::DataFile> gone(files_.begin() + static_cast<int64_t>(mark.end.files),
                                   files_.end());
  files_.resize(mark.end.files);
  batches_.resize(mark.end.batches);
  merge_floor_ = mark.end.batches;
  keys_.resize(mark.end.keys);
  from_ = mark.from;
  RebuildKeySet();
  rows_ = mark.rows;
  held_.Set(mark.bytes);
  if (writer_ == nullptr && gone.empty()) co_return;
  const auto discard = [this, &gone] {
    writer_.reset();
    encoding_.Set(0);
    for (const auto& file : gone) services_.database.DiscardDataFile(file);
    return true;
  };
  co_await RunOn(services_.workers, discard);
}

void TableBuffer::DiscardNow() {
  writer_.reset();
  encoding_.Set(0);
  for (const auto& file : std::exchange(files_, {})) services_.database.DiscardDataFile(file);
}

Task<void> TableBuffer::DiscardTruncated() {
  std::vector<lake::DataFile> gone(files_.begin(),
                                   files_.begin() + static_cast<ptrdiff_t>(from_.files));
  if (gone.empty()) co_return;
  const auto discard = [this, &gone] {
    for (const auto& file : gone) services_.database.DiscardDataFile(file);
    return true;
  };
  co_await RunOn(services_.workers, discard);
}

Result<table::TableWrite> TableBuffer::BuildWrite() const {
  table::TableWrite write;
  write.table = table_->id;
  write.schema = table_->columns.id;
  write.files.assign(files().begin(), files().end());
  const auto schema = table_->ArrowSchema();
  for (const auto& batch : batches()) {
    FIRN_TRY(auto rows, columnar::EvolveRows(batch, schema));
    write.rows.push_back(std::move(rows));
  }
  if (table_->PrimaryKey() != nullptr) {
    write.keys.assign(keys_.begin() + static_cast<ptrdiff_t>(from_.keys), keys_.end());
    write.keys_checked = keys_checked_;
  }
  return write;
}

}  // namespace firn::sql
