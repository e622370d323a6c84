#include "table/write_limits.h"

#include <algorithm>

namespace firn::table {
namespace {

constexpr std::string_view kHint =
    "Rows leave memory and the log when they are flushed to the lake. Remove what keeps the flush "
    "from it (see the server's log) and run CHECKPOINT, or raise {}.";

double Megabytes(auto bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

std::string Reasons(const std::vector<Flusher::StuckTable>& stuck) {
  std::string reasons;
  for (const auto& table : stuck) reasons += (reasons.empty() ? "" : "; ") + table.why;
  return reasons;
}

Failure Full(std::string_view sqlstate, std::string_view setting, std::string why,
             const std::string& message) {
  return Fail(MakeError(ErrorCode::kOverloaded, "{}", message)
                  .WithSqlState(sqlstate)
                  .WithRemedy(Remedy::kRetry)
                  .WithDetail(std::move(why))
                  .WithHint(fmt::format(kHint, setting)));
}

}  // namespace

Failure WriteLimits::HotRowsFull(int64_t held, std::string why) const {
  return Full(
      "53200", "memory_limit", std::move(why),
      fmt::format("no memory for more rows: rows that wait for a flush hold {:.0f} MB of the "
                  "{:.0f} MB that memory_limit leaves them",
                  Megabytes(held), Megabytes(limits_.hot_bytes)));
}

Failure WriteLimits::LogFull(uint64_t held, std::string why) const {
  return Full("53400", "log_bytes_max", std::move(why),
              fmt::format("no log for more rows: rows that wait for a flush hold {:.0f} MB of it, "
                          "log_bytes_max is {:.0f} MB",
                          Megabytes(held), Megabytes(limits_.log_bytes)));
}

Status WriteLimits::Room() const {
  const int64_t held = held_.waiting.load(std::memory_order_relaxed);
  if (limits_.hot_bytes > 0 && held >= limits_.hot_bytes) {
    return HotRowsFull(held, Reasons(flusher_.StuckTables()));
  }
  if (!flusher_.any_stuck()) return {};
  const auto snapshot = committer_.TakeSnapshot();
  const uint64_t log_bytes = log_.BytesSince(FlushedOf(*snapshot.root, snapshot.visible));
  if (log_bytes <= static_cast<uint64_t>(limits_.log_bytes)) return {};
  return LogFull(log_bytes, Reasons(flusher_.StuckTables()));
}

Status WriteLimits::RoomFor(const CommitRequest& request) const {
  if (!flusher_.any_stuck()) return {};
  const auto stuck = flusher_.StuckTables();
  const auto snapshot = committer_.TakeSnapshot();
  for (const auto& write : request.writes) {
    const auto table = snapshot.root->Find(write.table);
    const auto found = std::find_if(stuck.begin(), stuck.end(),
                                    [&](const auto& one) { return one.table == write.table; });
    if (table == nullptr || found == stuck.end()) continue;
    int64_t held = 0;
    for (const auto& generation : table->generations) held += generation->bytes();
    if (limits_.hot_bytes > 0 && held >= limits_.hot_bytes / 2) {
      return HotRowsFull(held, found->why);
    }
    const uint64_t log_bytes = log_.BytesSince(FlushedOf(*table, snapshot.visible));
    if (log_bytes > static_cast<uint64_t>(limits_.log_bytes) / 2) {
      return LogFull(log_bytes, found->why);
    }
  }
  return {};
}

}  // namespace firn::table
