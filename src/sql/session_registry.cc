#include "sql/session_registry.h"

#include <utility>

namespace firn::sql {
namespace {

constexpr size_t kQueryCharacters = 1024;  // as track_activity_query_size

}  // namespace

SessionRegistry::Entry::Entry(SessionRegistry& registry, SessionRow row)
    : registry_(registry), row_(std::move(row)) {}

SessionRegistry::Entry::~Entry() {
  const std::lock_guard lock(registry_.mutex_);
  std::erase(registry_.entries_, this);
}

void SessionRegistry::Entry::Began(std::string_view query) {
  const auto now = registry_.clock_.NowMicros();
  const std::lock_guard lock(mutex_);
  row_.query = query.substr(0, kQueryCharacters);
  // A cut inside a UTF-8 sequence would make the value unreadable.
  if (query.size() > kQueryCharacters) {
    while (!row_.query.empty() && (query[row_.query.size()] & 0xC0) == 0x80) row_.query.pop_back();
  }
  row_.query_started_us = now;
  row_.state = "active";
}

void SessionRegistry::Entry::SetState(std::string_view state) {
  const std::lock_guard lock(mutex_);
  row_.state = state;
}

void SessionRegistry::Entry::SetApplicationName(std::string_view name) {
  const std::lock_guard lock(mutex_);
  row_.application_name = name;
}

SessionRow SessionRegistry::Entry::row() const {
  const std::lock_guard lock(mutex_);
  return row_;
}

Result<std::unique_ptr<SessionRegistry::Entry>> SessionRegistry::Add(SessionRow row) {
  row.connected_us = clock_.NowMicros();
  row.state = "idle";
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most_) {
    return Fail(MakeError(ErrorCode::kOverloaded, "sorry, too many clients already")
                    .WithSqlState("53300")
                    .WithHint("Raise max_connections or close sessions you no longer need."));
  }
  auto entry = std::make_unique<Entry>(*this, std::move(row));
  entries_.push_back(entry.get());
  return entry;
}

std::vector<SessionRow> SessionRegistry::Rows() const {
  const std::lock_guard lock(mutex_);
  std::vector<SessionRow> rows;
  rows.reserve(entries_.size());
  for (const auto* entry : entries_) rows.push_back(entry->row());
  return rows;
}

std::optional<SessionRow> SessionRegistry::Find(int32_t pid) const {
  const std::lock_guard lock(mutex_);
  for (const auto* entry : entries_) {
    if (auto row = entry->row(); row.pid == pid) return row;
  }
  return std::nullopt;
}

size_t SessionRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace firn::sql
