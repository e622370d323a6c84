#include "sql/past_read.h"

#include <algorithm>
#include <charconv>

#include <arrow/api.h>

#include "io/file_system.h"
#include "lake/iceberg_table.h"
#include "sql/past_point.h"
#include "sql/read.h"
#include "sql/relations.h"
#include "sql/rights.h"
#include "sql/temp_tables.h"
#include "sql/text_rows.h"
#include "sql/time_travel.h"
#include "table/table_folder.h"

namespace firn::sql {
namespace {

using lake::iceberg::Snapshot;
using PointPtr = std::shared_ptr<const PastPoint>;

std::string TimeText(int64_t us, const columnar::TextStyle& style) {
  return TimestampText(us, style).value_or("?");
}

/// What a message calls the point.
std::string Shown(const PastPoint& point, const columnar::TextStyle& style) {
  return point.kind == PastPoint::Kind::kLsn ? fmt::format("LSN {}", point.value)
                                             : TimeText(point.value, style);
}

Task<Result<int64_t>> ValueOf(SessionContext& session, const TableReference& reference,
                              const std::vector<BoundParameter>* parameters) {
  columnar::Column target;
  target.name = "past";
  target.type.kind = reference.past_kind == kPastTimestamp ? columnar::TypeKind::kTimestamptz
                                                           : columnar::TypeKind::kInt8;
  const std::vector<columnar::Column> targets{target};
  RunningRead::Request request;
  request.query = &*reference.past_value;
  request.parameters = parameters;
  request.targets = &targets;
  auto read = co_await RunningRead::Start(session, request);
  if (!read) co_return Failure(std::move(read).error());
  auto batch = co_await (*read)->Next();
  if (!batch) co_return Failure(std::move(batch).error());
  if (*batch == nullptr || (*batch)->num_rows() != 1 || (*batch)->column(0)->IsNull(0)) {
    co_return Fail(MakeError(ErrorCode::kInvalidInput, "the point in time of \"{}\" is null",
                             reference.table.name)
                       .WithSqlState("22004")
                       .WithPosition(reference.table.position));
  }
  // A timestamp's buffer is that of its microseconds.
  const auto& data = *(*batch)->column(0)->data();
  co_return data.GetValues<int64_t>(1)[0];
}

struct SnapshotFiles {
  int64_t id = 0;
  int64_t timestamp_us = 0;
  std::vector<lake::DataFile> files;
};

/// The newest snapshot that `fits`. Errors: those of reading it; 22023 when none does.
template <typename Fits>
Result<SnapshotFiles> ReadSnapshot(const table::TableVersion& version, const Fits& fits,
                                   const columnar::TextStyle& style) {
  FIRN_TRY(const auto table, lake::IcebergTable::Load(io::LocalFileSystem(), version.folder->path(),
                                                      version.metadata_version));
  const Snapshot* found = nullptr;
  for (const auto& snapshot : table.metadata().snapshots) {
    if (!fits(snapshot)) continue;
    if (found == nullptr || snapshot.sequence_number > found->sequence_number) found = &snapshot;
  }
  if (found == nullptr) {
    const auto& all = table.metadata().snapshots;
    const auto oldest = std::min_element(
        all.begin(), all.end(),
        [](const Snapshot& a, const Snapshot& b) { return a.sequence_number < b.sequence_number; });
    auto error = MakeError(ErrorCode::kInvalidInput, "no such point").WithSqlState("22023");
    error.detail = oldest == all.end() ? std::string("The table has no snapshot.")
                                       : fmt::format("The oldest snapshot is {} of {}.", oldest->id,
                                                     TimeText(oldest->timestamp_ms * 1000, style));
    return Fail(std::move(error));
  }
  SnapshotFiles read{.id = found->id.value(), .timestamp_us = found->timestamp_ms * 1000};
  FIRN_TRY(read.files, table.FilesOf(*found));
  return read;
}

class Resolver {
 public:
  Resolver(SessionContext& session, const TableReference& reference, Output* out)
      : session_(session),
        reference_(reference),
        out_(out),
        style_(session.settings.text_style()) {}

  Task<Result<PointPtr>> Resolve(int64_t value) {
    const auto table = FindTable(session_, reference_.table);
    if (table == nullptr) co_return PointPtr();  // told of when the query is written
    if (table->schema == kTempSchema) {
      co_return Fail(MakeError(ErrorCode::kUnsupported, "temporary tables have no past")
                         .WithSqlState("0A000")
                         .WithPosition(reference_.table.position)
                         .WithHint("Leave AT out, or make the table an ordinary one."));
    }
    if (auto may = UnreadableColumns(session_, *table); !may) {
      co_return Failure(std::move(may).error());
    }
    version_ = session_.transaction.VersionOf(table).first;
    if (reference_.past_kind == kPastVersion) {
      auto read = co_await Read([value](const Snapshot& one) { return one.id.value() == value; });
      if (!read) {
        auto error = std::move(read).error();
        if (error.SqlState() == "22023") {
          error.message = fmt::format("table \"{}\" has no snapshot {}", table->name, value);
          error.hint = "SELECT snapshot_id, committed_at FROM firn.snapshots lists them.";
        }
        co_return Fail(std::move(error));
      }
      co_return Files(*std::move(read));
    }
    PastPoint point{.kind = reference_.past_kind == kPastLsn ? PastPoint::Kind::kLsn
                                                             : PastPoint::Kind::kTimestamp,
                    .value = value,
                    .files = {}};
    const auto& history = version_->history;
    const bool lsn = point.kind == PastPoint::Kind::kLsn;
    const auto begins = lsn ? static_cast<int64_t>(history.lsn.value()) : history.us;
    if (value >= begins) co_return std::make_shared<const PastPoint>(std::move(point));
    co_return co_await RoundDown(point);
  }

 private:
  template <typename Fits>
  Task<Result<SnapshotFiles>> Read(Fits fits) {
    const auto read = [this, fits] { return ReadSnapshot(*version_, fits, *style_); };
    co_return co_await RunOn(session_.services.workers, read);
  }

  static PointPtr Files(SnapshotFiles read) {
    return std::make_shared<const PastPoint>(PastPoint{
        .kind = PastPoint::Kind::kFiles, .value = read.id, .files = std::move(read.files)});
  }

  /// Before the last TRUNCATE only snapshots know what there was.
  Task<Result<PointPtr>> RoundDown(const PastPoint& point) {
    const auto log = session_.services.database.log_id();
    const auto fits = [point, log](const Snapshot& snapshot) {
      if (point.kind == PastPoint::Kind::kTimestamp) {
        return snapshot.timestamp_ms * 1000 <= point.value;
      }
      const auto mark = lake::IcebergTable::FlushedAt(snapshot, log);
      return mark && mark->value() <= static_cast<uint64_t>(std::max<int64_t>(point.value, 0));
    };
    const auto& name = version_->definition->name;
    auto read = co_await Read(fits);
    if (!read) {
      auto error = std::move(read).error();
      if (error.SqlState() == "22023") {
        error.message = fmt::format("the past of table \"{}\" does not reach back to {}", name,
                                    Shown(point, *style_));
        error.detail = fmt::format("Its rows are known since {}, LSN {}. {}",
                                   TimeText(version_->history.us, *style_), version_->history.lsn,
                                   error.detail);
        error.position = reference_.table.position;
      }
      co_return Fail(std::move(error));
    }
    if (out_ != nullptr) {
      auto notice =
          MakeNotice("01000", fmt::format("table \"{}\" is read as of snapshot {} of {}", name,
                                          read->id, TimeText(read->timestamp_us, *style_)));
      notice.sqlstate = "00000";
      notice.detail = fmt::format("It was truncated since {}: only snapshots know its rows then.",
                                  Shown(point, *style_));
      auto told = co_await out_->Notice(std::move(notice));
      if (!told) co_return Failure(std::move(told).error());
    }
    co_return Files(*std::move(read));
  }

  SessionContext& session_;
  const TableReference& reference_;
  Output* out_;
  std::shared_ptr<const columnar::TextStyle> style_;
  std::shared_ptr<const table::TableVersion> version_;
};

}  // namespace

Result<PointPtr> PastFromText(std::string_view text, const columnar::TextStyle& style) {
  PastPoint point;
  if (text.empty()) return PointPtr();
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, point.value);
  if (error == std::errc() && stop == end) return std::make_shared<const PastPoint>(point);
  const auto parsed =
      ValueFromText({.kind = columnar::TypeKind::kTimestamptz}, std::string(text), style);
  if (!parsed) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "invalid value for parameter \"firn.as_of\": \"{}\"", text)
                    .WithSqlState("22023")
                    .WithHint("Give an LSN (42) or a time ('2026-01-31 12:00:00+00')."));
  }
  point.kind = PastPoint::Kind::kTimestamp;
  point.value = (*parsed)->data()->GetValues<int64_t>(1)[0];
  return std::make_shared<const PastPoint>(point);
}

Task<Status> ResolvePasts(SessionContext& session, std::vector<TableReference>& references,
                          const std::vector<BoundParameter>* parameters, Output* out) {
  for (auto& reference : references) {
    if (!reference.past_value) continue;
    auto value = co_await ValueOf(session, reference, parameters);
    if (!value) co_return Failure(std::move(value).error());
    Resolver resolver(session, reference, out);
    auto point = co_await resolver.Resolve(*value);
    if (!point) co_return Failure(std::move(point).error());
    reference.table.past = *std::move(point);
  }
  co_return Status();
}

}  // namespace firn::sql
