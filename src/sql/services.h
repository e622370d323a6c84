// sql: what all sessions share. SqlService owns it; everything below borrows it.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/ids.h"
#include "base/settings.h"
#include "base/task.h"
#include "engine/engine.h"
#include "sql/cancellation.h"
#include "sql/sequences.h"
#include "sql/session_registry.h"
#include "sql/snapshot_hold.h"
#include "sql/transaction_memory.h"
#include "table/database.h"

namespace firn::sql {

struct Services {
  table::Database& database;
  engine::Engine& engine;
  WorkerPool& workers;  // whatever blocks: the engine, data files, metadata
  SessionRegistry& registry;
  CancellationWatch& watch;
  SnapshotWatch& snapshots;
  const Settings& settings;
  const Clock& clock;
  SequenceCache& sequences;
  TransactionMemory& transaction_memory;
  int64_t copy_row_bytes_max;
  std::string version;  // of firn

  /// For files that go with the process.
  std::string temp_dir() const { return database.warehouse_dir() + "/../tmp"; }
};

/// Who is connected; fixed for a session's life.
struct SessionIdentity {
  int32_t pid = 0;
  std::string user;
  Uuid role;             // who signed in, whatever the name stands for since
  std::string database;  // the name the client used
};

}  // namespace firn::sql
